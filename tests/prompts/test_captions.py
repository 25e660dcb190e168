from __future__ import annotations

import random
from pathlib import Path

import pytest

from knowledge_graph import FACETS, Artwork
from prompts import (
    Captioner,
    CaptionTemplate,
    TemplateError,
    caption,
    facts_of,
    load_caption_templates,
)

HAY_WAIN = Artwork(
    id="w",
    title="The Hay Wain",
    date="1821",
    year_from=1821,
    year_to=1821,
    date_precision="year",
    facets={
        "genre": ("landscape painting",), "medium": ("oil", "canvas"), "style": ("Romanticism",),
        "subject": ("horses", "river", "cart", "dog"), "artist": ("john-constable",),
        "period": ("Late period",), "place": ("Suffolk",),
    },
)  # fmt: skip


def captioner(*texts: str, dropout: float = 0.0) -> Captioner:
    return Captioner(tuple(CaptionTemplate(text, text) for text in texts), dropout)


def test_captions_tell_the_facts_in_the_published_order() -> None:
    assert caption(HAY_WAIN) == (
        "landscape painting rendered in oil displaying horses, river, cart in a romanticism manner "
        "made by john constable during late"
    )
    assert caption(Artwork(id="w", facets={"genre": ("genre painting",)})) == "genre painting"
    assert caption(Artwork(id="w", title="Untitled")) == "untitled"
    assert caption(Artwork(id="w")) == ""


@pytest.mark.parametrize(
    ("facet", "values", "told"),
    [
        ("genre", ("nude painting (nu)",), "nude painting"),
        ("subject", ("trees-and-forests",), "painting displaying trees, forests"),
        ("subject", ("d&#39;Artagnan", "sea"), "painting displaying sea"),
        ("subject", ("Greek-and-Roman-Mythology",), "painting displaying greek, roman mythology"),
        ("subject", ("st. a.b. peter",), "painting displaying st. peter"),
        ("artist", ("Henri de Toulouse-Lautrec",), "painting made by henri de toulouse lautrec"),
        ("period", ("Blue Period (1901-1904)",), "painting during blue"),
        ("period", ("Black Paintings",), "painting during black"),
        ("medium", ("oil,   canvas",), "painting rendered in oil, canvas"),
    ],
)
def test_values_are_cleaned_as_in_the_published_captions(
    facet: str, values: tuple[str, ...], told: str
) -> None:
    assert caption(Artwork(id="w", facets={facet: values})) == told


def test_a_part_drops_out_where_a_placeholder_of_it_has_no_value() -> None:
    forms = captioner("[{genre} ]painting[ of {subject} in {place}][ by {artist}]")
    work = Artwork(id="w", facets={"subject": ("sea",), "artist": ("Bell Ada",)})
    told = forms.full(work)
    assert told.text == "painting by Bell Ada"
    assert told.facts == {("artist", "Bell Ada")}  # "sea" was not said


def test_a_template_is_not_taken_if_what_always_stands_has_no_value() -> None:
    forms = captioner("{title} by {artist}", "{style}")
    work = Artwork(id="w", facets={"artist": ("Bell Ada",), "style": ("Cubism",)})
    assert {forms.sample(work, random.Random(seed)).text for seed in range(20)} == {"Cubism"}


def test_every_shipped_template_is_drawn_and_states_what_it_says() -> None:
    forms, chance = Captioner(facet_dropout=0.3), random.Random(0)
    work = Artwork(
        id="w",
        title="Title",
        description="Sentence one. And two.",
        date="1871",
        year_from=1871,
        year_to=1871,
        date_precision="year",
        facets={facet: (f"{facet} one", f"{facet} two") for facet in FACETS},
    )
    drawn = [forms.sample(work, chance) for _ in range(2000)]
    stated = {facet for told in drawn for facet, _ in told.facts}
    assert stated == {*FACETS, "title", "description", "date", "century"}
    for told in drawn:
        assert told.facts <= facts_of(work)
        assert told.facts
        for facet, value in told.facts:
            spoken = value.replace("period ", "") if facet == "period" else value
            assert spoken.lower() in told.text.lower()
    assert sum(told.text == told.text.lower() for told in drawn) < len(drawn)


def test_what_is_stated_varies_and_something_always_is() -> None:
    forms = captioner("[{genre}][ of {subject}][ by {artist}][, {style}]", dropout=0.9)
    chance = random.Random(0)
    drawn = [forms.sample(HAY_WAIN, chance) for _ in range(500)]
    assert all(told.text and told.facts for told in drawn)
    counts = [len({facet for facet, _ in told.facts}) for told in drawn]
    # Four facts stay with 0.1 each, at least one: 1 + ... = 0.4 + 0.9**4.
    assert sum(counts) / 500 == pytest.approx(0.4 + 0.9**4, abs=0.08)
    subjects = {value for told in drawn for facet, value in told.facts if facet == "subject"}
    assert subjects == set(HAY_WAIN.facets["subject"])
    assert max(sum(facet == "subject" for facet, _ in told.facts) for told in drawn) == 3


def test_the_same_chance_gives_the_same_caption() -> None:
    first, second = (
        [Captioner().sample(HAY_WAIN, random.Random(seed)) for seed in range(50)] for _ in range(2)
    )
    assert first == second
    assert len({told.text for told in first}) > 25


def test_a_full_caption_says_everything_once() -> None:
    assert Captioner().full(HAY_WAIN).text == (
        "The Hay Wain: landscape painting of horses, river, cart in the style of Romanticism "
        "by John Constable, 1821, oil, Late, made in Suffolk"
    )
    assert Captioner().full(Artwork(id="w")).text == ""
    assert Captioner().full(Artwork(id="w")).facts == frozenset()


def test_a_date_is_told_only_if_it_is_understood() -> None:
    forms = captioner("[{date}][ {century}]")
    assert forms.full(Artwork(id="w", date="unknown")).text == ""
    dated = Artwork(id="w", date="c.1873", year_from=1873, year_to=1873, date_precision="circa")
    assert forms.full(dated).text == "c.1873 19th century"


def test_a_description_gives_its_first_sentence_cut_to_forty_words() -> None:
    forms = captioner("{description}")
    short = Artwork(id="w", description="A bay near St. Ives. Painted there, in 1885.")
    assert forms.full(short).text == "A bay near St. Ives."
    assert forms.full(short).facts <= facts_of(short)
    long = Artwork(id="w", description="word " * 100)
    assert forms.full(long).text.split() == ["word"] * 39 + ["word…"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("template = [", "not valid TOML"),
        ("", "expected tables .*an empty file"),
        ('[[templates]]\nname = "a"', "expected tables .*templates"),
        ('[[template]]\nname = "a"', "needs a text such as"),
        ('[[template]]\ntext = "{artst}"', "{artst}; there are .*Did you mean 'artist'"),
        ('[[template]]\ntext = "a painting"', "no placeholder, so it says the same"),
        ('[[template]]\ntext = "[{style}"', "brackets of .* do not match"),
        ('[[template]]\ntext = "[{style}[ by {artist}]]"', "none inside another"),
        ('[[template]]\ntext = "{style} {"', "braces of .* do not match"),
        ('[[template]]\ntext = "{style}[ painting]"', "decides whether it is said"),
        ('[[template]]\ntext = "{style}"\nlow = true', "a key 'low'.*Did you mean 'lower'"),
        ('[[template]]\ntext = "{style}"\nlower = 1', "true or false as lower"),
        ('[[template]]\ntext = "{style}"\n[[template]]\ntext = "{style}"', "two templates"),
    ],
)
def test_a_file_of_templates_that_cannot_be_used_is_refused(
    tmp_path: Path, content: str, reason: str
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(TemplateError, match=reason) as caught:
        load_caption_templates(file)
    assert "mine.toml" in str(caught.value)


def test_a_missing_file_of_templates_is_named(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="none.toml cannot be read"):
        load_caption_templates(tmp_path / "none.toml")


def test_what_is_left_out_is_never_stated() -> None:
    work = Artwork(id="a", title="Sea", facets={"artist": ("Bell Ada",), "genre": ("marina",)})
    captioner = Captioner(leave_out=("artist", "title"))
    told = [captioner.full(work), *(captioner.sample(work, random.Random(n)) for n in range(50))]
    assert all({facet for facet, _ in caption.facts} <= {"genre"} for caption in told)
    assert not any("Bell" in caption.text or "Sea" in caption.text for caption in told)


def test_only_what_captions_can_state_can_be_left_out() -> None:
    with pytest.raises(TemplateError, match="leave_out names 'artists'.*Did you mean 'artist'"):
        Captioner(leave_out=("artists",))
