from __future__ import annotations

from pathlib import Path

from knowledge_graph import Artwork, Collection, open_collection
from prompts import DATE, Vocabulary, build_vocabulary


def works_stating(
    *facts: dict[str, tuple[str, ...]], years: tuple[int | None, ...] = ()
) -> Collection:
    """Works that state nothing but these facts."""
    works = []
    for row, own in enumerate(facts):
        year = years[row] if years else None
        works.append(Artwork(id=f"w{row:03}", facets=own, year_from=year, year_to=year))
    return Collection.from_artworks(works, Path(), "test")


def test_vocabulary_joins_spellings_and_leaves_rare_values_out() -> None:
    works = works_stating(
        {"style": ("Cubism",), "subject": ("trees-and-hills", "sky")},
        {"style": ("cubism",), "subject": ("trees-and-hills",)},
        {"style": ("Cubism (Analytic)",), "subject": ("sky", "sky")},
        {"style": ("Fauvism",)},
        years=(1907, 1911, None, 1880),
    )
    vocabulary = build_vocabulary(works, min_works=2)
    assert [(term.facet, term.text, term.n_works) for term in vocabulary.terms] == [
        ("style", "Cubism", 3),
        ("subject", "sky", 2),
        ("subject", "trees and hills", 2),
        ("date", "20th century", 2),
    ]
    assert {term.source for term in vocabulary.terms} == {"collection"}
    assert vocabulary.facets == ("style", "subject", DATE)
    assert vocabulary.presence.toarray().tolist() == [
        [1, 1, 1, 1], [1, 0, 1, 1], [1, 1, 0, 0], [0, 0, 0, 0],
    ]  # fmt: skip
    assert vocabulary.stated.tolist() == [
        [True, True, True], [True, True, True], [True, True, False], [True, False, True],
    ]  # fmt: skip


def test_a_term_is_shown_as_it_is_spelled_and_prompted_as_it_is_said() -> None:
    works = works_stating(
        {
            "genre": ("nude painting (nu)", "portrait"),
            "style": ("Art Nouveau (Modern)",),
            "subject": ("boats-and-ships",),
            "artist": ("j.m.w.-turner", "henri-de-toulouse-lautrec"),
            "period": ("Edo period",),
        }
    )
    prompts = {term.text: term.prompt for term in build_vocabulary(works, min_works=1).terms}
    assert prompts == {
        "nude painting (nu)": "nude",
        "portrait": "",
        "Art Nouveau (Modern)": "Art Nouveau",
        "boats and ships": "boats, ships",
        "J.m.w. Turner": "Turner",
        "Henri de Toulouse Lautrec": "",
        "Edo period": "Edo",
    }


def test_pieces_of_broken_html_are_no_subjects_but_a_work_with_them_states_one() -> None:
    works = works_stating(
        {"subject": ("St.-Peter&#39;s",)},
        {"subject": ("Gilbert & George",)},
        {"subject": ()},
    )
    vocabulary = build_vocabulary(works, min_works=1)
    assert [term.text for term in vocabulary.terms] == ["Gilbert & George"]
    assert vocabulary.stated.ravel().tolist() == [True, True, False]


def test_artists_who_share_a_family_name_stay_apart() -> None:
    works = works_stating({"artist": ("J.M.W. Turner",)}, {"artist": ("W.A. Turner",)})
    assert len(build_vocabulary(works, min_works=1).terms) == 2


def test_a_term_has_the_commonest_iri_of_the_values_it_stands_for() -> None:
    stated = [("Cubism", "urn:x:2"), ("cubism", "urn:x:1"), ("Cubism (Analytic)", "urn:x:2"),
              ("Cubism", "")]  # fmt: skip
    works = [
        Artwork(id=f"w{row}", facets={"style": (text, "plain")}, iris={"style": (iri, "")})
        for row, (text, iri) in enumerate(stated)
    ]
    works.append(Artwork(id="w9", facets={"style": ("Cubism",)}, year_from=1907, year_to=1907))
    vocabulary = build_vocabulary(Collection.from_artworks(works, Path(), "test"), min_works=1)
    assert {term.text: term.iri for term in vocabulary.terms} == {
        "Cubism": "urn:x:2", "plain": "", "20th century": "",
    }  # fmt: skip


def test_equally_common_iris_give_the_first_in_their_order_whatever_the_works() -> None:
    works = [
        Artwork(id=f"w{row}", facets={"artist": ("Smith",)}, iris={"artist": (iri,)})
        for row, iri in enumerate(("urn:x:b", "urn:x:a"))
    ]
    (term,) = build_vocabulary(Collection.from_artworks(works), min_works=1).terms
    assert (term.n_works, term.iri) == (2, "urn:x:a")


def test_a_collection_without_facts_has_an_empty_vocabulary() -> None:
    vocabulary = build_vocabulary(works_stating({}, {}))
    assert vocabulary.terms == ()
    assert vocabulary.presence.shape == (2, 0)


def _require_consistent(vocabulary: Vocabulary) -> None:
    assert [term.n_works for term in vocabulary.terms] == vocabulary.presence.sum(axis=0).tolist()
    assert vocabulary.stated.shape == (vocabulary.presence.shape[0], len(vocabulary.facets))


def test_a_real_graph_names_its_styles_with_their_iris(shared_data: Path) -> None:
    graph = shared_data / "artgraph" / "artgraph-rdf" / "artgraph-facts.ttl"
    vocabulary = build_vocabulary(open_collection(graph))
    _require_consistent(vocabulary)
    term = next(term for term in vocabulary.terms if term.text == "art nouveau (modern)")
    assert (term.facet, term.prompt) == ("style", "art nouveau")
    assert term.iri.startswith("http")
    assert term.n_works > 100
