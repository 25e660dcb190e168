"""JSON-LD whose context lies on the web: Linked Art's is here, any other must be in the file."""

from __future__ import annotations

import json
import re
import zlib
from functools import cache
from pathlib import Path
from typing import IO, Any

from knowledge_graph.errors import CollectionError
from knowledge_graph.sources.statements import open_bytes

_START = 1 << 12
_LINKED_ART = re.compile(r"https?://(?:www\.)?linked\.art/ns/\S+")
_KEY = re.compile(r'"@context"\s*:\s*(?=["\[])')
_IMPORT = re.compile(r'"@import"\s*:\s*"([^"]*)"')
_ROOT_LIST = re.compile(r"\s*\[")


def is_jsonld(path: Path) -> bool:
    """Say whether a file ``.json`` holds JSON-LD.

    Parameters
    ----------
    path : Path
        Any file; only its beginning is read, and only if it is called ``.json`` or ``.json.gz``.

    Returns
    -------
    bool
        It begins as an object, or a list of them, with a ``@context``, a ``@graph`` or an ``@id``.
    """
    if not path.name.lower().removesuffix(".gz").endswith(".json"):
        return False
    try:
        with open_bytes(path) as file:
            start = file.read(_START)
    except (OSError, EOFError, zlib.error):
        return False
    return re.search(rb'"@(?:context|graph|id)"\s*:', start) is not None


def with_local_context(file: IO[bytes], path: Path) -> bytes:
    """Read JSON-LD, with the text of Linked Art's context where its address stands.

    Parameters
    ----------
    file : IO of bytes
        The file, UTF-8.
    path : Path
        What it is called in an error.

    Returns
    -------
    bytes
        JSON-LD for which nothing need be fetched; if that is so already, what is in the file.

    Raises
    ------
    CollectionError
        It has another context by its address.
    """
    data = file.read()
    # A signature is no JSON; pyoxigraph reads what follows it.
    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    if imported := _IMPORT.search(text):
        raise _remote(imported[1], path)
    # Of thousands of small files each would spend its time on terms that it does not use.
    context = {
        term: meaning
        for term, meaning in linked_art_context().items()
        if f'"{term}"' in text or str(meaning).startswith("http")
    }
    pieces = []
    # In a list of works each one has the context: said once around them, it is read once.
    around = _ROOT_LIST.match(text) is not None
    end = 0
    for key in _KEY.finditer(text):
        if key.start() < end:
            continue
        try:
            value, stop = json.JSONDecoder().raw_decode(text, key.end())
        except (ValueError, RecursionError):
            break  # The parser says what is wrong with it.
        known = _local(value, path, context)
        if around and known == context:
            known = []
        pieces += [text[end : key.start()], f'"@context": {json.dumps(known)}']
        end = stop
    if not pieces:
        return text.encode()
    whole = "".join([*pieces, text[end:]])
    if around:
        whole = f'{{"@context": {json.dumps(context)}, "@graph": {whole}}}'
    return whole.encode()


@cache
def linked_art_context() -> dict[str, Any]:
    """Give the context that comes with topicart for Linked Art.

    Returns
    -------
    dict
        What ``@context`` stands for in it: Linked Art's terms and the prefixes that its data use.
    """
    file = Path(__file__).parent / "mappings" / "linked-art-context.json"
    context: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))["@context"]
    return context


def _local(value: object, path: Path, context: dict[str, Any]) -> object:
    """Give a context without addresses."""
    if isinstance(value, str):
        if _LINKED_ART.fullmatch(value):
            return context
        raise _remote(value, path)
    if isinstance(value, list):
        return [_local(part, path, context) for part in value]
    return value


def _remote(address: str, path: Path) -> CollectionError:
    return CollectionError(
        f"{path}: its @context is {address[:200]!r}, and nothing is fetched; expected the context "
        "itself, or Linked Art's (https://linked.art/ns/v1/linked-art.json). Expand the file with "
        "a JSON-LD tool, or put the context's own text where its address stands."
    )
