"""Compare topic models: one page with their measures, their topics and their pictures.

``compare_runs`` turns measured runs into plain values (``compared``), ``write_report`` writes them
as a page, as CSV and as LaTeX.
"""

from evaluation.comparing.compared import Comparison
from evaluation.comparing.comparison import compare_runs
from evaluation.comparing.errors import ComparisonError
from evaluation.comparing.evaluated import Evaluated, Failed
from evaluation.comparing.place import require_usable
from evaluation.comparing.render import write_report

__all__ = [
    "Comparison",
    "ComparisonError",
    "Evaluated",
    "Failed",
    "compare_runs",
    "require_usable",
    "write_report",
]
