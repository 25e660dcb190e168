"""What survives a treatment, and which of two cues is seen, against slow and plain counting."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from evaluation.bootstrap import bootstrap_interval, ratio_interval
from evaluation.studies.looking.pictures import pictures_of_works
from evaluation.studies.looking.space import Space
from evaluation.studies.semantic_gap.conflict_makers import MAKERS
from evaluation.studies.semantic_gap.cue_conflict import (
    conflict_pictures,
    cue_conflict,
    draw_pairs,
)
from evaluation.studies.semantic_gap.neighbours import nearest_weights
from evaluation.studies.semantic_gap.surface import survival

NAMES = ["grey", "patches 4 x 4"]


def units(random, *shape):
    vectors = random.standard_normal(shape).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def space_of(pictures, model="made"):
    return Space(
        model=model,
        told=model,
        floor=False,
        pictures=pictures,
        features=pictures,
        place=lambda raw: raw,
        read=None,
    )


def gallery(random, n=60, dim=6):
    """Works with one to two genres, some with none, of a dozen artists."""
    kinds = ["landscape", "portrait", "still life"]
    genres = [
        tuple(random.choice(kinds, size=int(random.integers(0, 3)), replace=False))
        for _ in range(n)
    ]
    artists = [f"artist {random.integers(12)}" for _ in range(n)]
    return space_of(units(random, n, dim)), genres, artists


def nearest(space, query, among, k):
    """The k nearest, one by one."""
    return sorted(among, key=lambda row: -float(space.pictures[row] @ query))[:k]


def test_survival_is_what_counting_work_by_work_gives():
    random = np.random.default_rng(1)
    space, genres, artists = gallery(random)
    rows = np.array([3, 8, 20, 21, 40, 55])
    treated = units(random, len(rows), 2, 6) * 0.5 + space.pictures[rows][:, None]
    treated /= np.linalg.norm(treated, axis=-1, keepdims=True)
    names = ("landscape", "portrait")
    words = units(random, 2, 6)
    told = survival(
        space, rows, treated, NAMES, genres, artists, named=(names, words), k=5, repeats=50
    )
    assert [(own.treatment, own.keeps) for own in told] == [
        ("grey", "form"),
        ("patches 4 x 4", "surface"),
    ]
    everything = range(len(genres))
    for at, own in enumerate(told):
        kept, found, before, after, named_before, named_after = [], [], [], [], [], []
        for place, row in enumerate(rows.tolist()):
            query = treated[place, at]
            others = [one for one in everything if one != row]
            was, is_ = (nearest(space, q, others, 5) for q in (space.pictures[row], query))
            kept.append(len(set(was) & set(is_)) / 5)
            found.append(nearest(space, query, everything, 1) == [row])
            if genres[row]:
                other_hands = [o for o in others if genres[o] and artists[o] != artists[row]]
                for q, counts in ((space.pictures[row], before), (query, after)):
                    near = nearest(space, q, other_hands, 5)
                    counts.append(np.mean([bool(set(genres[o]) & set(genres[row])) for o in near]))
            if set(genres[row]) & set(names):
                for q, counts in ((space.pictures[row], named_before), (query, named_after)):
                    counts.append(names[int(np.argmax(words @ q))] in genres[row])
        assert own.neighbours.value == pytest.approx(np.mean(kept))
        assert own.neighbours.chance == pytest.approx(5 / 59)
        assert own.found.value == pytest.approx(np.mean(found))
        assert own.genre.value == pytest.approx(np.sum(after) / np.sum(before), rel=1e-5)
        assert own.genre.n == len(before)
        assert own.named.n == len(named_before)
        assert own.named.value == pytest.approx(np.sum(named_after) / np.sum(named_before))
        low, high = own.neighbours.interval
        assert low <= own.neighbours.value <= high


def test_an_untouched_picture_keeps_everything():
    space, genres, artists = gallery(np.random.default_rng(2))
    rows = np.arange(30)
    own = survival(space, rows, space.pictures[rows][:, None], ["grey"], genres, artists)[0]
    assert own.neighbours.value == own.found.value == own.genre.value == 1.0
    assert own.named.value is None


def test_a_model_that_puts_all_in_one_place_is_at_chance():
    space, genres, artists = gallery(np.random.default_rng(3))
    space = space_of(np.ones((60, 6), np.float32) / 6**0.5)
    rows = np.arange(0, 60, 2)
    own = survival(space, rows, space.pictures[rows][:, None], ["grey"], genres, artists)[0]
    assert own.neighbours.value == pytest.approx(own.neighbours.chance)
    assert own.found.value == pytest.approx(own.found.chance)
    assert own.genre.value == pytest.approx(own.genre.chance)


def test_survival_without_genres_or_with_one_artist_says_nothing_of_genres():
    random = np.random.default_rng(4)
    space = space_of(units(random, 12, 4))
    rows = np.arange(12)
    treated = units(random, 12, 1, 4)
    bare = survival(space, rows, treated, ["grey"], [()] * 12, list("abcdefghijkl"))[0]
    alone = survival(space, rows, treated, ["grey"], [("portrait",)] * 12, ["a"] * 12)[0]
    assert bare.genre.value is alone.genre.value is None
    assert alone.neighbours.interval is None


def test_survival_refuses_what_does_not_fit():
    space, genres, artists = gallery(np.random.default_rng(5))
    rows = np.array([1, 2])
    with pytest.raises(ValueError, match=r"need vectors of shape \(2, 1, dim\)"):
        survival(space, rows, np.zeros((2, 2, 6), np.float32), ["grey"], genres, artists)
    with pytest.raises(ValueError, match="must be in the gallery"):
        survival(
            space,
            rows,
            np.zeros((2, 1, 6), np.float32),
            ["grey"],
            genres,
            artists,
            gallery=np.arange(2, 60),
        )
    with pytest.raises(ValueError, match="as many genres and artists"):
        survival(space, rows, np.zeros((2, 1, 6), np.float32), ["grey"], genres[:3], artists)


def test_equals_at_the_last_place_share_it():
    scores = np.array([[0.9, 0.5, 0.5, 0.5, 0.1], [0.9, -np.inf, -np.inf, -np.inf, 0.1]])
    weights = nearest_weights(scores.astype(np.float32), 3)
    assert weights[0] == pytest.approx([1, 2 / 3, 2 / 3, 2 / 3, 0])
    assert weights[1] == pytest.approx([1, 0, 0, 0, 1])
    assert nearest_weights(scores.astype(np.float32), 9)[1].sum() == 2


def test_the_quick_interval_is_that_of_the_plain_bootstrap():
    random = np.random.default_rng(6)
    values = np.stack([random.random(300), 1 + random.random(300)], axis=1)
    groups = [f"artist {number}" for number in random.integers(40, size=300)]
    quick = ratio_interval(values[:, 0], values[:, 1], groups, repeats=4000)
    plain = bootstrap_interval(
        values, lambda drawn: drawn[:, 0].sum() / drawn[:, 1].sum(), groups=groups, repeats=4000
    )
    assert quick == pytest.approx(plain, abs=0.003)
    assert ratio_interval(np.ones(2), np.ones(2), ["a", "b"]) is None
    assert ratio_interval(np.ones(0), np.ones(0), []) is None
    assert ratio_interval(np.ones(3), np.zeros(3), ["a", "b", "c"]) is None


def test_pairs_share_neither_genre_nor_artist_and_come_both_ways():
    random = np.random.default_rng(7)
    _, genres, artists = gallery(random, 200)
    among = np.arange(20, 200)
    pairs = draw_pairs(genres, artists, 40, among=among, seed=1)
    assert pairs.shape == (80, 2)
    assert (pairs[::2] == pairs[1::2, ::-1]).all()
    assert len(set(pairs[::2].ravel().tolist())) == 80
    assert pairs.min() >= 20
    for one, other in pairs.tolist():
        assert genres[one]
        assert genres[other]
        assert not set(genres[one]) & set(genres[other])
        assert artists[one] != artists[other]
    assert (pairs == draw_pairs(genres, artists, 40, among=among, seed=1)).all()
    assert (pairs != draw_pairs(genres, artists, 40, among=among, seed=2)).any()


@pytest.mark.parametrize("genres", [[()] * 4, [("portrait",)] * 4])
def test_without_two_genres_there_are_no_pairs_and_no_number(genres):
    pairs = draw_pairs(genres, list("abcd"), 5)
    assert pairs.shape == (0, 2)
    space = space_of(units(np.random.default_rng(8), 4, 3))
    told = cue_conflict(space, pairs, np.zeros((0, 3), np.float32), genres, list("abcd"), maker="m")
    assert [(own.by, own.form.value, own.pairs) for own in told] == [
        ("work", None, 0),
        ("genre", None, 0),
    ]


def test_who_is_seen_in_a_conflict_is_what_counting_gives():
    random = np.random.default_rng(9)
    space, genres, artists = gallery(random, 80)
    pairs = draw_pairs(genres, artists, 15, seed=3)
    vectors = units(random, len(pairs), 6)
    by_work, by_genre = cue_conflict(
        space, pairs, vectors, genres, artists, maker="patches", k=5, repeats=100
    )
    works, kinds = [], []
    for (form, surface), query in zip(pairs.tolist(), vectors, strict=True):
        works.append(space.pictures[form] @ query > space.pictures[surface] @ query)
        hands = {artists[form], artists[surface]}
        voters = [row for row in range(80) if genres[row] and artists[row] not in hands]
        votes = nearest(space, query, voters, 5)
        ahead = sum(bool(set(genres[row]) & set(genres[form])) for row in votes) - sum(
            bool(set(genres[row]) & set(genres[surface])) for row in votes
        )
        if ahead:
            kinds.append(ahead > 0)
    assert by_work.form.value == pytest.approx(np.mean(works))
    assert (by_work.pairs, by_work.decided) == (len(pairs), len(pairs))
    assert by_genre.form.value == pytest.approx(np.mean(kinds))
    assert by_genre.decided == len(kinds) < len(pairs)
    assert by_genre.form.interval[0] <= by_genre.form.value <= by_genre.form.interval[1]


def test_a_model_that_sees_nothing_takes_form_for_surface_as_often_as_not():
    random = np.random.default_rng(10)
    _, genres, artists = gallery(random, 80)
    pairs = draw_pairs(genres, artists, 20)
    # Always the same answer, whatever is shown: a work near to everything wins both ways.
    space = space_of(units(random, 80, 6))
    constant = np.repeat(units(random, 1, 6), len(pairs), axis=0)
    told = cue_conflict(space, pairs, constant, genres, artists, maker="patches")
    assert [own.form.value for own in told] == [0.5, 0.5]
    assert told[0].form.interval == (0.5, 0.5)
    blank = space_of(np.ones((80, 6), np.float32) / 6**0.5)
    told = cue_conflict(blank, pairs, constant, genres, artists, maker="patches")
    assert [(own.form.value, own.decided) for own in told] == [(None, 0), (0.5, len(pairs))]


def _painted(random, genre):
    """A genre has its own shape, place and colours, so that either gives it away."""
    light, dark = {
        "discs": ((250, 190, 160), (110, 20, 10)),
        "bars": ((170, 220, 250), (10, 30, 120)),
        "peaks": ((200, 240, 170), (20, 80, 20)),
    }[genre]
    picture = Image.new("RGB", (72, 72), dark)
    draw = ImageDraw.Draw(picture)
    x, y = random.integers(-3, 4, 2).tolist()
    if genre == "discs":
        draw.ellipse((18 + x, 18 + y, 54 + x, 54 + y), fill=light)
    elif genre == "bars":
        for left in (6, 30, 54):
            draw.rectangle((left + x, 0, left + 11 + x, 72), fill=light)
    else:
        draw.polygon([(0, 70 + y), (36 + x, 30 + y), (72, 70 + y)], fill=light)
    grain = random.integers(-12, 13, (72, 72, 3))
    return Image.fromarray((np.asarray(picture) + grain).clip(0, 255).astype(np.uint8))


def only_colours(picture):
    """See how often which colour is there, and not where."""
    ratios = np.asarray(picture).reshape(-1, 3).astype(float) + 1
    ratios = ratios.mean(axis=0)
    return ratios - ratios.mean()


def only_edges(picture):
    """See where brightness changes, and neither how bright it is nor in which colour."""
    grey = np.asarray(picture.convert("L").filter(ImageFilter.GaussianBlur(2))).astype(float)
    edges = Image.fromarray(np.hypot(*np.gradient(grey)).astype(np.float32))
    seen = np.asarray(edges.resize((12, 12), Image.Resampling.BOX))
    return ((seen - seen.mean()) / max(seen.std(), 1e-6)).ravel()


@pytest.mark.parametrize("maker", list(MAKERS))
def test_colours_alone_are_surface_and_edges_alone_are_form(tmp_path: Path, maker):
    random = np.random.default_rng(11)
    genres = [("discs", "bars", "peaks")[number % 3] for number in range(36)]
    files = []
    for number, genre in enumerate(genres):
        files.append(tmp_path / f"{number}.png")
        _painted(random, genre).save(files[-1])
    ids = [f"work {number}" for number in range(36)]
    pictures = pictures_of_works(ids, files, side=72)
    kinds, artists = [(genre,) for genre in genres], [f"artist {n // 3 % 6}" for n in range(36)]
    pairs = draw_pairs(kinds, artists, 12, seed=2)
    conflicts = conflict_pictures(pictures, pairs, maker)
    assert len(conflicts) == len(pairs) == 24
    made = [own for part in range(len(conflicts.parts)) for own in conflicts.pictures_of(part)]
    works = [pictures.picture(row) for row in range(36)]
    assert [own.size for own in made] == [works[form].size for form, _ in pairs]

    def unit(see, shown):
        rows = np.stack([see(own) for own in shown]).astype(np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    seen = {
        see: cue_conflict(
            space_of(unit(see, works)), pairs, unit(see, made), kinds, artists, maker=maker, k=5
        )
        for see in (only_colours, only_edges)
    }
    assert all(own.form.value <= 0.05 for own in seen[only_colours])
    assert all(own.form.value >= 0.95 for own in seen[only_edges])


def test_conflicts_are_known_by_what_decides_them(tmp_path: Path):
    random = np.random.default_rng(12)
    files = [tmp_path / f"{number}.png" for number in range(4)]
    for file in files:
        _painted(random, "bars").save(file)
    pictures = pictures_of_works(list("abcd"), files, side=72)
    pairs = np.array([(0, 1), (1, 0)])
    keys = {
        conflict_pictures(pictures, own, maker, seed=seed).keys
        for own in (pairs, pairs + 2)
        for maker in MAKERS
        for seed in (0, 1)
    }
    assert len(keys) == 8
    assert conflict_pictures(pictures, pairs, "patches").keys in keys
    assert len(conflict_pictures(pictures, pairs[:0], "patches")) == 0
