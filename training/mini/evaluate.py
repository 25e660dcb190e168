"""How good the heads are on paintings whose artists they never saw."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from evaluation import class_vectors, median_rank, recall_at, zero_shot_hits
from prompts import load_templates
from training.mini.align import Encode, Heads
from training.mini.features import Features
from training.mini.pictures import Facts, PictureSet

Scores = dict[str, float]

WORDS = {
    "boats": r"boats?|ships?|sail\w*|gondolas?|yachts?|barges?|marina|barques?|regatta",
    "horses": r"horses?|horse\w+|equestrian|riders?|cavalry|centaurs?",
    "flowers": r"flowers?|flowering|roses?|tulips?|lil(?:y|ies)|bouquets?|blossoms?|poppies",
    "bridge": r"bridges?|viaducts?|aqueducts?",
    "church": r"church(?:es)?|cathedrals?|chapels?|abbeys?|minsters?",
    "dogs": r"dogs?|hounds?|puppy|puppies|poodles?|terriers?",
    "birds": r"birds?|eagles?|swans?|owls?|parrots?|peacocks?|doves?|cockerels?|geese|storks?",
    "river": r"rivers?|streams?|brooks?|canals?|waterfalls?|lakes?|ponds?",
    "fish": r"fish|fishes|salmon|trout|herrings?",
    "castle": r"castles?|fortress(?:es)?|palaces?|towers?|ch[aâ]teaux?",
}
"""Word groups and what counts as one in a title or among the subjects."""

MEASURED_PHRASINGS = {"genre": ("a {term}", "a painting: {term}", "an artwork of the genre {term}")}
"""What mini's figures for genres were measured with; the project's own phrasings have moved on."""


def most_frequent(facts: Sequence[Facts], facet: str, most: int) -> list[str]:
    """Return the most frequent values of a facet; the classes of the zero-shot tests.

    Parameters
    ----------
    facts
        What is known of each picture.
    facet
        A facet, such as ``genre``.
    most
        How many values.

    Returns
    -------
    list of str
        The most frequent first.
    """
    counts = Counter(value for known in facts for value in known.get(facet, ()))
    return [value for value, _ in counts.most_common(most)]


def vectors_of_classes(heads: Heads, encode: Encode, facet: str, names: Sequence[str]) -> Features:
    """Return a vector for each class: the mean of several phrasings of its name.

    Parameters
    ----------
    heads
        The trained heads.
    encode
        The text tower.
    facet
        A facet, such as ``genre``.
    names
        Names of the classes.

    Returns
    -------
    Features
        Shape (n_classes, dim), rows of length 1.
    """
    phrasings = MEASURED_PHRASINGS.get(facet) or load_templates()[facet]
    prompts = [[text.format(term=name) for text in phrasings] for name in names]
    return class_vectors(prompts, lambda texts: heads.texts(encode(texts)))


def zero_shot(
    images: Features, facts: Sequence[Facts], classes: Features, facet: str, names: Sequence[str]
) -> Scores:
    """Return top-1, top-3 and balanced accuracy over the pictures that have a class.

    Parameters
    ----------
    images
        Vectors of pictures, shape (n, dim), of length 1.
    facts
        What is known of each picture.
    classes
        Vectors of the classes, shape (n_classes, dim), of length 1.
    facet
        A facet, such as ``genre``.
    names
        Names of the classes.

    Returns
    -------
    dict
        Three accuracies; empty if no picture has a class.
    """
    rows = [i for i, known in enumerate(facts) if known.get(facet, frozenset()) & set(names)]
    if not rows:
        return {}
    values = [facts[i][facet] for i in rows]
    right = zero_shot_hits(images[rows], values, names, classes)
    among_three = zero_shot_hits(images[rows], values, names, classes, top=3)
    own = [min(known & set(names)) for known in values]
    each = [right[[o == name for o in own]].mean() for name in sorted(set(own))]
    return {
        facet: float(right.mean()),
        f"{facet} top-3": float(among_three.mean()),
        f"{facet} balanced": float(np.mean(each)),
    }


def retrieval(images: Features, texts: Features, *, gallery: int = 357) -> Scores:
    """Return recall and median rank both ways; the i-th text belongs to the i-th picture.

    ``R@2.8%`` counts a hit among the best 10 / 357 of the gallery, so that galleries of another
    size compare with one of 357; ranks between are interpolated.

    Parameters
    ----------
    images
        Vectors of pictures, shape (n, dim), of length 1.
    texts
        Vectors of their captions, shape (n, dim), of length 1.
    gallery
        The size of gallery to compare with.

    Returns
    -------
    dict
        Recalls and median ranks, ``t2i`` from texts to pictures, ``i2t`` back.
    """
    found: Scores = {}
    for name, scores in (("t2i", texts @ images.T), ("i2t", images @ texts.T)):
        own = np.diag(scores)[:, None]
        # Equal captions take nothing from each other here, unlike in evaluation.ranks: the
        # published numbers were counted so.
        ranks = (scores > own).sum(axis=1) + 1.0
        within = 10 * len(ranks) / gallery
        low = int(within)
        share = (1 - within + low) * (ranks <= low) + (within - low) * (ranks <= low + 1)
        found |= {
            f"{name} R@1": recall_at(ranks, 1),
            f"{name} R@10": recall_at(ranks, 10),
            f"{name} R@2.8%": float(share.mean()),
            f"{name} median": median_rank(ranks),
        }
    return found


def word_members(facts: Sequence[Facts]) -> dict[str, NDArray[np.bool_]]:
    """Return for each word group which pictures have it in their title or subjects.

    Parameters
    ----------
    facts
        What is known of each picture.

    Returns
    -------
    dict
        Word group to a mask of shape (n,).
    """
    texts = [" ; ".join([*known.get("title", ()), *known.get("subject", ())]) for known in facts]
    return {
        word: np.array([bool(re.search(rf"\b(?:{rule})\b", t, re.IGNORECASE)) for t in texts])
        for word, rule in WORDS.items()
    }


def area_under_curve(scores: NDArray[np.float32], members: NDArray[np.bool_]) -> float:
    """Return how often a member scores above a non-member (ties count half).

    Parameters
    ----------
    scores
        Any scores, shape (n,).
    members
        Which of them belong to members, shape (n,).

    Returns
    -------
    float
        From 0 to 1; 0.5 is chance.
    """
    from scipy.stats import rankdata

    inside = int(members.sum())
    ranks = rankdata(scores)[members].sum()
    return float((ranks - inside * (inside + 1) / 2) / (inside * (len(members) - inside)))


def full_caption(known: Mapping[str, frozenset[str]], *, title: bool) -> str:
    """Put everything known of a painting into one caption, with or without its title.

    Parameters
    ----------
    known
        Facet to values.
    title
        Whether to name the title.

    Returns
    -------
    str
        The caption.
    """
    said = {facet: ", ".join(sorted(values)) for facet, values in known.items()}
    words = f"a {said['genre']}" if "genre" in said else "a painting"
    words += f" of {said['subject']}" if "subject" in said else ""
    words += f" in the style of {said['style']}" if "style" in said else ""
    words += f", {said['century']}" if "century" in said else ""
    return f"{said['title']}, {words}" if title and "title" in said else words


def baselines(train: PictureSet, test: PictureSet, facet: str, names: Sequence[str]) -> Scores:
    """Return what guessing and a supervised classifier on the same features reach.

    ``probe`` is a logistic regression on standardised features of the training paintings;
    ``majority`` names the class that is most frequent in the test, the best constant answer.

    Parameters
    ----------
    train
        Pictures for the classifier.
    test
        Pictures to judge on.
    facet
        A facet, such as ``genre``.
    names
        Names of the classes.

    Returns
    -------
    dict
        ``probe`` and ``majority`` accuracy.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    def _labelled(group: PictureSet) -> tuple[list[int], list[str]]:
        """Rows with a class, and the class."""
        has = [
            (i, min(f[facet] & set(names)))
            for i, f in enumerate(group.facts)
            if f.get(facet, frozenset()) & set(names)
        ]
        return [i for i, _ in has], [value for _, value in has]

    rows, values = _labelled(train)
    test_rows, test_values = _labelled(test)
    probe = make_pipeline(StandardScaler(), LogisticRegression(C=0.003, tol=1e-2, max_iter=500))
    probe.fit(train.features[rows], values)
    guesses = probe.predict(test.features[test_rows])
    right = [g in test.facts[i][facet] for g, i in zip(guesses, test_rows, strict=True)]
    return {
        f"{facet} probe": float(np.mean(right)),
        f"{facet} majority": max(Counter(test_values).values()) / len(test_values),
    }
