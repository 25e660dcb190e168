"""RDF files read as a stream of statements; what is malformed is reported and passed over."""

from __future__ import annotations

import errno
import gzip
import io
import re
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from knowledge_graph.collection import Problem
from knowledge_graph.errors import CollectionError, cut

if TYPE_CHECKING:
    import pyoxigraph as ox

RDF_SUFFIXES: tuple[str, ...] = (
    ".ttl", ".nt", ".nq", ".trig", ".n3", ".rdf", ".xml", ".owl", ".jsonld",
)  # fmt: skip
"""The kinds of RDF file that are read, each also with ``.gz`` after it."""

_BLOCK = 1 << 18
_KEPT = 1 << 20
_MOST_AHEAD = 1 << 23
"""How far the end of a malformed statement is looked for."""
_END_OF_STATEMENT = re.compile(rb"\.[ \t]*(?:#[^\n]*)?\r?\n")
"""A full stop that ends its line."""
_ENTITY = re.compile(rb"<!ENTITY(?!\s+\S+\s+(?:\"[^\"&]{0,500}\"|'[^'&]{0,500}'))")
"""An entity of RDF/XML that is no short text: a few that hold each other fill any memory."""
_MOST_UNZIPPED, _MOST_RATIO = 1 << 26, 200
"""Graphs and tables are packed to a twentieth; what unpacks to far more is made to fill memory."""
_MOST_PROBLEMS = 1000
"""A file that is not RDF at all has an error in every line: these are enough to see it."""


def rdf_suffix(path: Path) -> str:
    """Give the suffix by which a file is known for RDF.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    str
        One of RDF_SUFFIXES; ``""`` if it is none.
    """
    name = path.name.lower().removesuffix(".gz")
    return next((suffix for suffix in RDF_SUFFIXES if name.endswith(suffix)), "")


def statements(path: Path, problems: list[Problem]) -> Iterator[ox.Quad]:
    """Stream the statements of an RDF file.

    A statement that cannot be read is added to ``problems`` with its line, and reading goes on with
    the next one (but RDF/XML and JSON-LD end at the first). Blank nodes are called as the file
    calls them: of two files, each may have its own ``_:b0``.

    Parameters
    ----------
    path : Path
        A file whose suffix is one of RDF_SUFFIXES, gzipped or not.
    problems : list of Problem
        Gets what could not be read.

    Yields
    ------
    pyoxigraph.Quad
        In the order of the file.

    Raises
    ------
    CollectionError
        The file cannot be opened, its gzip is broken, or there is not one statement in it.
    """
    import pyoxigraph as ox

    from knowledge_graph.sources.jsonld import with_local_context

    formats = {
        ".ttl": ox.RdfFormat.TURTLE,
        ".nt": ox.RdfFormat.N_TRIPLES,
        ".nq": ox.RdfFormat.N_QUADS,
        ".trig": ox.RdfFormat.TRIG,
        ".n3": ox.RdfFormat.N3,
        ".jsonld": ox.RdfFormat.JSON_LD,
    }
    # A file .json is given only where it is known to be JSON-LD.
    suffix = rdf_suffix(path) or ".jsonld"
    kind = formats.get(suffix, ox.RdfFormat.RDF_XML)
    n_before = len(problems)
    try:
        with open_bytes(path) as file:
            readable = _Utf8(file, path.name, problems)
            base = f"urn:topicart:file:{_plain(path.name)}"
            errors = _Errors(path.name, problems)
            if kind in (ox.RdfFormat.N_TRIPLES, ox.RdfFormat.N_QUADS):
                quads = _of_lines(readable, kind, base, errors)
            elif kind == ox.RdfFormat.JSON_LD:
                whole = with_local_context(cast("IO[bytes]", readable), path)
                quads = _of_file(io.BytesIO(whole), kind, base, errors)
            else:
                quads = _of_file(cast("IO[bytes]", readable), kind, base, errors)
            first = next(quads, None)
            if first is not None:
                yield first
                yield from quads
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise CollectionError(
            f"{path}: its gzip is broken ({error}); expected a whole file. Download or compress it "
            "again."
        ) from error
    except MemoryError as error:  # The parser's own limit, not the machine's.
        raise CollectionError(
            f"{path}: one term of it is longer than the parser takes ({error}); expected RDF of "
            f"the kind {suffix}. Export it again, or give it the suffix of what it is."
        ) from error
    except OSError as error:
        raise CollectionError(
            f"{path}: cannot be read ({error.strerror or error}); expected an RDF file. Check its "
            "permissions."
        ) from error
    if first is None:
        own = problems[n_before:]
        told = f": {own[0].file}: {own[0].reason}" if own else ""
        raise CollectionError(
            f"{path}: not one statement can be read{told}; expected RDF of the kind "
            f"{suffix}. Export it again, or give it the suffix of what it is "
            f"({', '.join(RDF_SUFFIXES)})."
        )


class _Errors:
    """Turns what the parser cannot read into problems, until they are too many."""

    def __init__(self, name: str, problems: list[Problem]) -> None:
        self._name = name
        self._problems = problems
        self._n = 0

    @property
    def too_many(self) -> bool:
        return self._n > _MOST_PROBLEMS

    def add(self, line: int, error: SyntaxError) -> None:
        """Report a malformed statement; the line is 0 if it is not known."""
        self._n += 1
        _, _, words = str(error.msg).partition(": ")
        said = " ".join((words or str(error.msg)).split())
        self._report(f", line {line:,}" if line else "", f"malformed: {cut(said, 160)}")
        if self.too_many:
            self._report("", f"more than {_MOST_PROBLEMS:,} malformed: the rest is not read")

    def add_lines(self, first: int, last: int) -> None:
        """Report lines that are lost."""
        self._report(f", lines {first:,} to {last:,}", "not read: behind what is malformed")

    def _report(self, place: str, reason: str) -> None:
        self._problems.append(Problem("", self._name + place, reason))


def _of_lines(file: _Utf8, kind: ox.RdfFormat, base: str, errors: _Errors) -> Iterator[ox.Quad]:
    """Parse a file whose statements are lines, block by block."""
    import pyoxigraph as ox

    while block := file.next_lines():
        following = file.line + block.count(b"\n")
        while block and not errors.too_many:
            try:
                yield from ox.parse(block, kind, base_iri=base, lenient=True)
                break
            except SyntaxError as error:
                lines = block.split(b"\n")
                n_good = (error.lineno or 1) - 1
                file.line += n_good
                block = b"\n".join(lines[n_good:])
                mended = file.mended(block)
                if mended == block:
                    errors.add(file.line, error)
                    file.line += 1
                    mended = b"\n".join(lines[n_good + 1 :])
                block = mended
        if errors.too_many:
            return
        file.line = following


def _of_file(file: IO[bytes], kind: ox.RdfFormat, base: str, errors: _Errors) -> Iterator[ox.Quad]:
    """Parse a file whose statements may be of many lines."""
    import pyoxigraph as ox

    of_one_piece = kind in (ox.RdfFormat.RDF_XML, ox.RdfFormat.JSON_LD)
    window = _Window(file)
    readable = cast("IO[bytes]", window)
    parser = ox.parse(readable, kind, base_iri=base, lenient=True)
    while not errors.too_many:
        try:
            yield from parser
            return
        except SyntaxError as error:
            line = window.line_of(error)
            errors.add(line, error)
            if of_one_piece:
                continue
            if line and line < window.first_line - 1:
                errors.add_lines(line, window.first_line - 1)
            if window.skip(line, parser.prefixes):
                base = parser.base_iri or base
                parser = ox.parse(readable, kind, base_iri=base, lenient=True)


def open_bytes(path: Path) -> IO[bytes]:
    """Open a file for reading, through gzip if its bytes begin as gzip's do.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    IO of bytes
        What it holds.
    """
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise OSError(errno.EINVAL, "neither a file nor a folder", str(path))  # A pipe never ends.
    with path.open("rb") as file:
        zipped = file.read(2) == b"\x1f\x8b"
    return cast("IO[bytes]", io.BufferedReader(_Unzipped(path))) if zipped else path.open("rb")


class _Unzipped(io.RawIOBase):
    """What a gzip holds, unless a small one is made to fill any memory."""

    def __init__(self, path: Path) -> None:
        self._gzip = gzip.GzipFile(path)
        self._left = max(_MOST_UNZIPPED, _MOST_RATIO * path.stat().st_size)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        n = self._gzip.readinto(buffer)
        self._left -= n
        if self._left < 0:
            raise EOFError(f"it unpacks to more than {_MOST_RATIO} times its size")
        return n

    def close(self) -> None:
        self._gzip.close()
        super().close()


class _Utf8(io.RawIOBase):
    """A file whose bytes are made valid UTF-8, for at a byte that is not the parser would stop."""

    def __init__(self, file: IO[bytes], name: str, problems: list[Problem]) -> None:
        self._file = file
        self._name = name
        self._problems = problems
        self._n_bad = 0
        self._at_start = True
        self.line = 1
        """Of what is read next."""
        self._ready = b""
        self._at = 0

    def read(self, size: int = -1) -> bytes:
        """Read at most so many bytes, or all."""
        if size < 0:
            return b"".join(iter(lambda: self.read(_BLOCK), b""))
        # The parser asks for little at a time; what it gets is looked through in large blocks.
        if self._at >= len(self._ready):
            self._ready, self._at = self._next_block(), 0
        part = self._ready[self._at : self._at + size]
        self._at += size
        return part

    def next_lines(self) -> bytes:
        """Read whole lines, so that no letter is cut in two; nothing in them is looked at."""
        block = self._file.read(_BLOCK) + self._file.readline()
        if self._at_start:
            self._at_start, block = False, block.removeprefix(b"\xef\xbb\xbf")
        return block

    def _next_block(self) -> bytes:
        """Read whole lines and mend them."""
        block = self.next_lines()
        if b"<!ENTITY" in block and (bad := _ENTITY.search(block)):
            line = self.line + block.count(b"\n", 0, bad.start())
            raise CollectionError(
                f"{self._name}, line {line:,}: declares an entity that holds others, is long or "
                "lies in another file; expected at most abbreviations of namespaces. Export it "
                "again, as Turtle if that can be chosen."
            )
        block = self.mended(block)
        self.line += block.count(b"\n")
        return block

    def mended(self, block: bytes) -> bytes:
        """Replace what is not UTF-8, and report the lines that it is in."""
        if block.isascii():
            return block
        try:
            block.decode()
        except UnicodeDecodeError:
            pass
        else:
            return block
        lines = [line.decode("utf-8", "replace").encode() for line in block.split(b"\n")]
        for number, (before, after) in enumerate(
            zip(block.split(b"\n"), lines, strict=True), start=self.line
        ):
            if before != after and self._n_bad < _MOST_PROBLEMS:
                self._n_bad += 1
                reason = "a byte that is not UTF-8: replaced by \ufffd"
                self._problems.append(Problem("", f"{self._name}, line {number:,}", reason))
        return b"\n".join(lines)


class _Window(io.RawIOBase):
    """What a parser reads; the last of it is kept, to go on behind a malformed statement.

    The parser's own way on after an error is to look for the next full stop, and behind a quotation
    mark too many it finds none.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._kept: list[bytes] = []
        self._n_kept = 0
        self.first_line = 1
        """Of what is kept."""
        self._ahead = b""
        """What is read before the file goes on."""
        self._lines_before = 0
        """Lines that the present parser has not seen."""

    def read(self, size: int = -1) -> bytes:
        """Read at most so many bytes, or all."""
        if self._ahead:
            part = self._ahead if size < 0 else self._ahead[:size]
            self._ahead = self._ahead[len(part) :]
        else:
            part = self._file.read(size)
        self._keep(part)
        return part

    def line_of(self, error: SyntaxError) -> int:
        """Give the line of the file that an error is in; 0 if that is not known."""
        return error.lineno + self._lines_before if error.lineno else 0

    def skip(self, line: int, prefixes: Mapping[str, str]) -> bool:
        """Let a new parser start behind the next end of a statement, or else change nothing."""
        seen = b"".join(self._kept)
        text = seen + self._ahead
        at = 0
        for _ in range(line - self.first_line):
            at = text.find(b"\n", at) + 1
        while not (end := _END_OF_STATEMENT.search(text, at)):
            block = self._file.read(_BLOCK) if len(text) < _MOST_AHEAD else b""
            if not block:
                self._ahead = text[len(seen) :]
                return False
            at, text = max(at, len(text) - _BLOCK), text + block
        self._lines_before = self.first_line - 1 + text.count(b"\n", 0, end.end())
        self.first_line = self._lines_before + 1
        self._kept, self._n_kept = [], 0
        declared = (f"@prefix {name}: <{iri}> . " for name, iri in prefixes.items())
        self._ahead = "".join(declared).encode() + text[end.end() :]
        return True

    def _keep(self, part: bytes) -> None:
        self._kept.append(part)
        self._n_kept += len(part)
        if self._n_kept > 2 * _KEPT:
            text = b"".join(self._kept)
            self.first_line += text.count(b"\n", 0, -_KEPT)
            self._kept, self._n_kept = [text[-_KEPT:]], _KEPT


def _plain(name: str) -> str:
    return "".join(letter for letter in name if letter.isascii() and letter.isalnum()) or "file"
