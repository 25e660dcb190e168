"""Which address to ask so that a server sends the picture at the size needed."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

_COMMA = r"(?:,|%2[Cc])"
_NUMBER = r"\d+(?:\.\d+)?"
_REGION = rf"full|square|(?:pct(?::|%3[Aa]))?{_NUMBER}(?:{_COMMA}{_NUMBER}){{3}}"
_SIZE = (
    r"(?:\^|%5[Ee])?(?:full|max"
    rf"|pct(?::|%3[Aa]){_NUMBER}|(?:!|%21)?(?:\d+{_COMMA}\d*|{_COMMA}\d+))"
)
_IIIF_IMAGE = re.compile(
    rf"(?P<before>.+/(?:{_REGION})/)(?:{_SIZE})"
    rf"(?P<after>/(?:!|%21)?{_NUMBER}/(?:default|native|color|gray|bitonal)\.\w{{2,5}})"
)
_IIIF_INFO = re.compile(r"(?P<base>.+)/info\.json")
_IIIF_BASE = re.compile(r".*/iiif(?:/(?P<version>v?[1-4]))?/(?P<rest>.*[^/])/?", re.IGNORECASE)
_DOCUMENT = re.compile(r"\.(?:json|html?|xml|php|aspx?)$|(?:^|/)manifest$", re.IGNORECASE)
_PICTURE = re.compile(r"\.(?:jpe?g|png|webp|tiff?|gif|bmp|avif|jp2|j2k)$", re.IGNORECASE)
_WIKIMEDIA = re.compile(r"(?:[\w-]+\.)*(?:wikimedia|wikipedia)\.org", re.IGNORECASE)
_FILE_PATH = re.compile(r"/wiki/Special(?::|%3[Aa])(?:FilePath|Redirect/file)/.+", re.IGNORECASE)


def addresses_to_ask(address: str, size: int) -> tuple[str, ...]:
    """Give the addresses under which to ask for a picture, the best first.

    The IIIF Image API (versions 2 and 3) scales into a box, ``!w,h``, and never up; region,
    rotation and quality stay as they are. Wikimedia's ``Special:FilePath`` takes a ``width``. What
    is neither is left as it is. The others are for a server that cannot or may not do the first.

    Parameters
    ----------
    address : str
        As the collection has it: an image, an ``info.json`` or the base of a IIIF image.
    size : int
        Longest side, in pixels.

    Returns
    -------
    tuple of str
        One or more.

    Examples
    --------
    >>> addresses_to_ask("https://example.org/iiif/2/abc/full/843,/0/default.jpg", 512)[0]
    'https://example.org/iiif/2/abc/full/!512,512/0/default.jpg'
    >>> addresses_to_ask("https://example.org/iiif/abc/info.json", 512)[0]
    'https://example.org/iiif/abc/full/!512,512/0/default.jpg'
    >>> addresses_to_ask("http://commons.wikimedia.org/wiki/Special:FilePath/A.jpg", 512)[0]
    'https://commons.wikimedia.org/wiki/Special:FilePath/A.jpg?width=512'
    >>> addresses_to_ask("https://example.org/a.jpg", 512)
    ('https://example.org/a.jpg',)
    """
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return (address,)
    path = parts.path
    if found := _IIIF_IMAGE.fullmatch(path):
        scaled = f"{found['before']}!{size},{size}{found['after']}"
        return tuple(dict.fromkeys((parts._replace(path=scaled).geturl(), address)))
    if base := _iiif_base(path, parts.query):
        sizes = (f"!{size},{size}", "max", "full")
        asked = [
            parts._replace(path=f"{base}/full/{one}/0/default.jpg", query="", fragment="").geturl()
            for one in sizes
        ]
        return (*asked,) if path.endswith("/info.json") else (*asked, address)
    if _WIKIMEDIA.fullmatch(host) and _FILE_PATH.fullmatch(path):
        query = [pair for pair in parse_qsl(parts.query, True) if pair[0] != "width"]
        wide = urlencode([*query, ("width", str(size))])
        scaled = parts._replace(scheme="https", query=wide).geturl()
        return tuple(dict.fromkeys((scaled, parts._replace(scheme="https").geturl())))
    return (address,)


def _iiif_base(path: str, query: str) -> str:
    """Give the part of a IIIF image's path that its size is put after; ``""`` if it is none."""
    if found := _IIIF_INFO.fullmatch(path):
        return found["base"]
    found = _IIIF_BASE.fullmatch(path)
    if not found or query or _DOCUMENT.search(found["rest"]):
        return ""
    if _PICTURE.search(found["rest"]) and not found["version"]:
        return ""  # As likely a plain file in a folder of that name.
    return path.rstrip("/")
