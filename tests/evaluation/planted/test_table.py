"""What the terminal shows of the planted benchmark."""

from __future__ import annotations

import io

from rich.console import Console

from evaluation.planted.bench import Estimate, PlantedResult, PlantedRow
from evaluation.planted.planting import Setting
from evaluation.planted.table import planted_table


def test_the_table_fits_a_narrow_terminal_with_each_interval_on_its_line() -> None:
    shares = ("ari", "ami", "ari_members", "label_genre", "label_subject", "outlier_share")
    measures = {name: Estimate(0.875, (0.825, 0.925), (0.85, 0.9)) for name in shares}
    measures |= {name: Estimate(23.0, None, (23.0,)) for name in ("n_topics", "seconds")}
    row = PlantedRow(Setting(), "umap-hdbscan", measures)
    console = Console(file=io.StringIO(), width=80)
    console.print(planted_table(PlantedResult((row,), (0, 1), "mini", ())))
    assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue().splitlines()
    (told,) = (line.split() for line in lines if line.startswith("umap-hdbscan"))
    assert told[:4] == ["umap-hdbscan", "0.88", "±", "0.05"]
    assert told[-1] == "23"
    assert "…" not in "".join(lines)
