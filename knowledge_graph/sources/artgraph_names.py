"""What ArtGraph calls its relations and nodes, in all its versions, and which facets they are."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

RELATIONS: Mapping[str, str] = MappingProxyType({
    "createdby": "artist",
    "author": "artist",
    "hasstyle": "style",
    "style": "style",
    "hasgenre": "genre",
    "genre": "genre",
    "about": "subject",
    "tag": "subject",
    "madeof": "medium",
    "media": "medium",
    "hasperiod": "period",
    "period": "period",
    "locatedin": "place",
    "completedin": "place",
    "gallery": "place",
    "city": "place",
    "country": "place",
    "partof": "series",
    "serie": "series",
    "elicits": "emotion",
    "elicit": "emotion",
})  # fmt: skip
"""Relations from a work, as ``relation_name`` gives them, of version 1 (author, completedin) and
version 2 (createdBy, locatedIn)."""

NODES: Mapping[str, str] = MappingProxyType({
    "artist": "artist",
    "style": "style",
    "genre": "genre",
    "tag": "subject",
    "media": "medium",
    "period": "period",
    "gallery": "place",
    "city": "place",
    "country": "place",
    "serie": "series",
    "emotion": "emotion",
})  # fmt: skip
"""Kinds of node that a relation may lead to, in lower case."""

_SPLITS = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "test": "test",
}


def relation_name(name: str) -> str:
    """Bring the name of a relation or a kind of node to the one spelling of RELATIONS and NODES.

    Parameters
    ----------
    name : str
        Such as ``createdBy``, ``createdby``, ``author_rel`` or ``training_node``.

    Returns
    -------
    str
        In lower case, without what loaders append so that names do not clash.
    """
    return name.strip().lower().removesuffix("_rel").removesuffix("_node")


def split_name(name: str) -> str:
    """Bring the name of a part of ArtGraph to the one spelling that collections have.

    Parameters
    ----------
    name : str
        A file's or a folder's, such as ``validation`` or ``artgraphf2_train``.

    Returns
    -------
    str
        ``train``, ``val`` or ``test``; ``""`` if it is none.
    """
    last = name.strip().lower().replace("-", "_").rpartition("_")[2]
    return _SPLITS.get(last, "")
