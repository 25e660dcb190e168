from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from knowledge_graph import Artwork, Collection, Problem, open_collection
from prompts import Captioner, CaptionTemplate
from topicart.errors import TrainingError
from topicart.preprocess import Preprocess, load_pixels
from training.batch import Batch
from training.config import TrainConfig
from training.loader import Loader
from training.pairs import Pairs, pairs_of

SMALL = Preprocess((16, 16), "shortest", "bicubic", 0, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
CONFIG = TrainConfig(batch_size=16, loss="multi-positive")


@pytest.fixture(scope="module")
def collection(paintings: Path) -> Collection:
    return open_collection(paintings)


@pytest.fixture(scope="module")
def pairs(collection: Collection) -> Pairs:
    return pairs_of(collection, Captioner())


def loader_of(collection: Collection, config: TrainConfig = CONFIG, **more: object) -> Loader:
    captioner = Captioner(facet_dropout=config.facet_dropout)
    pairs = pairs_of(collection, captioner)
    return Loader(pairs, captioner, SMALL, config, root=collection.root, **more)  # type: ignore[arg-type]


def equal(one: Batch, other: Batch) -> bool:
    return (
        (one.ids, one.captions, one.facts) == (other.ids, other.captions, other.facts)
        and np.array_equal(one.pixels, other.pixels)
        and np.array_equal(one.readable, other.readable)
        and one.views is not None
        and other.views is not None
        and np.array_equal(one.views, other.views)
    )


def test_a_batch_holds_what_belongs_together(collection: Collection, pairs: Pairs) -> None:
    loader = loader_of(collection)
    assert loader.steps_per_epoch == 60 // 16
    works = {work.id: work for work in pairs.works}
    for batch, rows in zip(loader.batches(0, 3), loader.plan(0), strict=True):
        assert batch.ids == tuple(pairs.ids[row] for row in rows)
        assert batch.own == slice(0, 16)
        assert batch.readable.all()
        assert batch.views is not None
        assert batch.views.shape == (16, 5)
        for id_, told, facts, pixels in zip(
            batch.ids, batch.captions, batch.facts, batch.pixels, strict=True
        ):
            assert told.facts <= facts
            assert facts == pairs.facts(pairs.ids.index(id_))
            picture = collection.root / works[id_].images[0]
            assert np.array_equal(pixels, load_pixels(picture, SMALL))


def test_any_number_of_processes_see_the_same_batches(collection: Collection) -> None:
    whole = list(loader_of(collection).batches(0, 5))
    shares = [
        list(loader_of(collection, rank=rank, world=4, workers=3).batches(0, 5))
        for rank in range(4)
    ]
    for step, batch in enumerate(whole):
        parts = [share[step] for share in shares]
        assert {part.captions for part in parts} == {batch.captions}
        assert [part.own for part in parts] == [slice(4 * k, 4 * k + 4) for k in range(4)]
        assert np.array_equal(np.concatenate([part.pixels for part in parts]), batch.pixels)
        views = [part.views for part in parts if part.views is not None]
        assert np.array_equal(np.concatenate(views), batch.views)


@pytest.mark.parametrize("loss", ["multi-positive", "infonce"])
def test_training_can_go_on_at_any_step(collection: Collection, loss: str) -> None:
    config = TrainConfig(batch_size=16, loss=loss)  # type: ignore[arg-type]
    whole = list(loader_of(collection, config).batches(0, 8))
    for start in (1, 3, 7):
        rest = list(loader_of(collection, config).batches(start, 8))
        assert len(rest) == 8 - start
        assert all(equal(one, other) for one, other in zip(whole[start:], rest, strict=True))


def test_captions_and_company_change_with_the_epoch_and_the_seed(collection: Collection) -> None:
    def told(config: TrainConfig, start: int) -> dict[str, str]:
        batches = loader_of(collection, config).batches(start, start + 3)
        return {
            id_: caption.text
            for batch in batches
            for id_, caption in zip(batch.ids, batch.captions, strict=True)
        }

    first, second = told(CONFIG, 0), told(CONFIG, 3)
    other = told(CONFIG.model_copy(update={"seed": 1}), 0)
    assert list(first) != list(second) != list(other)
    for one in (second, other):
        same = [id_ for id_ in first if first[id_] == one.get(id_)]
        assert len(same) < 20


def test_no_batch_holds_a_caption_twice_where_that_is_to_be_avoided(
    collection: Collection,
) -> None:
    loader = loader_of(collection, TrainConfig(batch_size=12, loss="infonce", facet_dropout=0.6))
    for batch in loader.batches(0, 4 * loader.steps_per_epoch):
        assert len({caption.text for caption in batch.captions}) == 12


def test_epochs_have_as_many_steps_as_the_first_even_if_captions_are_too_alike(
    tmp_path: Path,
) -> None:
    # Two captions at most, and by chance only one: such an epoch has the first one's batches.
    works = [
        Artwork(id=f"w{n}", images=("a.png",), facets={"style": ("A",), "genre": ("B",)})
        for n in range(3)
    ]
    collection = Collection.from_artworks(works, tmp_path)
    captioner = Captioner((CaptionTemplate("a", "{style}"), CaptionTemplate("b", "{genre}")))
    seeds = [s for s in range(20) if _first_epoch_has_two(works, captioner, collection, s)]
    loader = _loader_of_two(works, captioner, collection, seeds[0])
    assert loader.steps_per_epoch == 1
    plans = [loader.plan(epoch) for epoch in range(20)]
    assert all(len(plan) == 1 for plan in plans)
    assert len({tuple(plan[0].tolist()) for plan in plans}) > 1


def _loader_of_two(
    works: list[Artwork], captioner: Captioner, collection: Collection, seed: int
) -> Loader:
    config = TrainConfig(batch_size=2, duplicates="avoid", seed=seed)
    return Loader(Pairs(tuple(works)), captioner, SMALL, config, root=collection.root)


def _first_epoch_has_two(
    works: list[Artwork], captioner: Captioner, collection: Collection, seed: int
) -> bool:
    try:
        _loader_of_two(works, captioner, collection, seed)
    except TrainingError:
        return False
    return True


def test_one_of_several_pictures_is_drawn(collection: Collection, pairs: Pairs) -> None:
    files = [work.images[0] for work in pairs.works]
    works = [
        Artwork(id=f"w{n}", title=f"{n}", images=(files[n], files[n + 20], files[n + 40]))
        for n in range(20)
    ]
    config = TrainConfig(batch_size=20, augment="none")
    loader = Loader(Pairs(tuple(works)), Captioner(), SMALL, config, root=collection.root)
    seen: dict[str, set[bytes]] = {work.id: set() for work in works}
    for batch in loader.batches(0, 20):
        assert batch.views is None
        for id_, pixels in zip(batch.ids, batch.pixels, strict=True):
            seen[id_].add(pixels.tobytes())
    for work in works:
        assert seen[work.id] == {
            load_pixels(collection.root / file, SMALL).tobytes() for file in work.images
        }


@pytest.fixture
def damaged(tiny_collection_folder: Path) -> Collection:
    collection = open_collection(tiny_collection_folder)
    (collection.root / collection[0].images[0]).write_bytes(b"no picture")
    (collection.root / collection[5].images[0]).unlink()
    return collection


def test_a_picture_that_cannot_be_read_is_told_once_and_marked(damaged: Collection) -> None:
    problems: list[Problem] = []
    loader = loader_of(damaged, TrainConfig(batch_size=6), on_problem=problems.append)
    broken = {damaged.ids[0], damaged.ids[5]}
    for batch in loader.batches(0, 6):
        for id_, readable, pixels in zip(batch.ids, batch.readable, batch.pixels, strict=True):
            assert readable == (id_ not in broken)
            assert pixels.any() == readable
    assert sorted(problem.id for problem in problems) == sorted(broken)
    assert all(problem.reason and problem.file for problem in problems)


def test_if_no_picture_can_be_read_training_does_not_begin(damaged: Collection) -> None:
    for row in range(len(damaged)):
        (damaged.root / damaged[row].images[0]).write_bytes(b"no picture")
    with pytest.raises(TrainingError, match="none of the 6 pictures of the first batch can be"):
        next(loader_of(damaged, TrainConfig(batch_size=6)).batches(0, 6))


def test_a_batch_that_cannot_be_shared_out_or_filled_is_refused(collection: Collection) -> None:
    with pytest.raises(TrainingError, match="16 pairs cannot be .* 3 processes.*such as 18"):
        loader_of(collection, rank=0, world=3)
    with pytest.raises(TrainingError, match="256 pairs, and there are 60 works"):
        loader_of(collection, TrainConfig())


class OneProcess:
    """Stands for an Accelerator."""

    is_local_main_process = True
    process_index, num_processes = 0, 1

    def wait_for_everyone(self) -> None: ...


def test_kept_pixels_are_taken_instead_of_files(damaged: Collection, tmp_path: Path) -> None:
    config = TrainConfig(batch_size=6)
    read = list(loader_of(damaged, config).batches(0, 4))
    loader = loader_of(damaged, config)
    loader.fill_cache(tmp_path / "pixels", OneProcess())  # type: ignore[arg-type]
    whole = damaged.root / damaged[1].images[0]
    whole.write_bytes(b"")  # not looked at any more
    assert all(equal(one, other) for one, other in zip(loader.batches(0, 4), read, strict=True))
