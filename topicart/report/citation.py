"""How to cite a run: in one line, as BibTeX, and the methods that it rests on."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from typing import TYPE_CHECKING

from topicart.report.wording import counted, day

if TYPE_CHECKING:
    from topicart.report.summarize import Exhibition

__all__ = ["bibtex", "citation", "methods"]

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "%": r"\%",
    "&": r"\&",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
_METHODS = {
    "hdbscan": "HDBSCAN (Campello, Moulavi and Sander 2013)",
    "kmeans": "k-means (Lloyd 1982)",
}


def citation(exhibition: Exhibition) -> str:
    """Return how to cite the run, in one line.

    Parameters
    ----------
    exhibition
        What is shown of it.

    Returns
    -------
    str
        Name, size, version, encoder, seed and day.
    """
    record = exhibition.record
    seed = "" if exhibition.seed is None else f", seed {exhibition.seed}"
    return (
        f"“{exhibition.name}”: a topic model of {exhibition.n_works:,} works in "
        f"{counted(len(exhibition.themes), 'theme')}. Made with topicart "
        f"{record.topicart_version}, encoder {record.model.name} (weights SHA-256 "
        f"{record.model.weights_sha256[:16]}){seed}, {day(record.finished or record.created)}."
    )


def bibtex(exhibition: Exhibition) -> str:
    """Return the same as an entry for BibTeX.

    Parameters
    ----------
    exhibition
        What is shown of it.

    Returns
    -------
    str
        One ``@misc`` entry; what BibTeX reads as commands is escaped.
    """
    record = exhibition.record
    made = record.finished or record.created
    key = _key(exhibition.name)
    seed = "" if exhibition.seed is None else f", seed {exhibition.seed}"
    fields = [
        ("title", f"{{{_escaped(exhibition.name)}: a topic model of {exhibition.n_works} works}}"),
        ("howpublished", f"Made with topicart {_escaped(record.topicart_version)}"),
        (
            "note",
            f"{counted(len(exhibition.themes), 'theme')}; encoder {_escaped(record.model.name)}, "
            f"weights SHA-256 {record.model.weights_sha256[:16]}{seed}; "
            f"collection: {_escaped(exhibition.source)}; {_escaped(day(made))}",
        ),
    ]
    year = _year(made)
    if year:
        fields.append(("year", year))
    told = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields)
    return f"@misc{{{key}{year},\n{told}\n}}"


def methods(exhibition: Exhibition) -> str:
    """Return the published methods that the themes rest on.

    Parameters
    ----------
    exhibition
        What is shown of it.

    Returns
    -------
    str
        Names and papers; empty where another method made the themes, or the run does not say.
    """
    clusterer = _METHODS.get(exhibition.clusterer)
    if exhibition.method or clusterer is None:
        return ""
    return (
        f"UMAP (McInnes, Healy and Melville 2018) and {clusterer}, put together after “Multimodal "
        "Artwork Topic Modeling via Fine-Tuned CLIP and Knowledge-Driven Prompts” (Scaringi, "
        "Fanelli, Vessio and Castellano 2025)"
    )


def _escaped(text: str) -> str:
    return "".join(_SPECIAL.get(letter, letter) for letter in text)


def _key(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:40].strip("-") or "collection"


def _year(moment: str) -> str:
    try:
        return str(datetime.fromisoformat(moment).year)
    except ValueError:
        return ""
