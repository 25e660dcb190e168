"""Is it a summary? A model's answer without its wrapping, or the reason why it is none."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from topicart.summaries.summarizer import Failure

__all__ = ["LONGEST", "checked"]

LONGEST = 1000
"""Characters of a summary; more is cut at the end of a sentence."""

_LONGEST_READ = 20_000
_MOST_WRAPPINGS = 10
_FENCE = re.compile(r"^\s*(?:```|~~~)\w*\s*$", re.MULTILINE)
_HEADING = re.compile(r"^[ \t]*#{1,6}[ \t]+.*$", re.MULTILINE)
_BULLET = re.compile(r"^[ \t]*(?:[-*+•]|\d{1,2}[.)])[ \t]+", re.MULTILINE)
_EMPHASIS = re.compile(r"(?<!\w)(\*{1,3}|_{1,3})(?=\S)([^*_\n]+?)(?<=\S)\1(?!\w)|`+")
_MARKUP = re.compile(r"\x1b\[[\d;]*[A-Za-z]|<[^<>\s][^<>]{0,60}>|\[/?INST\]")
_PREAMBLE = re.compile(
    r"^(?:(?:sure|certainly|of course|okay|absolutely)(?: thing)?[!,.]\s*)?"
    r"(?:here(?:['’]s| is| are) [^:.]{0,60}\b(?:caption|description|summary|answer|sentences)\b"
    r"[^:.]{0,80}:\s*)?"
    r"(?:(?:assistant|caption|summary|description|short description|answer|response|output|theme)"
    r"\s*:\s*)*",
    re.IGNORECASE,
)
_QUOTES = {'"': '"', "'": "'", "“": "”", "‘": "’", "«": "»", "„": "“"}
_SENTENCE_END = re.compile(r"[.!?…]['\"”’»)\]]*(?=\s|$)|[。！？]")
_ABBREVIATION = re.compile(r"\b(?:\w|St|Mr|Mrs|Dr|ca|cf|etc|vs|approx|no)\.$", re.IGNORECASE)

_CANNOT = r"(?:can(?:no|['’])t|can not|could(?: not|n['’]t)|am (?:unable|not able) to)"
_REFUSAL = re.compile(
    # How an answer begins that is none …
    r"^(?:(?:i(?:['’]m| am) (?:very |so |really )?(?:sorry|afraid)|(?:my )?apolog|i apologi[sz]e)\b"
    r"|sorry(?:[,.!:]|,? but)? i\b|sorry[,.!]"
    r"|as an? (?:ai|artificial|(?:large |text-based |multimodal )?language model)\b"
    r"|i(?:['’]m| am) (?:just |only )?an? (?:ai|artificial|(?:large )?language model)\b"
    r"|(?:unfortunately,? |however,? )?i " + _CANNOT + r" (?:\w+ ){0,2}?"
    r"(?:assist|help(?! but\b)|provide|view|see|access|process|describe|analy[sz]e|open|load"
    r"|fulfil|comply|answer|do that"
    r"|identify (?:people|persons|individuals|who|real|the (?:person|people))))"
    # … and what no summary says anywhere.
    r"|\bi(?:['’]m unable to| " + _CANNOT + r") (?:directly )?(?:view|see|access|open|process) "
    r"(?:the|this|that|your|any|these)?\s*(?:images?|pictures?|attachments?|files?|sheet)\b"
    r"|\bno (?:image|picture)s? (?:was|were|is|are|has been|have been) "
    r"(?:provided|attached|uploaded)\b"
    r"|\bplease (?:provide|upload|share|attach|send)\b.{0,40}\b(?:image|picture|file)",
    re.IGNORECASE,
)
_UNABLE = re.compile(
    r"^(?:unable|not able) to (?:view|see|access|open|process|load|assist|help)\b", re.IGNORECASE
)


def checked(answer: str) -> str | Failure:
    """Take the wrapping off a model's answer, or say why it is no summary.

    Parameters
    ----------
    answer
        As the model gave it; it is not trusted.

    Returns
    -------
    str or Failure
        One printable paragraph of at most ``LONGEST`` characters; or the reason why not: nothing in
        it, a refusal, or no language. What was checked once stays as it is.

    Examples
    --------
    >>> checked("Caption: **Harbours** at dusk.")
    'Harbours at dusk.'
    >>> checked("I'm sorry, I can't help with that.")
    Failure(reason="the model refused: “I'm sorry, I can't help with that.”")
    """
    text = _without_thoughts(answer)
    if text is None:
        return Failure("the model was cut off while it was still thinking aloud")
    text = text[:_LONGEST_READ]
    if reason := _garbage(text):
        return Failure(reason)
    for _ in range(_MOST_WRAPPINGS):  # one may hide another
        if (inner := _plain(text)) == text:
            break
        text = inner
    else:
        return Failure("the model's answer is wrapped in markup without end")
    if not text:
        return Failure("the model's answer is empty")
    if reason := _garbage(text):  # wrapping may have been all that was language
        return Failure(reason)
    if _REFUSAL.search(text) or _UNABLE.search(text):
        return Failure(f"the model refused: “{_bounded(text, 120)}”")
    return _bounded(text, LONGEST)


def _without_thoughts(answer: str) -> str | None:
    """Drop what reasoning models say to themselves; None if they say nothing else."""
    _, closed, after = answer.rpartition("</think>")
    if not closed and answer.lstrip().startswith("<think>"):
        return None
    return after if closed else answer


def _garbage(text: str) -> str:
    """Say what is wrong with a text that is no language; nothing if it may be some."""
    visible = sum(not character.isspace() for character in text)
    letters = [character for character in text.casefold() if character.isalpha()]
    if not visible:
        return ""
    if 10 * text.count("\ufffd") > len(letters):
        return "the model's answer is mostly unreadable characters"
    if 2 * len(letters) < visible:
        return "the model's answer is hardly made of letters"
    words = re.findall(r"\w+", text.casefold())
    most = Counter(words).most_common(1)[0][1] if words else 0
    of_one = len(words) > 4 and 2 * most > len(words)
    in_circles = len(words) > 30 and 8 * len(set(words)) < len(words)
    if of_one or in_circles or (len(letters) > 20 and len(set(letters)) < 4):
        return "the model's answer repeats itself"
    return ""


def _plain(text: str) -> str:
    """Make one printable paragraph of whole sentences, without markup and without preamble."""
    text = unicodedata.normalize("NFC", text).replace("\ufffd", "")
    text = _MARKUP.sub("", _FENCE.sub("", text))
    text = "".join(filter(lambda one: one.isprintable() or one.isspace(), text))
    text = _HEADING.sub("", text) if _HEADING.sub("", text).strip() else text.lstrip("# \n")
    text = _EMPHASIS.sub(lambda found: found[2] or "", _BULLET.sub("", text))
    text = " ".join(text.split())
    text = _unwrapped(text)
    whole, rest = _sentences(text)
    return " ".join(dict.fromkeys(whole)) if whole else rest


def _unwrapped(text: str) -> str:
    """Take off one preamble and one pair of quotation marks around the whole."""
    text = _PREAMBLE.sub("", text, count=1)
    closing = _QUOTES.get(text[:1])
    if closing and len(text) > 1 and text[1:].find(closing) == len(text) - 2:
        text = text[1:-1]
    return text.strip()


def _sentences(text: str) -> tuple[list[str], str]:
    """Split a text after its sentences; what follows the last was not finished."""
    whole = []
    start = 0
    for end in _SENTENCE_END.finditer(text):
        following = text[end.end() : end.end() + 2].strip()[:1]
        before = text[max(start, end.start() - 12) : end.start() + 1]
        goes_on = following.islower() or following.isdigit()
        if following and (goes_on or _ABBREVIATION.search(before)):
            continue
        whole.append(text[start : end.end()].strip())
        start = end.end()
    return whole, text[start:].strip()


def _bounded(text: str, most: int) -> str:
    """Keep as many whole sentences as there is room for, or else words."""
    if len(text) <= most:
        return text
    kept = ""
    for sentence in _sentences(text)[0]:
        if len(kept) + len(sentence) + 1 > most:
            break
        kept = f"{kept} {sentence}".strip()
    return kept or f"{text[: most - 1].rsplit(' ', 1)[0]}…"
