"""What the pages of connections share: one file, one style sheet allowed by its hash, no script."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import topicart
from knowledge_graph.atomic import make_folder, write_text_atomic
from topicart.report.connections.shown import Picture, Shown
from topicart.report.environment import page_environment
from topicart.report.wording import collection_name, day

if TYPE_CHECKING:
    import jinja2

    from topicart.run import Run

__all__ = ["write_page"]

_HERE = Path(__file__).parent
_HOUSE = _HERE.parent / "static" / "site.css"


def write_page(
    file: Path,
    template: str,
    run: Run,
    *,
    about: str,
    shown: Iterable[Shown],
    sent: Picture | None = None,
    sheets: Sequence[str] = (),
    rules: Sequence[str] = (),
    command: str = "",
    **values: Any,
) -> Path:
    """Write one page.

    Parameters
    ----------
    file : Path
        Where; an earlier one is replaced, its folder is made if missing.
    template : str
        A template that extends ``connection.html``.
    run : Run
        The run that it tells of.
    about : str
        What is shown, for the line by which it is cited.
    shown : iterable of Shown
        The works on it.
    sent : Picture, optional
        A picture on it that is of no work.
    sheets : sequence of str
        Style sheets beside those that all these pages have, without suffix.
    rules : sequence of str
        Style rules that depend on what is shown.
    command : str
        The command that makes it again.
    **values
        What the template shows besides.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    knowledge_graph.errors.WriteError
        If it cannot be written.
    """
    pictures = [work.picture for work in shown] + [sent]
    style = _style(sheets, rules, [picture for picture in pictures if picture is not None])
    name = collection_name(run.record.source.path)
    text = (
        _environment()
        .get_template(template)
        .render(
            name=name,
            record=run.record,
            version=topicart.__version__,
            citation=_citation(run, name, about),
            command=command,
            sent=sent,
            style=style,
            style_sha256=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii"),
            **values,
        )
    )
    make_folder(file.parent)
    # A file's name or words from a command line may hold bytes that are no UTF-8.
    write_text_atomic(file, text.encode("utf-8", "backslashreplace").decode("utf-8"))
    return file


def _style(sheets: Sequence[str], rules: Sequence[str], pictures: Sequence[Picture]) -> str:
    """The page's only style sheet; as the policy names its hash, no other can be smuggled in."""
    own = (_HERE / "static" / f"{sheet}.css" for sheet in ("connection", *sheets))
    ratios = sorted({picture.hundredths for picture in pictures} | {100})
    return "\n".join(
        [
            *(path.read_text(encoding="utf-8") for path in (_HOUSE, *own)),
            *(f".r{ratio}{{--r:{ratio / 100:.2f}}}" for ratio in ratios),
            *rules,
        ]
    )


def _citation(run: Run, name: str, about: str) -> str:
    model = run.record.model
    return (
        f"{about}, in “{name}” ({run.record.source.works:,} works). Made with topicart "
        f"{topicart.__version__} from a run of {day(run.record.finished or run.record.created)}, "
        f"encoder {model.name} (weights SHA-256 {model.weights_sha256[:16]})."
    )


@cache
def _environment() -> jinja2.Environment:
    environment = page_environment(_HERE / "templates")
    environment.filters.update(
        score=lambda value: f"{value:.3f}".replace("-", "−"),
        chance=chance,
    )
    return environment


def chance(p: float) -> str:
    """Write a probability.

    Parameters
    ----------
    p : float
        0 to 1.

    Returns
    -------
    str
        With as many decimals as say something.

    Examples
    --------
    >>> chance(0.2345), chance(0.034), chance(0.001), chance(0.00001)
    ('0.23', '0.03', '0.001', 'under 0.001')
    """
    if p < 0.001:
        return "under 0.001"
    return f"{p:.2f}" if p >= 0.0095 else f"{p:.3f}"
