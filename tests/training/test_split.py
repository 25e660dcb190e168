from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge_graph import Artwork
from topicart.errors import TrainingError
from training.config import TrainConfig
from training.split import Split, read_split, split_works, write_split


def works_of(*artists: tuple[str, ...] | str, split: str = "") -> list[Artwork]:
    """Make one work by each."""
    return [
        Artwork(
            id=f"w{number:04}",
            facets={"artist": (names,) if isinstance(names, str) else names} if names else {},
            images=(f"{number}.png",),
            split=split,
        )
        for number, names in enumerate(artists)
    ]


def artists_of(works: list[Artwork], ids: tuple[str, ...]) -> set[str]:
    chosen = set(ids)
    return {v for work in works if work.id in chosen for v in work.facets.get("artist", ())}


TEAMS = st.lists(st.lists(st.sampled_from("abcdefghij"), max_size=3), min_size=2, max_size=60)


@settings(max_examples=200)
@given(TEAMS, st.floats(0.01, 0.5), st.integers(0, 20))
def test_no_artist_is_on_both_sides_and_at_most_half_is_held_out(
    teams: list[list[str]], share: float, seed: int
) -> None:
    works = works_of(*(tuple(team) for team in teams))
    config = TrainConfig(hold_out_share=share, seed=seed)
    try:
        split = split_works(works, config)
    except TrainingError:
        return
    assert sorted(split.train + split.held_out) == [work.id for work in works]
    assert not artists_of(works, split.train) & artists_of(works, split.held_out)
    assert 0 < len(split.held_out) <= len(works) / 2
    unsigned = {work.id for work in works if not work.facets.get("artist")}
    assert unsigned <= set(split.train)
    assert set(split.groups) == set(split.held_out)


def test_the_share_is_met_and_the_seed_draws_the_artists() -> None:
    works = works_of(*(f"painter {number % 37}" for number in range(1000)))
    drawn = [split_works(works, TrainConfig(seed=seed)) for seed in (0, 0, 1, 2)]
    assert drawn[0] == drawn[1]
    assert len({split.held_out for split in drawn}) == 3
    for split in drawn:
        assert len(split.held_out) == pytest.approx(200, abs=14)  # painters have 27 or 28 works
        assert len(set(split.groups.values())) >= 3


def test_what_chooses_shares_no_artist_with_what_judges() -> None:
    works = works_of(*(f"painter {n % 40}" for n in range(1000)))
    for seed in range(5):
        split = split_works(works, TrainConfig(seed=seed))
        assert not artists_of(works, split.validation) & artists_of(works, split.test)
        assert abs(len(split.validation) - len(split.test)) <= 25  # a painter has 25 works


def test_an_artist_with_a_third_of_the_works_is_not_held_out() -> None:
    works = works_of(*["rich"] * 30, *(f"painter {number % 20}" for number in range(70)))
    for seed in range(20):
        split = split_works(works, TrainConfig(seed=seed))
        assert "rich" not in artists_of(works, split.held_out)
        assert len(split.held_out) == pytest.approx(20, abs=2)


def test_a_larger_group_is_taken_where_smaller_ones_are_too_few_to_judge_by() -> None:
    works = works_of(*["a"] * 50, *["b"] * 48, "c")
    split = split_works(works, TrainConfig())
    assert artists_of(works, split.held_out) == {"b", "c"}
    assert abs(len(split.validation) - len(split.test)) <= 1  # not 48 works and 1
    even = works_of(*(name for name in "abcde" for _ in range(12)))
    held = {split_works(even, TrainConfig(seed=seed)).held_out for seed in range(20)}
    assert len(held) > 2
    assert {len(ids) for ids in held} == {12}


def test_artists_who_share_a_work_stay_together() -> None:
    works = works_of("a", ("a", "b"), "b", ("c", "b"), "c", *["d"] * 5, *["e"] * 4)
    for seed in range(10):
        split = split_works(works, TrainConfig(seed=seed, hold_out_share=0.3))
        assert artists_of(works, split.held_out) in ({"a", "b", "c"}, {"d"}, {"e"})
    together = split_works(works, TrainConfig(hold_out_values=("b",)))
    assert set(together.groups.values()) == {"a"}
    assert artists_of(works, together.held_out) == {"a", "b", "c"}


def test_values_that_are_named_are_held_out() -> None:
    works = works_of("Bell Ada", "Corr Pia", "Bell Ada", "Dahl Ole")
    split = split_works(works, TrainConfig(hold_out_values=("Bell Ada", "Dahl Ole")))
    assert split.held_out == ("w0000", "w0002", "w0003")
    with pytest.raises(TrainingError, match="no work has the artist 'Bell Adah'.*'Bell Ada'\\?"):
        split_works(works, TrainConfig(hold_out_values=("Bell Adah",)))
    with pytest.raises(TrainingError, match="all 4 works .* Name fewer"):
        split_works(works, TrainConfig(hold_out_values=("Bell Ada", "Dahl Ole", "Corr Pia")))


def test_one_artist_cannot_be_held_out_and_the_remedy_is_named() -> None:
    with pytest.raises(TrainingError, match="9 of the 9 works belong together.*--hold-out work"):
        split_works(works_of(*["only"] * 9), TrainConfig())
    with pytest.raises(TrainingError, match="none of the 9 works has a value of style"):
        split_works(works_of(*["only"] * 9), TrainConfig(hold_out="style"))
    with pytest.raises(TrainingError, match="hold_out is 'artst'.*Did you mean 'artist'"):
        split_works(works_of("a", "b"), TrainConfig(hold_out="artst"))


def test_the_parts_of_the_source_are_taken_as_they_are() -> None:
    works = [
        *works_of("a", "a", split="train"),
        Artwork(id="x", images=("x.png",), split="val"),
        Artwork(id="y", images=("y.png",), split="test"),
        Artwork(id="z", images=("z.png",)),
    ]
    split = split_works(works, TrainConfig(hold_out="split"))
    assert split == Split(("w0000", "w0001", "z"), ("x",), ("y",), "split")
    only_test = [*works[:2], *works_of(*["a"] * 6, split="test")]
    halved = split_works(
        [
            Artwork(id=f"{n}", images=work.images, split=work.split)
            for n, work in enumerate(only_test)
        ],
        TrainConfig(hold_out="split"),
    )
    assert (len(halved.validation), len(halved.test)) == (3, 3)
    with pytest.raises(TrainingError, match="that the source states are: none \\(2\\)"):
        split_works(works_of("a", "b"), TrainConfig(hold_out="split"))
    with pytest.raises(TrainingError, match="states are: test \\(2\\); expected works of train"):
        split_works(works_of("a", "b", split="test"), TrainConfig(hold_out="split"))


def test_works_can_be_drawn_whoever_made_them() -> None:
    works = works_of(*["only"] * 50)
    split = split_works(works, TrainConfig(hold_out="work", hold_out_share=0.2))
    assert len(split.held_out) == 10
    assert split.groups == {}
    assert len(split_works(works, TrainConfig(hold_out="work", hold_out_share=0.9)).held_out) == 25


def test_works_without_a_picture_are_on_neither_side() -> None:
    works = [*works_of("a", "b", "c", "d"), Artwork(id="bare", facets={"artist": ("e",)})]
    split = split_works(works, TrainConfig(hold_out_share=0.25))
    assert "bare" not in split.train + split.held_out
    with pytest.raises(TrainingError, match="1 works have a picture; expected at least two"):
        split_works(works[3:], TrainConfig())


def test_centuries_keep_works_apart_too() -> None:
    works = [
        Artwork(id=f"w{year}", year_from=year, year_to=year, images=("a.png",))
        for year in (1650, 1750, 1760, 1770, 1850)
    ]
    split = split_works(works, TrainConfig(hold_out="century", hold_out_values=("18th century",)))
    assert split.held_out == ("w1750", "w1760", "w1770")


def test_a_split_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    works = works_of('=1+1, "x"', ("Ünal, A.", "b"), "", "c", "d\ne", "f")
    split = split_works(works, TrainConfig(hold_out_share=0.4))
    file = write_split(tmp_path, split)
    assert read_split(tmp_path) == split
    lines = file.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "id,part,group,artist"
    assert Counter(line.split(",")[1] for line in lines[1:]) == {
        "train": len(split.train),
        "validation": len(split.validation), "test": len(split.test),
    }  # fmt: skip


@pytest.mark.parametrize(
    "content", ["", "id,part\n", "id,part,group,artist\nw,left,,\n", "id,part,group,artist\nw\n"]
)
def test_what_is_no_split_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(TrainingError, match="split.csv is no split"):
        read_split(tmp_path)
    (tmp_path / "split.csv").write_text(content, encoding="utf-8")
    with pytest.raises(TrainingError, match="split.csv is no split .*expected a table with id"):
        read_split(tmp_path)
