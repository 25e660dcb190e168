"""Topics judged by whether their words are found together in texts: C_v, NPMI, C_uci, U_mass."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluation.cooccurrence import SharedWindows, TopicTokens

EPSILON = 1e-12
"""What is added to a probability before its logarithm, as in gensim."""

_Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Coherence:
    """How coherent topics are, and all that decides the number.

    Parameters
    ----------
    measure
        ``"c_v"``, ``"c_npmi"``, ``"c_uci"`` or ``"u_mass"``.
    per_topic
        Of each topic, in the order given; NaN where ``reasons`` has the topic.
    mean
        Over the topics that have a value; NaN if none has.
    window
        Tokens in a window, or ``None`` for whole texts (U_mass).
    segmentation
        Which of a topic's words are compared, in gensim's terms: ``s_one_one`` each with each
        other, ``s_one_pre`` each with those before it, ``s_one_set`` each with all.
    epsilon
        What is added to a probability before its logarithm.
    top_n
        Words of a topic that count; a topic may have fewer.
    n_texts
        Texts in which the words were counted, the empty ones too.
    reasons
        Why a topic has no value, by its place in ``per_topic``.
    """

    measure: str
    per_topic: tuple[float, ...]
    mean: float
    window: int | None
    segmentation: str
    epsilon: float
    top_n: int
    n_texts: int
    reasons: dict[int, str]


def topic_coherence(
    topics: Sequence[Sequence[str]],
    texts: Sequence[Sequence[str]],
    measure: str = "c_v",
    *,
    window: int | None = None,
    top_n: int = 10,
) -> Coherence:
    """Measure topics by the texts, with gensim's definitions and so with its numbers.

    With P the share of windows that hold a word, or two (Röder, Both & Hinneburg 2015):

    * ``c_uci``: mean over pairs of log((P(a, b) + ε) / (P(a) P(b))) (Newman et al. 2010);
    * ``c_npmi``: each of these over -log(P(a, b) + ε) (Bouma 2009);
    * ``u_mass``: mean over pairs, b before a in the topic, of log((P(a, b) + ε) / P(b)), where a
      window is a text (Mimno et al. 2011);
    * ``c_v``: mean cosine between a word's NPMI with each of the topic's words (itself too) and
      the sum of these vectors over the topic (γ = 1).

    Parameters
    ----------
    topics
        The words of each topic, the best first. A word told twice counts once.
    texts
        The tokens of each text; spelt as the words are. Empty texts count, as in gensim.
    measure
        Which of the four.
    window
        Tokens in a window; by default gensim's, 110 for ``c_v`` and 10 for ``c_npmi`` and
        ``c_uci``. ``u_mass`` has none.
    top_n
        Words of a topic that count, at least 2.

    Returns
    -------
    Coherence
        A topic with fewer than two words, or one of whose words is in no text, has NaN and a
        reason. (gensim would there be silent, raise, or give NaN, infinity or a perfect 1.)

    Raises
    ------
    ValueError
        If the measure, the window or ``top_n`` is none of the above, or topics or texts are
        strings instead of lists of them.
    """
    if measure not in _MEASURES:
        raise ValueError(f"measure is {measure!r}; expected one of {', '.join(_MEASURES)}.")
    if measure == "u_mass" and window is not None:
        raise ValueError(f"window is {window}, but u_mass counts whole texts; leave it out.")
    if window is not None and window < 1:
        raise ValueError(f"window is {window}; expected at least 1 token.")
    return _measured(topics, texts, {measure: window or _MEASURES[measure][1]}, top_n)[measure]


def topic_coherences(
    topics: Sequence[Sequence[str]], texts: Sequence[Sequence[str]], *, top_n: int = 10
) -> dict[str, Coherence]:
    """Measure topics in all four ways at once, each with gensim's usual window.

    The texts are read once, and measures whose windows are the same count them once: ``c_npmi``
    and ``c_uci`` always, ``c_v`` and ``u_mass`` where no text is longer than 110 tokens.

    Parameters
    ----------
    topics
        The words of each topic, the best first. A word told twice counts once.
    texts
        The tokens of each text; spelt as the words are. Empty texts count, as in gensim.
    top_n
        Words of a topic that count, at least 2.

    Returns
    -------
    dict of str to Coherence
        By measure, each as :func:`topic_coherence` gives it.

    Raises
    ------
    ValueError
        If ``top_n`` is below 2, or topics or texts are strings instead of lists of them.
    """
    return _measured(
        topics, texts, {name: usual for name, (_, usual, _) in _MEASURES.items()}, top_n
    )


def _measured(
    topics: Sequence[Sequence[str]],
    texts: Sequence[Sequence[str]],
    windows: Mapping[str, int | None],
    top_n: int,
) -> dict[str, Coherence]:
    """Measure topics by each measure with its window."""
    if top_n < 2:
        raise ValueError(f"top_n is {top_n}; expected at least 2, for coherence is between words.")
    for name, lists in (("topics", topics), ("texts", texts)):
        if isinstance(lists, str) or any(isinstance(own, str) for own in lists):
            raise ValueError(f"{name} must be lists of words; found a string. Split it first.")
    top = [list(dict.fromkeys(own))[:top_n] for own in topics]
    tokens = TopicTokens.read(top, texts)
    counted: dict[int, SharedWindows] = {}
    found = {}
    for measure, window in windows.items():
        size = tokens.window_size(window)
        if size not in counted:
            counted[size] = tokens.shared_windows(size)
        found[measure] = _coherence(measure, window, top_n, top, counted[size], len(texts))
    return found


def _coherence(
    measure: str,
    window: int | None,
    top_n: int,
    top: Sequence[list[str]],
    counted: SharedWindows,
    n_texts: int,
) -> Coherence:
    """Put the counts into one measure's formula."""
    segmentation, _, score = _MEASURES[measure]
    reasons = {}
    per_topic = np.full(len(top), np.nan)
    for n, (words, shared) in enumerate(zip(top, counted.shared, strict=True)):
        reason = _unmeasurable(words, shared.diagonal(), n_texts)
        if reason:
            reasons[n] = reason
        else:
            joint = shared / counted.n_windows
            per_topic[n] = score(joint, joint.diagonal())
    values = per_topic[~np.isnan(per_topic)]
    return Coherence(
        measure=measure,
        per_topic=tuple(per_topic.tolist()),
        mean=float(values.mean()) if len(values) else float("nan"),
        window=window,
        segmentation=segmentation,
        epsilon=EPSILON,
        top_n=top_n,
        n_texts=n_texts,
        reasons=reasons,
    )


def _unmeasurable(words: list[str], windows: NDArray[np.int64], n_texts: int) -> str | None:
    """Say why a topic has no coherence, if it has none."""
    if len(words) < 2:
        return f"has {'one word' if words else 'no word'}; coherence is between words"
    if not n_texts:
        return "there is no text to count its words in"
    unseen = [word for word, count in zip(words, windows, strict=True) if not count]
    if unseen:
        return f"{len(unseen)} of its {len(words)} words are in no text: {', '.join(unseen)}"
    return None


def _log_ratio(joint: _Floats, alone: _Floats) -> _Floats:
    """Return the pointwise mutual information of each word with each, itself too."""
    ratio: _Floats = np.log((joint + EPSILON) / np.outer(alone, alone))
    return ratio


def _npmi(joint: _Floats, alone: _Floats) -> _Floats:
    """Return the same, normalised to -1 (never together) to 1 (always)."""
    normalised: _Floats = _log_ratio(joint, alone) / -np.log(joint + EPSILON)
    return normalised


def _mean_of_others(of_pairs: _Floats) -> float:
    return float(of_pairs[~np.eye(len(of_pairs), dtype=bool)].mean())


def _c_uci(joint: _Floats, alone: _Floats) -> float:
    return _mean_of_others(_log_ratio(joint, alone))


def _c_npmi(joint: _Floats, alone: _Floats) -> float:
    return _mean_of_others(_npmi(joint, alone))


def _u_mass(joint: _Floats, alone: _Floats) -> float:
    return float(np.log((joint + EPSILON) / alone)[np.tril_indices(len(alone), -1)].mean())


def _c_v(joint: _Floats, alone: _Floats) -> float:
    contexts = _npmi(joint, alone)
    whole = contexts.sum(axis=0)
    lengths = np.linalg.norm(contexts, axis=1) * np.linalg.norm(whole)
    return float((contexts @ whole / lengths).mean())


_MEASURES: dict[str, tuple[str, int | None, Callable[[_Floats, _Floats], float]]] = {
    "c_v": ("s_one_set", 110, _c_v),
    "c_npmi": ("s_one_one", 10, _c_npmi),
    "c_uci": ("s_one_one", 10, _c_uci),
    "u_mass": ("s_one_pre", None, _u_mass),
}
