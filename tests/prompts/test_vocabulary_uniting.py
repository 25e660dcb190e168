from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array, issparse

from knowledge_graph import FACETS, Artwork, Collection, open_collection
from prompts import DATE, Term, Vocabulary, add_terms, build_vocabulary, gather_terms
from tests.prompts.test_vocabulary import works_stating


def _own(*facts: dict[str, tuple[str, ...]]) -> Vocabulary:
    return build_vocabulary(works_stating(*facts), min_works=1)


def _works_of(vocabulary: Vocabulary) -> dict[str, list[int]]:
    columns = vocabulary.presence.toarray().T
    pairs = zip(vocabulary.terms, columns, strict=True)
    return {term.text: np.flatnonzero(column).tolist() for term, column in pairs}


def test_a_controlled_term_takes_over_the_works_of_its_names() -> None:
    own = _own(
        {"subject": ("Lions", "sky")}, {"subject": ("Löwe",)}, {"subject": ("lions", "Löwe")},
        {"subject": ("sky",)}, {"style": ("Lions",)},
    )  # fmt: skip
    lion = Term("subject", "lion", 0, "urn:lion", "25F23(LION)", "iconclass", "",
                ("Löwe", "lions"))  # fmt: skip
    united = add_terms(own, [lion])
    assert [(t.facet, t.text, t.n_works, t.source, t.notation) for t in united.terms] == [
        ("style", "Lions", 1, "collection", ""),
        ("subject", "lion", 3, "iconclass", "25F23(LION)"),
        ("subject", "sky", 2, "collection", ""),
    ]
    assert _works_of(united) == {"Lions": [4], "lion": [0, 1, 2], "sky": [0, 3]}
    assert united.presence.max() == 1.0
    assert issparse(united.presence)
    assert united.stated.tolist() == own.stated.tolist()


@pytest.mark.parametrize(
    ("stated", "name"),
    [
        ("STILL LIFE", Term("genre", "still life")),
        ("still-life (vanitas)", Term("genre", "still life")),
        ("still life", Term("genre", "Stillleben", prompt="still life")),
        ("still life", Term("genre", "Stillleben", alternatives=("Still-Life",))),
    ],
)
def test_names_are_compared_without_case_hyphens_and_brackets(stated: str, name: Term) -> None:
    (term,) = add_terms(_own({"genre": (stated,)}), [name]).terms
    assert (term.text, term.n_works) == (name.text, 1)


def test_a_text_goes_before_a_prompt_and_that_before_another_name() -> None:
    own = _own({"subject": ("dog",)})
    added = [
        Term("subject", "a", alternatives=("dog",)),
        Term("subject", "b", prompt="dog"),
        Term("subject", "Dog"),
    ]
    for n, winner in ((3, "Dog"), (2, "b"), (1, "a")):
        counted = {term.text: term.n_works for term in add_terms(own, added[:n]).terms}
        assert [text for text, works in counted.items() if works] == [winner]


def test_the_same_iri_is_the_same_term_and_an_iri_is_not_lost() -> None:
    work = Artwork(
        id="w", facets={"subject": ("Hund", "rose")},
        iris={"subject": ("urn:dog", "urn:rose")},
    )  # fmt: skip
    own = build_vocabulary(Collection.from_artworks([work]), min_works=1)
    united = add_terms(own, [Term("subject", "dog", iri="urn:dog"), Term("subject", "Rose")])
    assert [(t.text, t.iri, t.n_works) for t in united.terms] == [
        ("dog", "urn:dog", 1), ("Rose", "urn:rose", 1),
    ]  # fmt: skip


def test_a_facet_that_only_a_list_knows_is_stated_by_nobody() -> None:
    own = _own({"style": ("Cubism",)}, {"style": ()}, {"style": ("Cubism",), "genre": ("nude",)})
    united = add_terms(own, [Term("medium", "fresco"), Term("emotion", "awe")])
    assert united.facets == ("style", "genre", "medium", "emotion")
    assert united.stated.tolist() == [
        [True, False, False, False], [False] * 4, [True, True, False, False],
    ]  # fmt: skip
    assert united.presence.shape == (3, 4)


def test_terms_that_two_vocabularies_have_are_one_and_the_first_is_taken() -> None:
    added = [Term("subject", "rose", source="a"), Term("subject", "Rose", source="b")]
    assert [term.source for term in add_terms(_own({}), added).terms] == ["a"]


def test_nothing_added_changes_nothing() -> None:
    own = _own({"style": ("Cubism",)}, {"subject": ("sky",)})
    same = add_terms(own, [])
    assert same.terms == own.terms
    assert (same.presence != own.presence).nnz == 0
    assert add_terms(_own({}), []).presence.shape == (1, 0)


_WORDS = st.sampled_from(["a", "A", "b", "b (x)", "c", "c-d", "c d"])
_TERMS = st.builds(
    Term,
    facet=st.sampled_from(["style", "subject", "date"]),
    text=_WORDS,
    alternatives=st.lists(_WORDS, max_size=2).map(tuple),
)


@given(
    st.lists(st.fixed_dictionaries({f: st.lists(_WORDS, max_size=3).map(tuple)
             for f in ("style", "subject")}), min_size=1, max_size=6),
    st.lists(_TERMS, max_size=5),
)  # fmt: skip
def test_no_statement_is_lost_and_none_is_invented(
    facts: list[dict[str, tuple[str, ...]]], added: list[Term]
) -> None:
    own = _own(*facts)
    united = add_terms(own, added)
    assert isinstance(united.presence, csr_array)
    assert united.presence.shape == (len(facts), len(united.terms))
    assert set(np.unique(united.presence.data)) <= {1.0}
    assert [term.n_works for term in united.terms] == united.presence.sum(axis=0).tolist()
    order = [(*FACETS, DATE).index(term.facet) for term in united.terms]
    assert order == sorted(order)
    facets = np.array([term.facet for term in own.terms])
    joined = np.array([term.facet for term in united.terms])
    for facet in own.facets:
        before = own.presence[:, np.flatnonzero(facets == facet)].sum(axis=1) > 0
        after = united.presence[:, np.flatnonzero(joined == facet)].sum(axis=1) > 0
        assert before.tolist() == after.tolist()
        column = united.stated[:, united.facets.index(facet)]
        assert column.tolist() == own.stated[:, own.facets.index(facet)].tolist()


def test_iconclass_recognises_subjects_of_real_paintings(shared_data: Path) -> None:
    pytest.importorskip("iconclass")
    own = build_vocabulary(open_collection(shared_data / "wikiart-sample"))
    united = add_terms(own, gather_terms(["iconclass"]))
    taken = {
        term.text: term for term in united.terms if term.source != "collection" and term.n_works
    }
    assert taken
    for term in taken.values():
        assert term.facet == "subject"
        assert term.iri.startswith("https://iconclass.org/")
    assert len(united.terms) > 4_000
