from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_graph import FACETS
from prompts import DATE, TemplateError, build_vocabulary, load_templates, phrase
from prompts.templates import Templates


def _load(folder: Path, text: str) -> Templates:
    file = folder / "mine.toml"
    file.write_text(text, encoding="utf-8")
    return load_templates(file)


def test_shipped_templates_have_three_phrasings_for_every_facet() -> None:
    templates = load_templates()
    assert set(templates) == {*FACETS, DATE}
    assert all(len(set(phrasings)) >= 3 for phrasings in templates.values())


def test_a_term_is_set_into_each_phrasing_as_words() -> None:
    templates: Templates = {"style": ("a {term} painting", "{term}, {{framed}}")}
    assert phrase(templates, "style", "Art Nouveau (Modern)") == [
        "an Art Nouveau painting", "Art Nouveau, {framed}",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("term", "said"),
    [
        ("animal painting", "an animal painting"),
        ("nude painting (nu)", "a nude painting"),
        ("European", "a European painting"),
        ("umbrella", "an umbrella painting"),
        ("unicorn", "a unicorn painting"),
        ("Color Field painting", "a Color Field painting"),
    ],
)
def test_the_article_is_that_of_the_term(term: str, said: str) -> None:
    assert phrase({"genre": ("a {term} painting",)}, "genre", term) == [said]


def test_what_term_and_phrasing_both_say_is_said_once() -> None:
    templates: Templates = {"style": ("a {term} painting", "{term} art")}
    assert phrase(templates, "style", "Color Field Painting") == [
        "a Color Field Painting", "Color Field Painting art",
    ]  # fmt: skip
    assert phrase(templates, "style", "Pop Art")[1] == "Pop Art"


def test_braces_in_a_term_are_text() -> None:
    hostile = "{term} {0.real} {term!r} }{"
    assert phrase({"style": ("a {term}",)}, "style", hostile) == [f"a {hostile}"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('style = ["a {term}"]\ngenre = [', "not valid TOML.*at its end: something is not closed"),
        ('style = ["a {term}"]\ngenre = "a', "not valid TOML.*its end"),
        ('style = ["a {term}"]\ngenre = a', r"not valid TOML.*at line 2"),
        ("", "no phrasing in it"),
        (
            '\n[colour]\nx = ["{term}"]',
            r"line 2: there is no facet 'colour'; the facets are artist",
        ),
        ('genre = ["{term}"]\nstlye = ["{term}"]', r"line 2: .*Did you mean 'style'\?"),
        ("# mine\nstyle = []", "line 2: facet 'style' needs a list of phrasings"),
        ('style = "a {term}"', "line 1: facet 'style' needs a list of phrasings"),
        ("style = 3", "line 1: facet 'style' needs a list of phrasings"),
        ('style.a = ["{term}"]', "line 1: facet 'style' needs a list"),
        ('style = ["a painting"]', "line 1: the phrasing 'a painting' .*must hold the placeholder"),
        (
            'style = [\n  "a {term}",\n\n  "a painting", # no\n]',
            "line 4: the phrasing 'a painting'",
        ),
        ('style = [\n  "a {term}",\n  7,\n]', "line 3: the phrasing 7"),
        ('style = [\n"\\u007Bterm!r}"]', "line 2: the phrasing '{term!r}'"),
        ('"style" = [\n"""a\n{term}""", "{x}"]', "line 3: the phrasing '{x}'"),
    ],
)
def test_broken_templates_are_explained_with_file_and_line(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(TemplateError, match=message) as caught:
        _load(tmp_path, text)
    assert "mine.toml" in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    "phrasing",
    ["{term", "term}", "{}", "{0}", "{term} {artist}", "{term!r}", "{term.__class__}", "{term[0]}",
     "{term:>99999999}", "{term:{term}}", "{{term}}", "\\u001b[31m"],
)  # fmt: skip
def test_a_placeholder_does_nothing_but_stand_for_the_term(tmp_path: Path, phrasing: str) -> None:
    with pytest.raises(
        TemplateError, match="line 1.*must hold the placeholder {term} and no other"
    ):
        _load(tmp_path, f'style = ["{phrasing}"]')


def test_a_file_saved_on_another_system_is_read(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_bytes(b'\xef\xbb\xbfstyle = [\r\n  "a {term}",\r\n]\r\n')
    assert load_templates(str(file)) == {"style": ("a {term}",)}


def test_a_templates_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="none.toml cannot be read"):
        load_templates(tmp_path / "none.toml")
    with pytest.raises(TemplateError, match="cannot be read: .*directory"):
        load_templates(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "#" + 3_999 * "x" + "\n" + 50_000 * "#\n",
            "it is longer than 100,000 bytes.*Check its name",
        ),
        (2_500 * "a." + 'b = ["{term}"]', "a line of it is longer than 4,000 bytes"),
        (
            "style = [" + 101 * '"{term}",' + "]",
            "line 1: facet 'style' has 101 phrasings; expected",
        ),
        # The line of a mistake is looked for where it can be found soon.
        ("style = [\n" + 40_000 * "\n" + '"a"]', "line 1: the phrasing 'a'"),
    ],
)
def test_a_file_that_would_take_for_ever_is_refused(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(TemplateError, match=message):
        _load(tmp_path, text)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with a name are of Unix")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    with pytest.raises(TemplateError, match=r"pipe.toml is no file; expected TOML. Save it"):
        load_templates(tmp_path / "pipe.toml")


def test_bytes_that_are_no_text_are_no_templates(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_bytes(b'style = ["\xff {term}"]')
    with pytest.raises(TemplateError, match="not valid TOML.*UTF-8"):
        load_templates(file)


@given(st.text(max_size=60))
def test_a_file_is_read_or_refused_whatever_is_in_it(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    folder = tmp_path_factory.getbasetemp()
    try:
        templates = _load(folder, f"style = [{text}]".encode("utf-8", "replace").decode())
    except TemplateError:
        return
    assert all("x" in said for said in phrase(templates, "style", "x"))


def test_prompts_of_real_genres_read_as_english(shared_data: Path) -> None:
    from knowledge_graph import open_collection

    vocabulary = build_vocabulary(open_collection(shared_data / "wikiart-sample"))
    templates = load_templates()
    prompts = [
        prompt
        for term in vocabulary.terms
        for prompt in phrase(templates, term.facet, term.prompt or term.text)
    ]
    assert "a religious painting" in prompts
    assert "an abstract painting" in prompts
    assert not [text for text in prompts if "painting painting" in text or "  " in text]
