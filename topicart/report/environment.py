"""The templates of a page, everything escaped, with the filters that all pages share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from topicart.report.wording import capitalised, counted, day, duration, percent, shorten

if TYPE_CHECKING:
    import jinja2

__all__ = ["page_environment"]


def page_environment(templates: Path) -> jinja2.Environment:
    """Make the environment that a page's templates are read in.

    Parameters
    ----------
    templates
        Their folder.

    Returns
    -------
    jinja2.Environment
        Escapes whatever is put in; a name that is not there is an error.
    """
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        capitalised=capitalised,
        counted=counted,
        day=day,
        duration=duration,
        number=lambda value: f"{value:,}",
        percent=percent,
        shorten=shorten,
    )
    return environment
