"""Which works are nearest to one another, under conditions on their facts, and the ways between.

``Facts`` answers conditions (``genre=marina``, ``date<1700``) with rows, ``ConditionalIndex``
searches them exactly, ``neighbours_of`` makes and keeps the graph of nearest neighbours of a run,
and ``find_path`` walks through it in small, even steps. ``Searcher`` opens a run for all this and
turns works, words and pictures into queries, ``analogies`` gives for each value of a facet the
nearest work, ``blind_spots`` where a group is missing. All speak of rows of an array of vectors.
"""

from topicart.retrieval.analogies import Analogies, Analogy, LeftOut, analogies
from topicart.retrieval.ball_tree import ConditionalBallTree, TreeFound
from topicart.retrieval.blind_spots import BlindSpots, Region, blind_spots
from topicart.retrieval.conditions import Condition, parse_condition
from topicart.retrieval.facts import Facts
from topicart.retrieval.found import BestOfEach, Found, FoundMany, Plan
from topicart.retrieval.index import ConditionalIndex
from topicart.retrieval.neighbours import Neighbours, neighbours_of
from topicart.retrieval.own_encoder import encoder_of
from topicart.retrieval.paths import WorkPath, find_path, path
from topicart.retrieval.queries import Query
from topicart.retrieval.searcher import Searcher

__all__ = [
    "Analogies",
    "Analogy",
    "BestOfEach",
    "BlindSpots",
    "Condition",
    "ConditionalBallTree",
    "ConditionalIndex",
    "Facts",
    "Found",
    "FoundMany",
    "LeftOut",
    "Neighbours",
    "Plan",
    "Query",
    "Region",
    "Searcher",
    "TreeFound",
    "WorkPath",
    "analogies",
    "blind_spots",
    "encoder_of",
    "find_path",
    "neighbours_of",
    "parse_condition",
    "path",
]
