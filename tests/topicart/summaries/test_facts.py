from __future__ import annotations

from knowledge_graph import Artwork, Collection
from topicart.summaries.facts import FactsSummarizer, summarize_facts
from topicart.summaries.summarizer import Request
from topicart.topics import Label, Summary, Topic


def _works(n: int = 1, *, year: int | None = None, **facets: str) -> list[Artwork]:
    values = {facet: tuple(text.split("|")) for facet, text in facets.items()}
    return [Artwork(id="", year_from=year, year_to=year, facets=values)] * n


def _collection(*groups: list[Artwork]) -> Collection:
    works = [work for group in groups for work in group]
    return Collection.from_artworks(
        [
            Artwork(
                id=f"w{row:04}", year_from=work.year_from, year_to=work.year_to, facets=work.facets
            )
            for row, work in enumerate(works)
        ],
        source="test",
    )


def _chosen(facet: str, term: str, share: float, *, lift: float = 1.0, **more: object) -> Label:
    values = {"stated_share": share, "chosen": True, "decided_by": "facts"} | more
    return Label(facet, term, share=share, lift=lift, **values)  # type: ignore[arg-type]


def test_a_summary_says_how_many_when_by_whom_what_and_how() -> None:
    works = _collection(
        _works(12, year=1893, artist="Beardsley Aubrey", genre="illustration", style="Art Nouveau"),
        _works(8, year=1895, artist="Beardsley Aubrey", genre="poster", style="Art Nouveau"),
    )
    labels = [_chosen("genre", "illustration", 0.6, lift=5.1), _chosen("style", "Art Nouveau", 1.0)]
    assert summarize_facts(works, labels) == (
        "20 works from 1893 to 1895, all by Beardsley Aubrey. The genre is mostly illustration "
        "(60%, about five times as often as in the collection) or poster (40%). The style is "
        "always Art Nouveau."
    )


def test_one_work_is_told_in_the_singular() -> None:
    works = _collection(_works(year=1700, artist="A", genre="still life"))
    assert summarize_facts(works, ()) == "1 work from 1700 by A. The genre is still life."


def test_one_date_far_off_does_not_rule_the_span() -> None:
    works = _collection(*(_works(year=1890 + row % 10) for row in range(20)), _works(year=1502))
    assert summarize_facts(works, ()) == "21 works; nine in ten are from 1890 to 1899."


def test_one_vague_date_does_not_stretch_the_span() -> None:
    vague = [Artwork(id="", year_from=1801, year_to=1900)]
    works = _collection(*([_works(13, year=year) for year in (1850, 1852, 1853)]), vague)
    assert summarize_facts(works, ()) == "40 works; nine in ten are from 1850 to 1853."


def test_a_span_that_nearly_all_fill_is_told_whole() -> None:
    works = _collection(*(_works(year=1800 + 10 * row) for row in range(20)))
    assert summarize_facts(works, ()) == "20 works from 1800 to 1990."


def test_undated_works_are_not_counted_among_the_dated() -> None:
    works = _collection(_works(3, year=1800), _works(year=1801), _works(4))
    assert summarize_facts(works, ()) == "8 works; the 4 dated ones are from 1800 to 1801."
    assert summarize_facts(_collection(_works(year=1800), _works(4)), ()) == (
        "5 works; the one that is dated is from 1800."
    )


def test_years_before_our_era_are_said_so() -> None:
    assert summarize_facts(_collection(_works(year=-500), _works(year=20)), ()) == (
        "2 works from 500 BCE to 20 CE."
    )
    assert summarize_facts(_collection(_works(year=-500), _works(year=-450)), ()) == (
        "2 works from 500 to 450 BCE."
    )


def test_few_artists_are_named_and_many_are_counted() -> None:
    two = _collection(_works(15, artist="Ann"), _works(10, artist="Bob"))
    assert summarize_facts(two, ()) == "25 works by Ann (60%) and Bob (40%)."
    many = _collection(*(_works(artist=f"Artist {row}") for row in range(40)))
    assert summarize_facts(many, ()) == "40 works by 40 artists, none with more than 1 of them."
    some = _collection(_works(10, artist="Ann"), *(_works(artist=f"A{row}") for row in range(30)))
    assert summarize_facts(some, ()) == "40 works by 31 artists, above all Ann (25%)."


def test_an_anonymous_work_has_no_artist_to_name() -> None:
    works = _collection(_works(5, artist="anonymous", genre="icon"))
    assert summarize_facts(works, ()) == "5 works. The genre is always icon."


def test_a_facet_that_few_state_is_told_of_those_alone() -> None:
    works = _collection(_works(30, genre="marina"), _works(10, genre="portrait"), _works(60))
    told = summarize_facts(works, [_chosen("genre", "marina", 0.3, stated_share=0.75, lift=9.0)])
    assert (
        told == "100 works. The genre, recorded for 40, is mostly marina (75%) or portrait (25%)."
    )


def test_what_next_to_none_state_is_not_told() -> None:
    works = _collection(_works(3, subject="ships"), _works(97, genre="marina"))
    assert "ships" not in summarize_facts(works, [_chosen("subject", "ships", 0.03)])


def test_percentages_of_a_handful_are_told_as_counts() -> None:
    works = _collection(_works(3, genre="marina"), _works(4, genre="portrait"))
    assert "mostly portrait (4 of 7) or marina (3 of 7)" in summarize_facts(works, ())


def test_nearly_all_is_not_rounded_to_all() -> None:
    works = _collection(_works(999, genre="marina"), _works(1, genre="portrait"))
    assert "nearly always marina (over 99%)" in summarize_facts(works, ())


def test_facts_that_go_together_are_joined_by_and() -> None:
    works = _collection(_works(24, subject="ships|sea"), _works(5, subject="ships"), _works())
    labels = [_chosen("subject", "ships", 0.967)]
    assert "ships (97%) and sea (80%)" in summarize_facts(works, labels)


def test_what_pictures_alone_chose_is_told_as_seen() -> None:
    seen = _chosen("genre", "marina", 0.0, decided_by="pictures")
    assert summarize_facts(_collection(_works(30, year=1800)), [seen]) == (
        "30 works from 1800. To the encoder they look most like “marina” (genre); "
        "no record says so."
    )


def test_what_records_bear_out_is_told_as_recorded_though_pictures_chose_it() -> None:
    works = _collection(_works(28, genre="marina"), _works(2, genre="portrait"))
    seen = _chosen("genre", "marina", 0.93, decided_by="pictures")
    assert summarize_facts(works, [seen]) == "30 works. The genre is nearly always marina (93%)."


def test_a_runner_up_is_not_preferred_to_what_is_commoner() -> None:
    works = _collection(_works(6, genre="marina"), _works(24, genre="portrait"))
    runner_up = Label("genre", "marina", share=0.2, stated_share=0.2, lift=8.0)
    assert "The genre is mostly portrait (80%)" in summarize_facts(works, [runner_up])


def test_works_without_facts_are_said_to_be_so() -> None:
    assert summarize_facts(_collection(_works(2)), ()) == (
        "2 works, of which no date, artist or other fact is recorded."
    )


def test_records_that_share_nothing_are_not_called_absent() -> None:
    works = _collection(*(_works(genre=f"genre {row}") for row in range(30)))
    assert summarize_facts(works, ()) == (
        "30 works; what is recorded of them is too little, or too varied, to be summed up."
    )


def test_artists_who_work_together_are_named_together() -> None:
    assert summarize_facts(_collection(_works(4, artist="Ann|Bob")), ()) == (
        "4 works, all by Ann and Bob."
    )


def test_a_vocabularys_word_is_not_told_beside_the_word_it_stands_for() -> None:
    works = _collection(_works(24, subject="Schiffe"), _works(6, subject="Baum"))
    label = _chosen("subject", "ships", 0.8, source="iconclass", notation="46C2")
    assert summarize_facts(works, [label]) == "30 works. The subject is mostly ships (80%)."


def test_terms_stand_as_the_collection_shows_them_but_bounded_and_printable() -> None:
    slugs = _works(30, subject="boats-and-ships|streets-and-squares")
    assert "boats and ships" in summarize_facts(_collection(slugs), ())
    hostile = summarize_facts(_collection(_works(30, genre="x\x1b[2J" + "y" * 9000)), ())
    assert hostile.isprintable()
    assert len(hostile) < 200


def test_the_engine_answers_every_request_and_has_no_model() -> None:
    works = _collection(_works(2, year=1700))
    topic = Topic(0, "x", 2, (), Summary(""), ())
    request = Request(topic, works, "", lambda: (_ for _ in ()).throw(AssertionError("no picture")))
    engine = FactsSummarizer()
    assert engine.summarize([request, request]) == ["2 works from 1700."] * 2
    assert (engine.engine, engine.model, engine.settings) == ("facts", "", {})
