from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge_graph import FACETS
from prompts import Term, VocabularyError, gather_terms, load_templates, phrase
from prompts.term_lists import read_list


def _written(folder: Path, name: str, content: str | bytes) -> Path:
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def test_a_text_file_has_one_term_a_line(tmp_path: Path) -> None:
    lines = (
        b"\xef\xbb\xbf# mine\r\nstill life\r\n\r\n  Portrait \r\nStill Life\r\nSelf-portrait (bust)"
    )
    file = _written(tmp_path, "words.txt", lines)
    assert gather_terms([f"genre={file}"]) == (
        Term("genre", "still life", source="words.txt"),
        Term("genre", "Portrait", source="words.txt"),
        Term("genre", "Self-portrait (bust)", source="words.txt", prompt="Self-portrait"),
    )


def test_a_table_states_all_of_a_term(tmp_path: Path) -> None:
    file = _written(
        tmp_path,
        "words.csv",
        "Term,facet,iri,notation,prompt,alternatives,remark\n"
        '"Löwe, liegend",Subject,urn:x:1,25F23,lying lion,lion|leone| ,none\n'
        "Fresko,medium,,,,\n",
    )
    assert gather_terms([str(file)]) == (
        Term("subject", "Löwe, liegend", 0, "urn:x:1", "25F23", "words.csv", "lying lion",
             ("lion", "leone")),
        Term("medium", "Fresko", source="words.csv"),
    )  # fmt: skip


def test_semicolons_and_tabs_divide_tables_too(tmp_path: Path) -> None:
    semicolons = _written(tmp_path, "a.csv", "term;notation\nrose;25G41\n")
    tabs = _written(tmp_path, "b.tsv", "notation\tterm\n25G41\trose, red\n")
    terms = gather_terms([f"subject={semicolons}", f"subject={tabs}"])
    assert [(term.text, term.notation) for term in terms] == [
        ("rose", "25G41"), ("rose, red", "25G41"),
    ]  # fmt: skip


def test_a_facet_of_the_row_goes_before_that_of_the_file(tmp_path: Path) -> None:
    file = _written(tmp_path, "w.csv", "term,facet\nfresco,medium\nrose,\n")
    assert [term.facet for term in gather_terms([f"subject={file}"])] == ["medium", "subject"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("w.txt", "", "there is no term in it"),
        ("w.txt", "# a\n\n", "there is no term in it"),
        ("w.txt", b"caf\xc3\xa9\nro\xe9se\n", "line 2: is not UTF-8 .byte 0xe9"),
        ("w.txt", "caf\u00e9".encode("utf-16"), "line 1: is not UTF-8"),
        ("w.txt", b"a\nb\x00c\n", "line 2: holds a zero byte"),
        (
            "w.txt",
            "a\n" + "x" * 301,
            "line 2: expected a term of 1 to 300 characters; got one of 301",
        ),
        ("w.txt", "a\nb\n" + "x" * 30_000, "line 3: longer than 20,000 bytes"),
        ("w.csv", "", "line 1: there is no column 'term'"),
        (
            "w.csv",
            "terms,iri\na,\n",
            r"no column 'term'; its columns are 'terms', 'iri'.*Did you mean",
        ),
        ("w.csv", "term,Term\na,b\n", "two columns are called 'term'"),
        (
            "w.csv",
            "term,iri\na,urn:b\nMadonna, sitting,urn:c\n",
            "line 3: 3 fields where the header",
        ),
        ("w.csv", "term,facet\na,\n,subject\n", "line 3: expected a term .* got an empty one"),
        ("w.csv", "term,facet\na,\nb,gerne\n", "line 3: there is no facet 'gerne'.*mean 'genre'"),
        ("w.csv", 'term\na\n"b\nc\n', "line 4: cannot be read as a table"),
        ("w.ttl", "this is no turtle", "w.ttl: not one statement can be read: w.ttl, line 1"),
        ("w.ttl", "<urn:a> <urn:b> <urn:c> .", "no skos:Concept with a skos:prefLabel"),
        ("w.ttl", "<urn:a> a <urn:b> .\n<urn:a> a oops .\n", "w.ttl, line 2: malformed"),
        ("w.rdf", "<a>", "w.rdf: not one statement"),
        ("w.jsonld", '{"@context": "https://example.org/c"}', "nothing is fetched"),
        ("w.ttl.gz", b"\x1f\x8b\x08oops", "gzip is broken"),
        ("w.docx", "a", "its suffix '.docx' is that of no vocabulary"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(
    tmp_path: Path, name: str, content: str | bytes, message: str
) -> None:
    file = _written(tmp_path, name, content)
    with pytest.raises(VocabularyError, match=message) as caught:
        gather_terms([f"subject={file}"])
    assert name in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("w.txt", "a", "does not say of which facet.*FACET=PATH"),
        ("w.csv", "term\na\n", "no column 'facet'.*FACET=PATH"),
        ("w.csv", "term,facet\na,subject\nb,\n", "line 3: its facet is empty"),
        ("w.ttl", "<urn:a> <urn:b> <urn:c> .", "FACET=PATH, such as subject=w.ttl"),
    ],
)
def test_terms_need_a_facet(tmp_path: Path, name: str, content: str, message: str) -> None:
    with pytest.raises(VocabularyError, match=message):
        gather_terms([str(_written(tmp_path, name, content))])


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("gerne=words.txt", "gerne=words.txt: there is no facet 'gerne'.*Did you mean 'genre'"),
        ("subject=none.txt", "there is no none.txt"),
        ("none.txt", "there is no none.txt"),
        ("genre=iconclass", "the terms of Iconclass are subjects"),
        ("subject=", "is a folder"),
        ("x" * 5000, "cannot be read"),
        ("none\x1b[2J.txt", r"none\\x1b"),
    ],
)
def test_a_source_that_is_none_is_explained(source: str, message: str) -> None:
    with pytest.raises(VocabularyError, match=message):
        gather_terms([source])


def test_a_path_may_hold_an_equals_sign(tmp_path: Path) -> None:
    file = _written(tmp_path, "a=b.txt", "rose")
    assert gather_terms([f"subject={file}"])[0].source == "a=b.txt"


def test_a_hostile_term_is_a_harmless_line(tmp_path: Path) -> None:
    text = "red\x1b[31m \u202e{term!r} {0.real}\x07"
    (term,) = gather_terms([f"style={_written(tmp_path, 'w.txt', text)}"])
    assert term.text == "red [31m {term!r} {0.real}"
    assert phrase({"style": ("a {term}",)}, "style", term.text) == [f"a {term.text}"]


_SKOS = """
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xl: <http://www.w3.org/2008/05/skos-xl#> .
<urn:fresco> a skos:Concept ; skos:notation "300" ;
  skos:prefLabel "fresco (technique)"@en-US, "Fresko"@de, "fresque"@fr ;
  skos:altLabel "buon fresco"@en .
<urn:oil> a skos:Concept ; skos:prefLabel "huile"@fr, "oil paint" .
<urn:ink> a skos:Concept ; xl:prefLabel <urn:l1> ; xl:altLabel <urn:l2> .
<urn:l1> xl:literalForm "Tinte"@de . <urn:l2> xl:literalForm "ink"@en .
<urn:scheme> a skos:ConceptScheme ; skos:prefLabel "no term"@en .
<urn:nameless> a skos:Concept .
"""


def test_concepts_are_read_in_the_language_asked_for(tmp_path: Path) -> None:
    file = _written(tmp_path, "aat.ttl", _SKOS)
    german = gather_terms([f"medium={file}"], language="de")
    assert german == (
        Term("medium", "Fresko", 0, "urn:fresco", "300", "aat.ttl", "fresco",
             ("buon fresco", "fresco (technique)")),
        Term("medium", "oil paint", 0, "urn:oil", source="aat.ttl"),
        Term("medium", "Tinte", 0, "urn:ink", source="aat.ttl", alternatives=("ink",)),
    )  # fmt: skip
    english = gather_terms([f"medium={file}"])
    assert [(term.text, term.prompt) for term in english] == [
        ("fresco (technique)", "fresco"), ("oil paint", ""), ("Tinte", ""),
    ]  # fmt: skip


@pytest.mark.parametrize("suffix", [".rdf", ".nt", ".jsonld", ".ttl.gz"])
def test_skos_is_the_same_in_every_kind_of_rdf(tmp_path: Path, suffix: str) -> None:
    import pyoxigraph as ox

    kinds = {".rdf": ox.RdfFormat.RDF_XML, ".nt": ox.RdfFormat.N_TRIPLES,
             ".jsonld": ox.RdfFormat.JSON_LD, ".ttl.gz": ox.RdfFormat.TURTLE}  # fmt: skip
    triples = [quad.triple for quad in ox.parse(_SKOS.encode(), ox.RdfFormat.TURTLE)]
    data = ox.serialize(triples, format=kinds[suffix])
    file = _written(tmp_path, f"v{suffix}", gzip.compress(data) if "gz" in suffix else data)
    plain = gather_terms([f"medium={_written(tmp_path, 'v.ttl', _SKOS)}"])
    found = gather_terms([f"medium={file}"])
    assert {(t.text, t.iri, t.notation, t.alternatives) for t in found} == {
        (t.text, t.iri, t.notation, t.alternatives) for t in plain
    }


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=200), st.sampled_from([".txt", ".csv", ".tsv"]))
def test_a_list_of_any_bytes_is_read_or_refused(tmp_path: Path, data: bytes, suffix: str) -> None:
    file = _written(tmp_path, f"w{suffix}", data if suffix == ".txt" else b"term,facet\n" + data)
    try:
        terms = read_list(file, "subject")
    except VocabularyError:
        return
    assert len({(term.facet, term.text.casefold()) for term in terms}) == len(terms) > 0
    for term in terms:
        assert term.facet in (*FACETS, "date")
        assert 0 < len(term.text) <= 300
        assert "\n" not in term.text
        assert "\x1b" not in term.text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.text("abc éß,;|\"'-", min_size=1, max_size=12).filter(str.strip), min_size=1))
def test_what_a_csv_writer_writes_is_read_back(tmp_path: Path, texts: list[str]) -> None:
    import csv

    file = tmp_path / "w.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([["term", "facet"], *([text, "subject"] for text in texts)])
    folded = [" ".join(text.split()).casefold() for text in texts]
    assert [term.text.casefold() for term in read_list(file)] == list(dict.fromkeys(folded))


def test_iconclass_has_some_thousand_subjects_with_notation_and_iri() -> None:
    pytest.importorskip("iconclass")
    terms = gather_terms(["iconclass"])
    assert 2_000 < len(terms) < 6_000
    assert {(term.facet, term.source) for term in terms} == {("subject", "iconclass")}
    by_notation = {term.notation: term for term in terms}
    assert len(by_notation) == len(terms) == len({term.text.casefold() for term in terms})
    assert by_notation["73A52"].text == "the Annunciation"
    assert "Annunciation" in by_notation["73A52"].alternatives
    lion = by_notation["25F23(LION)"]
    assert (lion.text, lion.iri) == ("lion", "https://iconclass.org/25F23%28LION%29")
    assert by_notation["92C4"].text == "Venus"  # The goddess, not the planet.
    assert by_notation["23D41"].text == "winter"  # Without its Latin name.
    assert by_notation["11P"].alternatives == ()  # "the Church" is not any church.
    assert not [
        term for term in terms if re.search(r"\(\.\.\.\)|[a-z]", term.notation.split("(")[0])
    ]
    said = [term.prompt or term.text for term in terms]
    assert max(len(words.split()) for words in said) <= 8
    assert not [words for words in said if re.search(r"[()~:;]|^other\b", words)]


@pytest.mark.parametrize(("language", "text"), [("de", "Löwe"), ("fr", "lion"), ("ja", "ライオン")])
def test_iconclass_speaks_the_language_asked_for_and_prompts_in_english(
    language: str, text: str
) -> None:
    pytest.importorskip("iconclass")
    terms = gather_terms(["iconclass"], language=language)
    lion = next(term for term in terms if term.notation == "25F23(LION)")
    assert (lion.text, lion.prompt or lion.text) == (text, "lion")
    assert set(lion.alternatives) == {"lion"} - {text}
    prompts = phrase(load_templates(), "subject", lion.prompt or lion.text)
    assert any("a painting of" in prompt for prompt in prompts)


def test_a_language_that_iconclass_has_not_is_refused() -> None:
    with pytest.raises(VocabularyError, match="'nl': Iconclass is in en, de, fr, it, pt, jp"):
        gather_terms(["iconclass"], language="nl")


def test_without_its_package_iconclass_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prompts.iconclass_terms.find_spec", lambda _: None)
    with pytest.raises(VocabularyError, match=r"pip install 'topicart\[iconclass\]'"):
        gather_terms(["iconclass"])
