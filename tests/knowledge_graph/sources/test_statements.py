from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from knowledge_graph import CollectionError, Problem, open_collection
from knowledge_graph.sources.statements import rdf_suffix, statements

HEAD = "@prefix a: <http://a.org/> .\n"
N = 2000
RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'


def rdf_xml(entities: str, value: str) -> str:
    return (
        f'<?xml version="1.0"?>\n<!DOCTYPE r [\n{entities}\n]>\n<rdf:RDF {RDF}>'
        f'<rdf:Description rdf:about="http://m.org/1"><rdf:value>{value}</rdf:value>'
        "</rdf:Description></rdf:RDF>"
    )


def read(path: Path, text: str | bytes) -> tuple[list[str], list[Problem]]:
    """Give the subjects of what is read, and the problems."""
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    problems: list[Problem] = []
    return [quad.subject.value for quad in statements(path, problems)], problems


def places(problems: list[Problem]) -> list[str]:
    return [problem.file.partition(", ")[2] for problem in problems]


@pytest.mark.parametrize("suffix", [".nt", ".nq", ".ttl", ".trig", ".n3"])
def test_a_quotation_mark_too_many_takes_one_statement_with_it(tmp_path: Path, suffix: str) -> None:
    lines = [f'<http://a.org/{i}> <http://a.org/n> "v{i}" .' for i in range(N)]
    lines[10] = '<http://a.org/10> <http://a.org/n> "v"10" .'
    subjects, problems = read(tmp_path / f"facts{suffix}", "\n".join(lines) + "\n")
    assert len(subjects) == N - 1
    assert places(problems) == ["line 11"]


def test_each_malformed_statement_of_turtle_is_named_with_its_line(tmp_path: Path) -> None:
    text = (
        HEAD + 'a:1 a:n "fine" .\na:2 a:n "bad \\q escape" ;\n  a:m a:9 .\n\na:3 no:where 1 .\n'
        'a:4 a:n "fine" ; a:m a:1 .\na:5 a:n a:6 a:7 .\na:8 a:n "fine" .\n'
    )
    subjects, problems = read(tmp_path / "facts.ttl", text)
    assert [name[-1] for name in subjects] == ["1", "4", "4", "5", "8"]
    assert places(problems) == ["line 3", "line 6", "line 8"]
    assert "The prefix no: has not been declared" in problems[1].reason


@pytest.mark.parametrize("between", ["\n  ", " ", "\r"], ids=["indented", "one line", "CR"])
def test_where_no_statement_ends_a_line_the_parser_finds_its_own_way(
    tmp_path: Path, between: str
) -> None:
    text = HEAD + between.join(f'a:{i} a:n "v{i}" .' for i in range(N))
    subjects, problems = read(tmp_path / "facts.ttl", text.replace('"v50"', '"v\\q50"'))
    assert len(subjects) == N - 1
    assert len(problems) == 1


def test_what_an_unclosed_text_swallows_is_said(tmp_path: Path) -> None:
    text = HEAD + "".join(f'a:{i} a:n "v{i}" .\n' for i in range(150_000))
    subjects, problems = read(tmp_path / "facts.ttl", text.replace('"v50"', '"""v50"'))
    assert 50 < len(subjects) < 150_000
    assert places(problems)[0] == "line 52"
    first, _, last = places(problems)[1].removeprefix("lines ").partition(" to ")
    assert first == "52"
    n_swallowed = int(last.replace(",", "")) - 51
    assert 0 <= 150_000 - n_swallowed - len(subjects) <= 3


def test_blank_nodes_stay_the_same_behind_a_malformed_statement(tmp_path: Path) -> None:
    text = HEAD + 'a:1 a:by _:m .\na:2 a:n "x"y" .\n_:m a:n "Monet" .\n'
    path = tmp_path / "facts.ttl"
    path.write_text(text, encoding="utf-8")
    by, named = statements(path, [])
    assert by.object == named.subject


def test_a_letter_that_is_not_utf8_is_replaced_and_named(tmp_path: Path) -> None:
    text = (HEAD + 'a:1 a:n "x" .\na:2 a:n "caf\xe9" .\na:3 a:n "y" .\n').encode("latin-1")
    for path in (tmp_path / "facts.ttl", tmp_path / "facts.ttl.gz"):
        data = gzip.compress(text) if path.suffix == ".gz" else text
        subjects, problems = read(path, data)
        assert len(subjects) == 3
        assert places(problems) == ["line 3"]


def test_letters_that_are_not_utf8_are_replaced_in_lines_too(tmp_path: Path) -> None:
    lines = [f'<http://a.org/{i}> <http://a.org/n> "caf\xe9" .' for i in range(4)]
    lines[1] = "<http://a.org/1> nothing ."
    subjects, problems = read(tmp_path / "facts.nt", "\n".join(lines).encode("latin-1"))
    assert [name[-1] for name in subjects] == ["0", "2", "3"]
    assert sorted(places(problems)) == ["line 1", "line 2", "line 3", "line 4"]


def test_a_file_that_is_something_else_stops_being_read(tmp_path: Path) -> None:
    lines = [f"{HEAD}a:1 a:n 1 ."] + ["this is not RDF ."] * 3000
    subjects, problems = read(tmp_path / "facts.ttl", "\n".join(lines))
    assert len(subjects) == 1
    assert len(problems) < 1100
    assert "the rest is not read" in problems[-1].reason


# Without the time of day: what parametrizes a test is the same for all that collect it.
CUT_GZIP = gzip.compress(b"<a:a> <a:b> <a:c> .\n" * 999, mtime=0)[:-9]


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.ttl", b"", r"a\.ttl: not one statement can be read; expected RDF"),
        ("a.nt", b"hello\n", r"not one statement can be read: a\.nt, line 1: malformed"),
        ("a.nt.gz", CUT_GZIP, r"its gzip is broken"),
        ("a.rdf", b"<html><body>x</body>", r"a\.rdf: not one statement can be read"),
    ],
)
def test_what_is_no_rdf_is_refused(tmp_path: Path, name: str, data: bytes, message: str) -> None:
    with pytest.raises(CollectionError, match=message):
        read(tmp_path / name, data)


def test_rdf_is_known_by_its_suffix() -> None:
    assert rdf_suffix(Path("Facts.TTL.gz")) == ".ttl"
    assert rdf_suffix(Path("facts.csv")) == ""


@pytest.mark.parametrize("suffix", ["ttl", "nt", "rdf", "jsonld"])
def test_the_mark_that_windows_begins_a_file_with_is_passed_over(
    tmp_path: Path, suffix: str
) -> None:
    text = {
        "ttl": "@prefix m: <http://m.org/> .\nm:1 m:p 'x' .\n",
        "nt": '<http://m.org/1> <http://m.org/p> "x" .\n',
        "rdf": rdf_xml("", "x"),
        "jsonld": '{"@id": "http://m.org/1", "http://m.org/p": "x"}',
    }
    file = tmp_path / f"graph.{suffix}"
    file.write_text(text[suffix], encoding="utf-8-sig")
    problems: list[Problem] = []
    assert [quad.object.value for quad in statements(file, problems)] == ["x"]
    assert problems == []


def test_entities_that_abbreviate_namespaces_are_read(tmp_path: Path) -> None:
    file = tmp_path / "graph.rdf"
    file.write_text(rdf_xml("""<!ENTITY m "http://m.org/">\n<!ENTITY n 'x' >""", "&m;2"))
    assert [quad.object.value for quad in statements(file, [])] == ["http://m.org/2"]


@pytest.mark.parametrize(
    "entity",
    [
        '<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">',
        '<!ENTITY b\n"&a;">',
        f'<!ENTITY b "{"x" * 10_000}">',
        '<!ENTITY b SYSTEM "file:///etc/passwd">',
    ],
)
def test_entities_that_could_fill_the_memory_are_refused(tmp_path: Path, entity: str) -> None:
    file = tmp_path / "graph.rdf"
    file.write_text(rdf_xml(f'<!ENTITY a "a">\n{entity}', "&b;"))
    with pytest.raises(CollectionError, match=r"graph.rdf, line 4: declares an entity that holds"):
        list(statements(file, []))


def test_a_term_without_end_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "graph.ttl"
    file.write_text('<http://m.org/1> <http://m.org/p> """' + "word\n" * 4_000_000)
    with pytest.raises(CollectionError, match=r"graph.ttl: one term of it is longer than"):
        list(statements(file, []))


def test_what_a_terminal_would_obey_is_escaped(tmp_path: Path) -> None:
    file = tmp_path / "red\x1b[31m.ttl"
    file.write_text("\x1b]0;title\x07\n")
    with pytest.raises(CollectionError) as raised:
        open_collection(file)
    assert "red\\x1b[31m.ttl, line 1" in str(raised.value)
    assert str(raised.value).isprintable()
