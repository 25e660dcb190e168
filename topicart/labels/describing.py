"""The stage that names topics: terms weighed, labels chosen, headlines composed, groups made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from prompts import add_terms, build_vocabulary, gather_terms, load_templates
from topicart.labels.choosing import choose_labels
from topicart.labels.closeness import encode_terms, measure_closeness, no_closeness
from topicart.labels.evidence import weigh_evidence
from topicart.labels.headlines import compose_headlines
from topicart.labels.hierarchy import group_centroids, group_topics
from topicart.labels.keywords import WordCounts, count_words, topic_keywords
from topicart.summaries.facts import summarize_facts
from topicart.topics import OUTLIER, Summary, Topic

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from knowledge_graph import Collection
    from prompts import Templates, Term, Vocabulary
    from topicart.encoder import Encoder
    from topicart.labels.config import LabelConfig
    from topicart.labels.evidence import Evidence
    from topicart.slices import Progress
    from topicart.topics import Label

_MOST_ENCODED = 300
"""Of a facet's terms, the most frequent ones that pictures may always choose from."""

_PARTS = 3
"""Parts of a group by which it is called if it has no label."""

_TITLES = 3
"""Central works by which a topic without a label is called."""


@dataclass(frozen=True)
class Described:
    """Topics and groups with all that is said of them.

    Parameters
    ----------
    topics
        The topics, in order.
    groups
        Groups of topics (level 1), then groups of those (level 2), each largest first.
    """

    topics: tuple[Topic, ...]
    groups: tuple[Topic, ...]


def describe_topics(
    works: Collection,
    assignments: NDArray[np.int32],
    ranks: NDArray[np.int32],
    centroids: NDArray[np.float32],
    mean: NDArray[np.float32],
    *,
    encoder: Encoder | None,
    config: LabelConfig,
    on_count: Progress | None = None,
) -> Described:
    """Name topics, say why, pick their representatives, and gather them into groups.

    Parameters
    ----------
    works
        The works that have a vector.
    assignments, ranks
        Topic of each work and its place there, shape ``(n_works,)``; -1 for outliers.
    centroids
        Unit vectors, shape ``(n_topics, dim)``.
    mean
        Mean of the works' vectors, shape ``(dim,)``.
    encoder
        Encodes the terms' prompts; without it only the facts vote.
    config
        Who votes, with which words, and the thresholds.
    on_count
        Called with the prompts encoded and all prompts.

    Returns
    -------
    Described
        A topic for each centroid, in order, and their groups.

    Raises
    ------
    prompts.VocabularyError, prompts.TemplateError
        If a file named in ``config`` cannot be used.
    """
    terms, templates = read_words(config)
    vocabulary = add_terms(build_vocabulary(works, min_works=config.min_works), terms)
    sizes = np.bincount(assignments[assignments != OUTLIER], minlength=len(centroids))
    tiers = [np.arange(len(centroids), dtype=np.int32), *group_topics(centroids, sizes)]
    levels = [_level(tier, assignments, ranks, centroids, sizes) for tier in tiers]
    evidences = [
        weigh_evidence(vocabulary, level.assignments, len(level.centroids)) for level in levels
    ]
    directions = None
    if encoder is not None and config.judges != "facts":
        wanted = _worth_encoding(vocabulary, evidences, config)
        directions = encode_terms(vocabulary, wanted, encoder, templates, on_count)
    words = count_words(works.column("title"), works.column("description"))
    described: list[tuple[Topic, ...]] = []
    taken: list[str] = []
    for number, (level, evidence) in enumerate(zip(levels, evidences, strict=True)):
        if directions is None:
            closeness = no_closeness(len(level.centroids), len(vocabulary.terms))
        else:
            closeness = measure_closeness(vocabulary, directions, level.centroids, mean)
        # What is true of few of its works names no group: it would be the name of one part.
        least = config.min_share if number else config.min_share_agreed
        own = config.model_copy(update={"min_share_agreed": least})
        labels = [
            choose_labels(topic, vocabulary, evidence, closeness, own)
            for topic in range(len(level.centroids))
        ]
        parts = _names_within(described[-1], *tiers[number - 1 : number + 1]) if number else ()
        described.append(tuple(_describe(works, level, labels, config, words, taken, parts)))
        taken += [topic.name for topic in described[-1]]
    nested = _nested(described, tiers)
    return Described(nested[0], tuple(group for level in nested[1:] for group in level))


def _names_within(
    below: Sequence[Topic], of_below: NDArray[np.int32], of_group: NDArray[np.int32]
) -> list[str]:
    """Return what each group is called if it has no label: what its largest parts show."""
    group_of = dict(zip(of_below.tolist(), of_group.tolist(), strict=True))
    within: list[dict[str, None]] = [{} for _ in range(int(of_group.max()) + 1)]
    for part, topic in enumerate(below):
        within[group_of[part]][topic.name.partition(", ")[0]] = None
    return [" / ".join(list(names)[:_PARTS]) for names in within]


def _nested(
    described: Sequence[Sequence[Topic]], tiers: Sequence[NDArray[np.int32]]
) -> list[tuple[Topic, ...]]:
    """Number the levels on, and tell every topic and group what it is in.

    A group of one has that one's name: it is the same works.
    """
    nested: list[tuple[Topic, ...]] = []
    first = 0
    for number, level in enumerate(described):
        after = first + len(level)
        above = {}
        if number + 1 < len(tiers):
            above = dict(zip(tiers[number].tolist(), tiers[number + 1].tolist(), strict=True))
        below = nested[-1] if nested else ()
        n_below = Counter(topic.broader for topic in below)
        names = {topic.broader: topic.name for topic in below if n_below[topic.broader] == 1}
        nested.append(
            tuple(
                replace(
                    topic,
                    id=first + topic.id,
                    name=names.get(first + topic.id, topic.name),
                    level=number,
                    broader=after + above[topic.id] if above else None,
                )
                for topic in level
            )
        )
        first = after
    return nested


def read_words(config: LabelConfig) -> tuple[tuple[Term, ...], Templates]:
    """Read the words that names are made with, beside the collection's own.

    Parameters
    ----------
    config
        How topics are named.

    Returns
    -------
    tuple
        The terms of its vocabularies, and its templates.

    Raises
    ------
    prompts.VocabularyError, prompts.TemplateError
        If one of the files is missing or cannot be used.
    """
    terms = gather_terms(config.vocabularies, language=config.language)
    return terms, load_templates(config.templates)


@dataclass(frozen=True)
class _Level:
    """Topics, or groups of them: the works of each, the most central first, and its direction."""

    assignments: NDArray[np.int32]
    members: list[NDArray[np.int64]]
    centroids: NDArray[np.float32]


def _level(
    tier: NDArray[np.int32],
    assignments: NDArray[np.int32],
    ranks: NDArray[np.int32],
    centroids: NDArray[np.float32],
    sizes: NDArray[np.int64],
) -> _Level:
    """Gather the topics of one tier; a group shows the most central work of each topic in turn."""
    own = np.full_like(assignments, OUTLIER)
    inside = np.flatnonzero(assignments != OUTLIER)
    own[inside] = tier[assignments[inside]]
    order = np.lexsort((assignments, ranks, own))
    n_groups = int(tier.max(initial=OUTLIER)) + 1
    starts = np.searchsorted(own[order], np.arange(n_groups + 1))
    members = [order[starts[group] : starts[group + 1]] for group in range(n_groups)]
    return _Level(own, members, group_centroids(centroids, sizes, tier))


def _worth_encoding(
    vocabulary: Vocabulary, evidences: Sequence[Evidence], config: LabelConfig
) -> NDArray[np.bool_]:
    """Say which terms the pictures may choose from.

    Those of controlled vocabularies, those that the facts of some topic speak for, and the most
    frequent of each facet: a large collection has tens of thousands of terms, most of them rare.
    """
    wanted = np.zeros(len(vocabulary.terms), dtype=np.bool_)
    for evidence in evidences:
        certain = (evidence.q_values <= config.max_q) & (
            evidence.stated_shares >= config.min_share_agreed
        )
        wanted |= certain.any(axis=0)
    seen: Counter[str] = Counter()
    for column, term in enumerate(vocabulary.terms):
        seen[term.facet] += 1
        wanted[column] |= term.source != "collection" or seen[term.facet] <= _MOST_ENCODED
    return wanted


def _describe(
    works: Collection,
    level: _Level,
    labels: Sequence[tuple[Label, ...]],
    config: LabelConfig,
    words: WordCounts,
    taken: Sequence[str],
    otherwise: Sequence[str],
) -> Iterator[Topic]:
    titles = works.column("title")
    central = [
        [titles[row] or works.ids[row] for row in rows[:_TITLES].tolist()] for rows in level.members
    ]
    keywords = topic_keywords(words, level.assignments, len(level.members), most=config.n_keywords)
    for topic, name in enumerate(compose_headlines(labels, central, taken, otherwise)):
        rows = level.members[topic]
        yield Topic(
            id=topic,
            name=name,
            size=len(rows),
            labels=labels[topic],
            summary=Summary(summarize_facts(works.select(rows.tolist()), labels[topic])),
            representatives=tuple(
                works.ids[row] for row in rows[: config.n_representatives].tolist()
            ),
            keywords=keywords[topic],
        )
