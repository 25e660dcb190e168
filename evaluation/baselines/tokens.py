"""What counts as a word of a caption, for every method and measure that counts words."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

MIN_WORKS = 2
"""A word of one work only ties nothing together."""

MAX_SHARE = 0.5
"""A word of most works tells none of them apart: "painting" in each caption (gensim's stock)."""

_LETTERS = re.compile(r"[^\W\d_]{2,}")


def tokenize(
    texts: Sequence[str], *, min_works: int = MIN_WORKS, max_share: float = MAX_SHARE
) -> list[list[str]]:
    """Split captions into words.

    A word is two or more letters of any script, in lower case, that is not among the English stop
    words of scikit-learn.

    Parameters
    ----------
    texts
        A caption of each work; ``""`` where there is none.
    min_works
        Words that fewer works use are left out.
    max_share
        So are words that more than this share of the works with words use, unless that leaves
        none at all.

    Returns
    -------
    list of list of str
        The words of each work, in order, with repetitions; empty where none is left.
    """
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    told = [
        [
            word
            for word in _LETTERS.findall(unicodedata.normalize("NFC", text).lower())
            if word not in ENGLISH_STOP_WORDS
        ]
        for text in texts
    ]
    n_works = Counter(word for words in told for word in set(words))
    enough = {word for word, works in n_works.items() if works >= min_works}
    most = max_share * sum(map(bool, told))
    telling = {word for word in enough if n_works[word] <= most} or enough
    return [[word for word in words if word in telling] for words in told]
