"""Vocabularies in which each fact of a work lies one step from it: ArtGraph's and Wikidata's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from knowledge_graph.sources.artgraph_names import RELATIONS

RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_RDFS_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
_PREF_LABEL = "http://www.w3.org/2004/02/skos/core#prefLabel"
_SCHEMA_ORG = ("http://schema.org/", "https://schema.org/")
_DCTERMS = "http://purl.org/dc/terms/"
_OURS = "urn:topicart:vocabulary#"
_ARTGRAPH = "https://www.gennarovessio.com/artgraph-schema#"
_DIRECT = "http://www.wikidata.org/prop/direct/"
_ENTITY = "http://www.wikidata.org/entity/"

NAMESPACES: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "artgraph": (_ARTGRAPH,),
    "wikidata": (_DIRECT,),
    "linked-art": ("http://www.cidoc-crm.org/cidoc-crm/", "https://linked.art/ns/terms/"),
    "arco": ("https://w3id.org/arco/",),
})  # fmt: skip
"""By which namespaces a vocabulary is recognised."""


@dataclass(frozen=True)
class Star:
    """A vocabulary in which each fact of a work is one statement about it, by IRIs."""

    types: tuple[str, ...]
    """Predicates that say of which class something is."""
    classes: frozenset[str]
    """The classes of works."""
    facets: Mapping[str, str]
    """Predicate to facet."""
    signs: frozenset[str]
    """Facets that only works have: by them one without a class is known, unless it is a value."""
    titles: tuple[str, ...]
    """Predicates in the order of preference; so are those below."""
    descriptions: tuple[str, ...]
    dates: tuple[str, ...]
    labels: tuple[str, ...]
    """What a value is called."""
    ids: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    """The name of the work's picture, from which its id is taken too."""
    splits: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    """Names of pictures; where there are any, ``names`` is not one."""
    addresses: tuple[str, ...] = ()
    codes: Mapping[str, str] = field(default_factory=dict)
    """Predicate whose values are codes to what makes IRIs of them, written before."""
    folded: str = ""
    """In this namespace names are compared as ``relation_name`` gives them."""

    @cached_property
    def texts(self) -> frozenset[str]:
        """Predicates of which each work or value has one text.

        Returns
        -------
        frozenset of str
            Those of ids, names, titles, descriptions, dates, splits and labels.
        """
        return frozenset(
            (
                *(*self.ids, *self.names, *self.titles, *self.descriptions),
                *(*self.dates, *self.splits, *self.labels),
            )
        )


ARTGRAPH = Star(
    types=(RDF_TYPE,),
    classes=frozenset({f"{_ARTGRAPH}Artwork", f"{_ARTGRAPH}artwork"}),
    facets={_ARTGRAPH + name: facet for name, facet in RELATIONS.items()},
    signs=frozenset({"artist", "genre", "subject", "medium", "emotion"}),
    ids=(f"{_OURS}id",),
    names=(f"{_ARTGRAPH}name",),
    titles=(f"{_ARTGRAPH}title", f"{_DCTERMS}title", _RDFS_LABEL),
    descriptions=(f"{_DCTERMS}description", f"{_ARTGRAPH}description"),
    dates=(f"{_ARTGRAPH}date",),
    splits=(f"{_OURS}split",),
    pictures=(f"{_OURS}image",),
    addresses=(f"{_OURS}imageUrl", f"{_ARTGRAPH}image_url"),
    # The name comes first: it tells artists apart, and it is all that the CSV tree knows.
    labels=(f"{_ARTGRAPH}name", f"{_ARTGRAPH}printed_name", _RDFS_LABEL, _PREF_LABEL),
    folded=_ARTGRAPH,
)
"""ArtGraph, versions 1 and 2, and what ``convert`` adds to it."""

WIKIDATA = Star(
    types=(f"{_DIRECT}P31",),
    # Painting, drawing, print, sculpture, photograph, work of art, visual artwork, fresco,
    # watercolour, pastel, icon, mural, mosaic, tapestry, stained glass, relief, statue, woodcut,
    # lithograph, poster, altarpiece, diptych, triptych, polyptych, series, cycle and group.
    classes=frozenset(
        f"{_ENTITY}Q{number}"
        for number in (
            3305213, 93184, 11060274, 860861, 125191, 838948, 4502142, 22669139, 18761202,
            12043905, 132137, 219423, 133067, 184296, 1473346, 245117, 179700, 18219090, 15123870,
            429785, 15711026, 475476, 79218, 1278452, 15727816, 16905563, 18573970,
        )
    ),
    facets={
        f"{_DIRECT}P170": "artist",
        f"{_DIRECT}P135": "style",
        f"{_DIRECT}P136": "genre",
        f"{_DIRECT}P180": "subject",
        f"{_DIRECT}P921": "subject",
        f"{_DIRECT}P1257": "subject",
        f"{_DIRECT}P186": "medium",
        f"{_DIRECT}P2348": "period",
        f"{_DIRECT}P195": "place",
        f"{_DIRECT}P276": "place",
        f"{_DIRECT}P179": "series",
        f"{_DIRECT}P361": "series",
    },
    # Artists have movements and genres too, and museums places.
    signs=frozenset({"artist", "subject", "medium"}),
    codes={f"{_DIRECT}P1257": "https://iconclass.org/"},
    titles=(_RDFS_LABEL, *(f"{s}name" for s in _SCHEMA_ORG), _PREF_LABEL, f"{_DIRECT}P1476"),
    descriptions=tuple(f"{s}description" for s in _SCHEMA_ORG),
    dates=(f"{_DIRECT}P571",),
    addresses=(f"{_DIRECT}P18",),
    labels=(_RDFS_LABEL, *(f"{s}name" for s in _SCHEMA_ORG), _PREF_LABEL),
)  # fmt: skip
"""Wikidata's direct statements (``wdt:``); those with qualifiers (``p:``, ``ps:``) repeat them."""

STARS: Mapping[str, Star] = MappingProxyType({"artgraph": ARTGRAPH, "wikidata": WIKIDATA})
"""By the names that vocabularies have in ``open_collection``."""
