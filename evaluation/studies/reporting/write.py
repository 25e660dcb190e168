"""Write a study as data, as tables and as a page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from evaluation.comparing.compared import ShownWork
from evaluation.comparing.pictures import embed_pictures
from evaluation.comparing.style import SHARED, page_style, policy_hash, ratio_class
from evaluation.studies.perception.result import Perception
from evaluation.studies.reporting.charts import WIDTH, draw_rows, draw_tracks
from evaluation.studies.reporting.gap_page import lay_out_gap
from evaluation.studies.reporting.perception_page import lay_out_perception
from evaluation.studies.reporting.place import DATA, require_usable
from evaluation.studies.reporting.sheets import gap_sheets, perception_sheets
from evaluation.studies.reporting.tables import write_tables
from evaluation.studies.semantic_gap.result import SemanticGap
from knowledge_graph.atomic import make_folder, write_text_atomic
from topicart.report.environment import page_environment
from topicart.report.palette import N_COLOURS

if TYPE_CHECKING:
    from evaluation.studies.reporting.parts import StudyPage
    from knowledge_graph import Collection

__all__ = ["write_study"]

_HERE = Path(__file__).parent
_STYLE = _HERE / "static" / "study.css"
_HERO = 9


def write_study(
    result: SemanticGap | Perception,
    collection: Collection,
    out: Path,
    *,
    files: Mapping[str, str] | None = None,
    command: str = "",
) -> Path:
    """Write the report of a study.

    Parameters
    ----------
    result
        What to say.
    collection
        The works; their pictures are shown small.
    out
        The folder; made if missing. Files of an earlier report are replaced, no others.
    files
        More files to lay beside, by name; ``classes.toml`` and ``dimensions.toml`` come with the
        result.
    command
        How the study was asked for; by default what can be told from it.

    Returns
    -------
    pathlib.Path
        ``index.html``: one file that needs no other, no network and no script. Beside it lie
        ``report.json``, ``tables/*.csv``, ``tables/*.tex`` and the files.

    Raises
    ------
    StudyError
        If the folder holds something else.
    knowledge_graph.errors.WriteError
        If the folder cannot be written.
    """
    told = result.to_dict()
    require_usable(out, told["study"])
    if isinstance(result, SemanticGap):
        page = lay_out_gap(result, source=collection.source, command=command)
        sheets = gap_sheets(result, collection)
    else:
        page = lay_out_perception(result, source=collection.source, command=command)
        sheets = perception_sheets(result, collection)
    works = _works(page, collection)
    pictures = embed_pictures(works, list(works))
    made = {cell.picture.key: cell.picture
            for rows in sheets.values() for row in rows for cell in row.cells}  # fmt: skip
    tracks = [chart for chapter in page.chapters for chart in chapter.tracks]
    n_tones = min(max((len(chart.tracks) for chart in tracks), default=0), N_COLOURS)
    style = page_style([*SHARED, _STYLE], [*pictures.values(), *made.values()], n_tones)
    environment = page_environment(_HERE / "templates")
    environment.filters.update(
        drawn_rows=draw_rows, drawn_tracks=draw_tracks, ratio_class=ratio_class
    )
    environment.globals.update(chart_width=WIDTH)
    text = environment.get_template("study.html").render(
        page=page,
        works=works,
        pictures=pictures,
        made=made,
        sheets=sheets,
        hero=[work for work in works if work in pictures][:_HERO],
        style=style,
        style_sha256=policy_hash(style),
    )
    make_folder(out)
    # First: by it a folder is known to hold a study, should the rest be cut short.
    data = json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False)
    write_text_atomic(out / DATA, _writable(data) + "\n")
    own = {**_own_files(result), **(files or {})}
    for name, written in own.items():
        write_text_atomic(out / name, written)
    write_tables(result, page.chapters, out / "tables")
    write_text_atomic(out / "index.html", _writable(text))
    return out / "index.html"


def _writable(text: str) -> str:
    """Replace halves of letters, which no file can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _own_files(result: SemanticGap | Perception) -> dict[str, str]:
    if isinstance(result, SemanticGap) and isinstance(result.classes.get("file"), str):
        return {"classes.toml": result.classes["file"]}
    if isinstance(result, Perception) and isinstance(result.settings.get("dimensions_file"), str):
        return {"dimensions.toml": result.settings["dimensions_file"]}
    return {}


def _works(page: StudyPage, collection: Collection) -> dict[str, ShownWork]:
    """Return what is known of the works that are shown, and have a picture."""
    places = {work: row for row, work in enumerate(collection.ids)}
    shown = {}
    for work in page.shown:
        if work not in places:
            continue
        own = collection[places[work]]
        if own.images:
            shown[work] = ShownWork(
                id=own.id,
                title=own.title,
                artist=", ".join(own.facets.get("artist", ())),
                date=own.date,
                image=own.images[0],
                root=collection.root,
            )
    return shown
