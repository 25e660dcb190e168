"""How a study is written down: data first, then tables, then a page."""

from evaluation.studies.reporting.place import require_usable
from evaluation.studies.reporting.write import write_study

__all__ = ["require_usable", "write_study"]
