"""The words that dates are written with, in seven languages, and the cutting of a date into them.

This is the table half of ``span_of``: it says what a word means alone; ``dates.py`` says what words
mean together. English, German, French, Italian, Spanish, Portuguese and Dutch, without accents.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple


class Token(NamedTuple):
    """One word, number or mark of a date's text."""

    kind: str
    """Which method of the reader in ``dates.py`` it goes to."""
    value: object = None
    """What it means there."""


class Number(NamedTuple):
    """A number as written."""

    digits: str
    ending: str
    """``"ordinal"`` (17th), ``"plural"`` (1890s) or ``""``."""


LONGEST = 200
"""A text with more characters is prose and no date; it also keeps every reading short."""

_MONTHS = """
    jan january janvier januar januari gennaio gen enero ene janeiro
    feb february fevrier fev februar februari febbraio febrero fevereiro
    mar march mars marz maerz maart marzo marco apr april avril avr aprile abril abr
    may mai mei maggio mag mayo maio jun june juin juni giugno giu junio junho
    jul july juillet juil juli luglio lug julio julho aug august aout augustus agosto ago
    sep sept september septembre settembre septiembre setembro
    oct october octobre oktober okt ottobre ott octubre outubro
    nov november novembre noviembre novembro dec december decembre dez dezember dicembre dic
    diciembre dezembro
"""

_WORDS: dict[tuple[str, object], str] = {
    ("circa", 100): "c",
    ("circa", 0): """ca cca ci circa approx approximately about around probably possibly
        perhaps likely um gegen etwa wohl vermutlich vers environ intorno hacia alrededor aprox
        cerca omstreeks ongeveer rond ? ~ ≈""",
    ("bound", "before"): """before by prior ante avant vor voor antes until till til bis jusqu
        fino hasta ate tot spatestens""",
    ("bound", "after"): "after post nach apres dopo despues depois na fruhestens",
    ("bound", "from"): """from since begun started seit ab depuis dal desde vanaf sinds iniziato
        commence begonnen""",
    ("link", "range"): "- to through thru",
    ("link", "pair"): "/ & or and oder und ou et a au al e o y u en",
    ("link", "list"): ", ; ) |",
    ("glue", None): """. ' " [ ] ( : the of in de d del della dello dell des der du di da do dos la
        le l il el het van von vom dem between zwischen entre tra fra tussen date dated datiert
        year years anno jahr jahre
        present ongoing today heute oggi heden""",
    ("part", (0, 4)): """early beginning start anfang beginn fruhes debut inizio inizi principios
        principio comienzos inicio inicios begin vroeg vroege""",
    ("part", (4, 8)): "mid middle mitte milieu mediados meados midden",
    ("part", (8, 12)): "late end ende spates fin fine finales fines fim finais eind einde laat",
    ("fraction", 2): "half halfte h moitie meta mitad metade helft",
    ("fraction", 3): "tiers drittel tercio terco",
    ("fraction", 4): "quarter viertel quart quarto cuarto kwart",
    ("ordinal", -1): """last letztes letzte letzten letzter dernier derniere ultimo ultima laatste
        final""",
    ("ordinal", 1): """first erste erstes ersten erster premier premiere primo prima primer primera
        primeiro primeira eerste""",
    ("ordinal", 2): """second zweite zweites zweiten zweiter seconde deuxieme secondo seconda
        segundo segunda tweede""",
    ("ordinal", 3): """third dritte drittes dritten troisieme terzo terza tercer tercera
        terceiro terceira derde""",
    ("ordinal", 4): "fourth vierte viertes vierten quatrieme vierde",
    ("century", 100): """century centuries cent jahrhundert jahrhunderts jahrhunderte jahrhunderten
        jh jhs jhd jhdt eeuw eeuwen siecle siecles secolo secoli sec secc siglo siglos seculo
        seculos saec""",
    ("century", 1000): "millennium millennia jahrtausend jahrtausends millenaire millennio milenio",
    ("siglo", 100): "s",
    ("era", -1): "bce",
    ("era", 1): "ce",
    ("decade", None): "annees anni anos decade decada decennio jaren",
    ("deed", None): """published exhibited shown cast reprinted engraved restored repaired annotated
        edition reedition posthumous""",
    ("alternative", "after"): "orlater",
    ("alternative", "before"): "orearlier",
    ("month", None): _MONTHS,
    ("deny", None): """no nr num number numero nummer n inv inventory acc cat catalogue lot tel
        phone fax isbn page pages p pp mm cm m km kg px room born died b geb gest nato nata
        morto lived lifetime active fl flourished bp ah million turn @ # $ £ € % = ×""",
}  # fmt: skip
"""(Kind, value) to the words that are written for it. Parts are in twelfths of their century."""

_ENGLISH_ORDINALS = """fif six seven eigh nin ten eleven twelf thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen twentie"""

_TOKENS = {word: Token(*meaning) for meaning, words in _WORDS.items() for word in words.split()}
_TOKENS |= {
    f"{word}th": Token("ordinal", number)
    for number, word in enumerate(_ENGLISH_ORDINALS.split(), start=5)
}

_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th|er)?"
_ISO = re.compile(
    r"(?<![\d.])([+-]?)(\d{4,6})([-/.])(?:0?\d|1[0-2])\3(?:[0-2]?\d|3[01])"
    r"(?:[t ]\d\d:\d\d[\d:.+]*z?)?(?!\d)"
    r"|^([+-])(\d{1,6})$"
)
_PHRASES = tuple(
    (re.compile(pattern), instead)
    for pattern, instead in (
        (r"(?<=\d)\.0+(?!\d)", " "),  # 1890.0
        (r"(?<=\d)(?:'s|-tall?et)\b", "s"),
        (r"(?<![\d./])[0-3]?\d([./-])[01]?\d\1(?=\d{4}(?!\d))", " "),  # 12.05.1890
        (r"(?:(?<![\d./-])|(?<=\d{4}-))[01]?\d[./](?=\d{4}(?!\d))", " "),  # 5/1890-3/1891
        (
            rf"(?:(?<!\d){_DAY}\.?(?:\s?[-/&]\s?{_DAY}\.?)?\s?(?:de\s|of\s)?)?(?<![a-z])"
            rf"({'|'.join(sorted(_MONTHS.split(), key=len, reverse=True))})(?![a-z])\.?"
            rf"(?:\s{_DAY}(?:\s?[-/&]\s?{_DAY})?(?![\da-z]))?(?:,(?=\s?\d))?",
            r" \1 ",
        ),
        (r"\bdynast\w+\s\d\d?(?:-\d\d?)?(?!\d)", " "),
        (r"(?<![a-z])a\.?h\.?\s?\d{1,4}(?!\d)|(?<!\d)\d{1,4}\s?a\.?h\.?(?![a-z])", " "),  # Hijri
        (
            r"(?<![a-z])(?:b\.?\s?c\.?(?:\s?e\.?)?|(?:vor|voor|v|avant|avanti|av|antes de|a)\.?\s?"
            r"(?:christus|christ|chr|cristo|jesus-christ|j\.?\s?-?\s?c)\.?|a\.\s?c\.|v\.?u\.?z\.?)"
            r"(?![a-z]|[\s.]*\d)",
            " bce ",
        ),
        (
            r"(?<![a-z])(?:a\.?d\.?|c\.?e\.?|d\.\s?c\.|(?:nach|na|n|apres|apr|ap|dopo|despues de"
            r"|depois de)\.?\s?(?:christus|christ|chr|cristo|jesus-christ|j\.?\s?-?\s?c)\.?)"
            r"(?![a-z])",
            " ce ",
        ),
        (
            r"\b(?:not?|nicht|non|pas|niet)\s(?:earlier than|before|vor|prima d\w+|avant|voor"
            r"|antes de)\b",
            " after ",
        ),
        (
            r"\b(?:not?|nicht|non|pas|niet)\s(?:later than|after|nach|oltre|dopo|apres|na"
            r"|despues de|depois de)\b|\bprima d(?:el|i|ell)\b",
            " before ",
        ),
        (
            r"\b(?:or|oder|ou|o|of|and)\s(?:later|after|spater|apres|posterior|dopo)\b(?!\s?\d)",
            " orlater ",
        ),
        (
            r"\b(?:or|oder|ou|o|of)\s(?:earlier|before|fruher|avant|anterior|prima|eerder)\b(?!\s?\d)",
            " orearlier ",
        ),
    )
)
"""Rewritten before a text is cut into words, in this order."""

_THOUSANDS = re.compile(r"(?<![\d,])(\d{1,3}),(\d{3})(?![\d,])")
_NO_DATE = re.compile(r"\d\s?[x*]\s?\d|\d\.\d|(?<!\d)(?:1\d|20)\d(?:-|-?\?)\W*$")
"""Sizes, accession numbers, and years of which a figure is left out ("189-?")."""
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹘﹣－"), "-") | dict.fromkeys(map(ord, "’‘`´ʼ"), "'")
_PIECE = re.compile(r"[a-z0-9]+|[^\sa-z0-9]")
_NUMBER = re.compile(r"(ca?|circa)?(\d{1,6})([a-z']*)")
_ORDINAL_ENDINGS = "st nd rd th e eme ieme iem de ste o a re ere"
_ENDINGS = {"": "", "s": "plural", "er": "plural"} | dict.fromkeys(
    _ORDINAL_ENDINGS.split(), "ordinal"
)
_ROMAN = re.compile(r"(?=[ivx])(x{0,2})(ix|iv|v?i{0,3})(?:e|eme|ieme|th|er|o)?")
_UNITS = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")


def tokens_of(text: str) -> list[Token] | None:
    """Cut a date's text into words, numbers and marks.

    Parameters
    ----------
    text : str
        The date as written.

    Returns
    -------
    list of Token or None
        None where something in it, such as a size or an inventory number, shows that the numbers in
        it are no years.
    """
    text = text.strip()
    if len(text) > LONGEST:
        return None
    plain = _plain(text)
    if _NO_DATE.search(plain):
        return None
    tokens = list(_tokens(plain))
    return None if any(token.kind == "deny" for token in tokens) else tokens


def _plain(text: str) -> str:
    """Write a text in small letters without accents, phrases and full dates as single words."""
    text = text.translate(_DASHES).lower()
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        text = "".join(char for char in decomposed if not unicodedata.combining(char))
        text = text.translate(_DASHES)
    text = " ".join(text.split())
    if text.isdecimal():
        return text
    text = _PHRASES[0][0].sub(" ", text)
    text = _ISO.sub(_year_of_iso, text)
    for pattern, instead in _PHRASES[1:]:
        text = pattern.sub(instead, text)
    return _THOUSANDS.sub(r"\1\2", text) if "bce" in text else text


def _year_of_iso(found: re.Match[str]) -> str:
    """Write ``-0500-01-01`` as ``500 bce``."""
    sign, year = found.group(1) or found.group(4), found.group(2) or found.group(5)
    return f" {int(year)} {'bce' if sign == '-' else 'ce'} "


def _tokens(plain: str) -> Iterator[Token]:
    for found in _PIECE.finditer(plain):
        piece = found.group()
        if token := _TOKENS.get(piece):
            yield token
        elif number := _NUMBER.fullmatch(piece):
            circa, digits, ending = number.groups()
            if circa:
                yield _TOKENS["circa"]
            known = ending in _ENDINGS
            yield Token("number", Number(digits, _ENDINGS[ending])) if known else Token("deny")
        elif any(char.isdigit() for char in piece):
            yield Token("deny")
        elif roman := _ROMAN.fullmatch(piece):
            yield Token("ordinal", 10 * len(roman.group(1)) + _UNITS.index(roman.group(2)))
        else:
            yield Token("word", piece)
