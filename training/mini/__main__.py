"""``python -m training.mini``: make the bundled encoder."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from training.mini.make import Making, make_mini
from training.mini.parts import PartsError, packaged_parts

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse the command line and make mini.

    Parameters
    ----------
    arguments
        The command line without the program; by default that of the process.
    """
    parser = argparse.ArgumentParser(prog="python -m training.mini", description=__doc__)
    parser.add_argument(
        "--shared", type=Path, default=ROOT.parent / "shared" / "data", help="folder of the data"
    )
    parser.add_argument("--out", type=Path, default=ROOT / "topicart" / "mini")
    parser.add_argument("--work", type=Path, default=ROOT / "training" / "mini" / "work")
    parser.add_argument(
        "--results",
        type=Path,
        default=ROOT / "evaluation" / "benchmarks" / "results" / "mini.json",
        help="where the numbers go",
    )
    parser.add_argument(
        "--compare", action="store_true", help="also judge the whole MiniLM and an earlier recipe"
    )
    parser.add_argument("--threads", type=int, default=0, help="threads of torch; 0 lets it choose")
    given = parser.parse_args(arguments)
    if not (given.shared / "wikiart-sample" / "metadata.csv").is_file():
        parser.error(
            f"--shared {given.shared}: no wikiart-sample/metadata.csv there; name the folder that "
            "holds wikiart-sample, styles7, museum-tables and artgraph."
        )
    if given.threads:
        import torch

        torch.set_num_threads(given.threads)
    try:
        parts = packaged_parts()
    except PartsError as error:
        parser.error(str(error))
    make_mini(Making(given.shared, given.out, given.work, given.results, given.compare), parts)


if __name__ == "__main__":
    main()
