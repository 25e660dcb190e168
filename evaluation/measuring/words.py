"""A run's topics judged by their words: coherence in texts and in a judge's vectors, diversity."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from evaluation.bootstrap import FEWEST, bootstrap_interval
from evaluation.coherence import topic_coherences
from evaluation.jackknife import jackknife_interval
from evaluation.judging.judges import flattery
from evaluation.measuring.chance import dealings, too_few_topics
from evaluation.metric import Metric
from evaluation.topic_words import topic_words
from evaluation.values import TOP_N
from evaluation.words import embedding_coherence, inverse_rbo, rank_overlaps, topic_diversity

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from evaluation.judging.judges import Judge
    from evaluation.reference import Reference
    from evaluation.values import RunValues
    from topicart.run import Model

COHERENCES = {
    "c_npmi": "NPMI coherence",
    "c_v": "C_v coherence",
    "c_uci": "C_uci coherence",
    "u_mass": "U_mass coherence",
}
"""Names as in gensim, and titles."""

RESAMPLES = 2000
RBO_P = 0.9

_TWO = 2
"""Coherence is between words: a topic with fewer has none."""

Words = Sequence[str]


@dataclass(frozen=True)
class _Told:
    """The words that are measured.

    Parameters
    ----------
    own
        Of each topic.
    chance
        Of each random cluster, for each dealing.
    top_n
        Words of a topic that count.
    rule
        Where the words are from.
    seed
        Decides the intervals.
    read_captions
        Whether the model read the works' captions.
    """

    own: tuple[Words, ...]
    chance: tuple[tuple[Words, ...], ...]
    top_n: int
    rule: str
    seed: int
    read_captions: bool

    def parameters(self, of: str) -> dict[str, object]:
        """Return what every number of words was computed with."""
        return {
            "top_n": self.top_n,
            "words": self.rule,
            "of": of,
            "random_clusterings": len(self.chance),
            "random_words": _C_TF_IDF,
        }


_C_TF_IDF = "highest c-TF-IDF in the captions"


def word_metrics(
    values: RunValues,
    reference: Reference,
    judge: Judge | None,
    *,
    top_n: int = TOP_N,
    seed: int = 0,
) -> list[Metric]:
    """Measure the words of topics, beside those of random clusters of the same sizes.

    Parameters
    ----------
    values
        The run's values.
    reference
        The texts in which words are counted.
    judge
        Who makes vectors of words; ``None`` if nobody does.
    top_n
        Words of a topic that count, 2 to 10.
    seed
        Decides the random clusters and the intervals.

    Returns
    -------
    list of Metric
        ``c_npmi``, ``c_v``, ``c_uci``, ``u_mass``, ``we_coherence``, ``topic_diversity``
        and ``irbo``, in this order, always all.

    Raises
    ------
    ValueError
        If ``top_n`` is not from 2 to 10.
    """
    if not _TWO <= top_n <= TOP_N:
        raise ValueError(
            f"top_n is {top_n}; expected 2, for coherence is between words, to {TOP_N}, for no "
            "more words of a topic are known."
        )
    n_topics = len(values.topics)
    dealt = dealings(values, seed=seed) if n_topics else ()
    told = _Told(
        own=tuple(tuple(map(_as_token, topic.words[:top_n])) for topic in values.topics),
        chance=tuple(topic_words(values.tokens, places, n_topics, top_n=top_n) for places in dealt),
        top_n=top_n,
        rule="the model's own" if values.own_words else _C_TF_IDF,
        seed=seed,
        read_captions=values.read_captions,
    )
    why_none = too_few_topics(values, 1, "")
    return [
        *_coherences(told, reference, why_none),
        _in_vectors(told, values.encoder, judge, why_none),
        _diversity(told, too_few_topics(values, 2, "that could share words")),
        _irbo(told, too_few_topics(values, 2, "that could share words")),
    ]


def _as_token(word: str) -> str:
    """Spell a word as the texts do."""
    return unicodedata.normalize("NFC", word).lower()


def _coherences(told: _Told, reference: Reference, why_none: str | None) -> list[Metric]:
    """Measure whether words are found together in texts."""
    seen = set(chain.from_iterable(reference.texts))
    if not why_none and not seen:
        why_none = f"There is nothing to count words in: the {reference.name} have no words."
    if why_none:
        return [
            replace(_coherence_metric(name, told, reference), note=why_none) for name in COHERENCES
        ]
    own = [[word for word in words if word in seen] for words in told.own]
    chance = [[word for word in words if word in seen] for words in chain(*told.chance)]
    n_words, n_kept = (sum(map(len, words)) for words in (told.own, own))
    found = topic_coherences([*own, *chance], reference.texts, top_n=told.top_n)
    return [
        _over_topics(
            replace(
                _coherence_metric(name, told, reference),
                warning=sentences(
                    _READ if told.read_captions and reference.of_works else None,
                    _FEWER if n_kept < _MOSTLY * n_words else None,
                ),
                parameters={
                    **told.parameters("topics"),
                    "window": found[name].window or "whole text",
                    "segmentation": found[name].segmentation,
                    "epsilon": found[name].epsilon,
                    "texts": found[name].n_texts,
                    "tokens": reference.rule,
                    "resamples": RESAMPLES,
                },
            ),
            np.array(found[name].per_topic[: len(own)]),
            np.array(found[name].per_topic[len(own) :]),
            seed=told.seed,
            none="No topic has two words that are in the texts.",
            left_out="fewer than two of their words are in the texts",
            notes=_dropped(n_words - n_kept, n_words, "are in no text"),
        )
        for name in COHERENCES
    ]


def _coherence_metric(name: str, told: _Told, reference: Reference) -> Metric:
    return Metric(
        name=name,
        title=COHERENCES[name],
        family="words",
        value=None,
        better="higher",
        judge=reference.name,
        parameters=told.parameters("topics"),
    )


def _in_vectors(told: _Told, encoder: Model, judge: Judge | None, why_none: str | None) -> Metric:
    """Measure whether words are near to each other in the judge's vectors."""
    metric = Metric(
        name="we_coherence",
        title="Word-embedding coherence",
        family="words",
        value=None,
        better="higher",
        judge=judge.text_tower if judge else None,
        parameters={**told.parameters("topics"), "resamples": RESAMPLES},
    )
    vocabulary = sorted(set(chain(chain(*told.own), chain(*chain(*told.chance)))))
    if not why_none and not any(told.own):
        why_none = "No topic has a word."
    if why_none:
        return replace(metric, note=why_none)
    vectors = judge.encode_texts(vocabulary) if judge and judge.text_tower else None
    if vectors is None:
        who = f"The judge ({judge.name}) reads no words" if judge else "There is no judge of words"
        return replace(metric, note=f"{who}; name one that does.")
    index = {word: row for row, word in enumerate(vocabulary)}
    own = embedding_coherence(told.own, vectors, index, top_n=told.top_n)
    chance = embedding_coherence(tuple(chain(*told.chance)), vectors, index, top_n=told.top_n)
    return _over_topics(
        replace(metric, warning=flattery(judge, encoder) if judge else None),
        np.array(own.per_topic),
        np.array(chance.per_topic),
        seed=told.seed,
        none="No topic has two words.",
        left_out="they have fewer than two words",
        notes=_dropped(sum(own.n_missing), sum(map(len, told.own)), "have no vector"),
    )


def _over_topics(
    metric: Metric,
    own: NDArray[np.float64],
    chance: NDArray[np.float64],
    *,
    seed: int,
    none: str,
    left_out: str,
    notes: list[str],
) -> Metric:
    """Fill in the mean over topics that have a number; those that have none are NaN."""
    measured, by_chance = (numbers[np.isfinite(numbers)] for numbers in (own, chance))
    if not len(measured):
        return replace(metric, note=" ".join([none, *notes]))
    missing = len(own) - len(measured)
    if missing:
        notes = [f"{missing:,} of {len(own):,} topics are left out: {left_out}.", *notes]
    if len(measured) < FEWEST:
        notes = [*notes, _NO_INTERVAL]
    if not len(by_chance):
        notes = [*notes, "Random clusters have no such words, so there is no baseline."]
    return replace(
        metric,
        value=float(measured.mean()),
        interval=bootstrap_interval(measured, np.mean, repeats=RESAMPLES, seed=seed),
        baseline=float(by_chance.mean()) if len(by_chance) else None,
        n=len(measured),
        note=" ".join(notes) or None,
    )


_NO_INTERVAL = "Fewer than three topics give no interval."
_NO_SPREAD = "Leaving out any topic changes nothing, which does not say how sure the number is."
_MOSTLY = 0.9
_FEWER = "Words that are in no text are not measured; those left are commoner, and cohere more."
_READ = "The model read these captions, so its words are found together in them the more easily."


def _dropped(n_dropped: int, n_words: int, why: str) -> list[str]:
    if not n_dropped:
        return []
    return [f"{n_dropped:,} of the topics' {n_words:,} words {why} and were dropped."]


def _diversity(told: _Told, why_none: str | None) -> Metric:
    """Measure how few words are used twice."""
    metric = Metric(
        name="topic_diversity",
        title="Topic diversity",
        family="words",
        value=None,
        better="higher",
        judge="the topics' words",
        parameters={**told.parameters("topics"), "interval": "jackknife"},
    )
    metric = share_of_distinct(metric, told.own, "word", why_none)
    chance = [topic_diversity(words) for words in told.chance if any(words)]
    if metric.value is None or not chance:
        return metric
    return replace(metric, baseline=float(np.mean(chance)))


def share_of_distinct(
    metric: Metric, lists: Sequence[Words], what: str, why_none: str | None
) -> Metric:
    """Fill in the diversity of lists of words, those without any left out.

    Parameters
    ----------
    metric
        What it is called.
    lists
        The words of each topic.
    what
        What they are, in the singular.
    why_none
        Why there is no value, or ``None`` if there may be one.

    Returns
    -------
    Metric
        With the value and its jackknife interval, or the reason why there is none.
    """
    told = [list(dict.fromkeys(word.casefold() for word in words)) for words in lists if words]
    if not why_none and len(told) < _TWO:
        has = "One topic only has" if told else "No topic has"
        why_none = f"{has} a {what}; it takes two that could share one."
    if why_none:
        return replace(metric, note=why_none)
    value = topic_diversity(told)
    n_using = Counter(chain.from_iterable(told))
    # Without a topic, the words that no other uses are gone, and its own are not counted.
    alone = np.array([sum(n_using[word] == 1 for word in words) for words in told])
    lengths = np.array([len(words) for words in told])
    without = (len(n_using) - alone) / (lengths.sum() - lengths)
    interval = jackknife_interval(value, without)
    return replace(
        metric,
        value=value,
        interval=interval,
        n=len(told),
        note=_about_few(len(told), len(lists), what, interval),
    )


def _irbo(told: _Told, why_none: str | None) -> Metric:
    """Measure how far topics differ in their words and the order of them."""
    words = [own for own in told.own if own]
    n = len(words)
    metric = Metric(
        name="irbo",
        title="Inverted rank-biased overlap (I-RBO)",
        family="words",
        value=None,
        better="higher",
        judge="the topics' words",
        parameters={**told.parameters("pairs of topics"), "p": RBO_P, "interval": "jackknife"},
    )
    if not why_none and n < _TWO:
        has = "One topic only has" if n else "No topic has"
        why_none = f"{has} a word; it takes two that could share one."
    if why_none:
        return replace(metric, note=why_none)
    apart = 1 - rank_overlaps(words, p=RBO_P, top_n=told.top_n)
    np.fill_diagonal(apart, 0.0)
    total = apart.sum()
    value = float(total / (n * (n - 1)))
    without = (total - 2 * apart.sum(axis=1)) / max((n - 1) * (n - 2), 1)
    dealt = (inverse_rbo(own, p=RBO_P, top_n=told.top_n) for own in told.chance)
    chance = [number for number in dealt if number is not None]
    interval = jackknife_interval(value, without)
    return replace(
        metric,
        value=value,
        interval=interval,
        baseline=float(np.mean(chance)) if chance else None,
        n=n * (n - 1) // 2,
        note=_about_few(n, len(told.own), "word", interval),
    )


def _about_few(
    n_told: int, n_topics: int, what: str, interval: tuple[float, float] | None
) -> str | None:
    """Say which topics are left out, and why there is no interval."""
    missing = n_topics - n_told
    why_none = _NO_INTERVAL if n_told < FEWEST else _NO_SPREAD
    return sentences(
        f"{missing:,} of {n_topics:,} topics have no {what} and are left out." if missing else None,
        None if interval else why_none,
    )


def sentences(*told: str | None) -> str | None:
    """Put sentences together.

    Parameters
    ----------
    *told
        Sentences; ``None`` for what is not to be said.

    Returns
    -------
    str or None
        ``None`` if there is none.
    """
    return " ".join(filter(None, told)) or None
