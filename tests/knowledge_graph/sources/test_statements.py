from __future__ import annotations

from pathlib import Path

import pytest

from knowledge_graph import CollectionError, open_collection
from knowledge_graph.sources.statements import statements

RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'


def rdf_xml(entities: str, value: str) -> str:
    return (
        f'<?xml version="1.0"?>\n<!DOCTYPE r [\n{entities}\n]>\n<rdf:RDF {RDF}>'
        f'<rdf:Description rdf:about="http://m.org/1"><rdf:value>{value}</rdf:value>'
        "</rdf:Description></rdf:RDF>"
    )


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
