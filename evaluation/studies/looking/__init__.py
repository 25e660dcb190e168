"""What studies look through: models with two sides, pictures, and the vectors kept of them."""

from evaluation.studies.looking.features import FEATURES, Feature, load_feature
from evaluation.studies.looking.model import StudyModel, TextSide, load_models
from evaluation.studies.looking.pictures import (
    SIDE,
    Treatment,
    WorkPictures,
    pictures_of_works,
    treated,
)
from evaluation.studies.looking.seen import PicturesInParts, see_all
from evaluation.studies.looking.space import Space, spaces_of
from evaluation.studies.looking.works import StudiedWorks, studied_works

__all__ = [
    "FEATURES",
    "SIDE",
    "Feature",
    "PicturesInParts",
    "Space",
    "StudiedWorks",
    "StudyModel",
    "TextSide",
    "Treatment",
    "WorkPictures",
    "load_feature",
    "load_models",
    "pictures_of_works",
    "see_all",
    "spaces_of",
    "studied_works",
    "treated",
]
