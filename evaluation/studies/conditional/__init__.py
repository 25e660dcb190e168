"""Studies of conditional retrieval: how often the same content is found in another style.

The measurements of MosAIC (Hamilton et al., arXiv 2007.07177), made again on pictures that are at
hand: ``font`` draws letters in fonts, ``art`` gives works styles by code (``stylisations``);
``looking.features`` look at them, ``metrics`` compare, ``accuracy`` counts, ``study`` does it all
and ``study_tables`` shows it. ``published_matches`` holds the index against the nearest works that
the paper's authors published.
"""

from evaluation.studies.conditional.accuracy import (
    Accuracy,
    Questions,
    Share,
    conditional_accuracy,
    draw_questions,
)
from evaluation.studies.conditional.art import conditional_art, pictures_of_folders
from evaluation.studies.conditional.font import CHARACTERS, FontFace, conditional_font, find_faces
from evaluation.studies.conditional.metrics import METRICS, METRICS_TOLD, keys_and_queries
from evaluation.studies.conditional.pictures_in_styles import PicturesInStyles
from evaluation.studies.conditional.published_matches import (
    MatchAgreement,
    match_agreement,
    published_index,
)
from evaluation.studies.conditional.study import QUESTIONS, StudyResult, run_study
from evaluation.studies.conditional.study_tables import study_markdown, study_table
from evaluation.studies.looking.features import FEATURES, Feature, load_feature
from evaluation.studies.stylisations import STYLES, stylise

__all__ = [
    "CHARACTERS",
    "FEATURES",
    "METRICS",
    "METRICS_TOLD",
    "QUESTIONS",
    "STYLES",
    "Accuracy",
    "Feature",
    "FontFace",
    "MatchAgreement",
    "PicturesInStyles",
    "Questions",
    "Share",
    "StudyResult",
    "conditional_accuracy",
    "conditional_art",
    "conditional_font",
    "draw_questions",
    "find_faces",
    "keys_and_queries",
    "load_feature",
    "match_agreement",
    "pictures_of_folders",
    "published_index",
    "run_study",
    "study_markdown",
    "study_table",
    "stylise",
]
