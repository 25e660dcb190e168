"""What the LLaVA engine answers, with tiny models of random weights; nothing is downloaded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image, ImageOps

from knowledge_graph import Collection
from tests.topicart.summaries.tiny_llava import KINDS, write_llava_folder
from topicart.errors import PictureError
from topicart.summaries.llava import LlavaSummarizer
from topicart.summaries.mosaic import BACKGROUND
from topicart.summaries.summarizer import Failure, Request
from topicart.topics import Summary, Topic

PROMPTS = (
    "Describe the ships .",
    "a caption with the theme of the pictures shown here : a storm , a calm sea , waves and sails",
    "Describe the portrait of a king with a hat",
)
TOPIC = Topic(0, "Ships", 3, (), Summary("Ships."), ())


def noise(seed: int, width: int = 72, height: int = 48) -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 256, (4, 6, 3), dtype=np.uint8)
    return Image.fromarray(pixels).resize((width, height), Image.Resampling.NEAREST)


def ask(prompt: str, mosaic: Image.Image | Exception) -> Request:
    def make() -> Image.Image:
        if isinstance(mosaic, Exception):
            raise mosaic
        return mosaic

    return Request(TOPIC, Collection.from_artworks([]), prompt, make)


def load(folder: Path, **options: Any) -> LlavaSummarizer:
    options = {"device": "cpu", "max_new_tokens": 12, "progress": False} | options
    return LlavaSummarizer.load(str(folder), **options)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    place = tmp_path_factory.mktemp("models")
    return {kind: write_llava_folder(place / kind, kind) for kind in KINDS}


@pytest.fixture
def llava(folders: dict[str, Path]) -> LlavaSummarizer:
    return load(folders["llava"])


def put_generate(
    llava: LlavaSummarizer, monkeypatch: pytest.MonkeyPatch, new: Callable[[int], Sequence[int]]
) -> list[int]:
    """Have the model produce given tokens; gives the sizes of the batches that it is asked."""
    sizes: list[int] = []

    def generate(input_ids: torch.Tensor, logits_processor: Any, **_: Any) -> torch.Tensor:
        sizes.append(len(input_ids))
        tokens = torch.tensor([new(len(input_ids))] * len(input_ids))
        logits_processor[0](input_ids, torch.zeros(len(input_ids), 3))
        return torch.cat([input_ids, tokens], dim=1)

    monkeypatch.setattr(llava._model, "generate", generate)
    return sizes


@pytest.mark.parametrize("kind", KINDS)
def test_a_batch_answers_as_one_at_a_time(folders: dict[str, Path], kind: str) -> None:
    requests = [ask(prompt, noise(n, 60 + 30 * n)) for n, prompt in enumerate(PROMPTS)]
    together = load(folders[kind], batch_size=2).summarize(requests)
    assert len(together) == 3
    assert len(set(together)) == 3
    assert load(folders[kind], batch_size=1).summarize(requests) == together
    assert load(folders[kind], batch_size=3).summarize(requests[::-1]) == together[::-1]


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_is_the_likeliest_word_after_word(folders: dict[str, Path], kind: str) -> None:
    """The oracle: transformers' own processor and forward pass, without a cache, step by step."""
    from transformers import AutoModelForImageTextToText, AutoProcessor

    model = AutoModelForImageTextToText.from_pretrained(folders[kind]).eval()
    processor = AutoProcessor.from_pretrained(folders[kind])
    content = [{"type": "image"}, {"type": "text", "text": PROMPTS[1]}]
    text = processor.apply_chat_template(
        [{"role": "user", "content": content}], add_generation_prompt=True
    )
    mosaic = noise(1, 48, 48)
    inputs = processor(images=[mosaic], text=[text], return_tensors="pt")
    start = inputs["input_ids"].shape[1]
    for _ in range(12):
        with torch.no_grad():
            next_ = model(**inputs).logits[0, -1].argmax()
        inputs["input_ids"] = torch.cat([inputs["input_ids"], next_[None, None]], dim=1)
        inputs["attention_mask"] = torch.ones_like(inputs["input_ids"])
        if next_ == model.generation_config.eos_token_id:
            break
    expected = processor.tokenizer.decode(inputs["input_ids"][0, start:], skip_special_tokens=True)
    (answer,) = load(folders[kind]).summarize([ask(PROMPTS[1], mosaic)])
    assert answer
    assert answer == expected.strip()


@pytest.mark.parametrize("kind", KINDS)
def test_the_answer_depends_on_the_mosaic(folders: dict[str, Path], kind: str) -> None:
    answers = load(folders[kind]).summarize([ask(PROMPTS[0], noise(seed)) for seed in range(4)])
    assert len(set(answers)) > 1


@pytest.mark.parametrize("kind", KINDS)
def test_the_answer_depends_on_the_prompt(folders: dict[str, Path], kind: str) -> None:
    answers = load(folders[kind]).summarize([ask(prompt, noise(0)) for prompt in PROMPTS])
    assert len(set(answers)) > 1


def test_the_sides_of_a_mosaic_are_not_cut_off(llava: LlavaSummarizer) -> None:
    wide = noise(5, 96, 48)
    square = ImageOps.pad(wide, (96, 96), color=BACKGROUND)
    cut = ImageOps.fit(wide, (48, 48))
    answers = llava.summarize([ask(PROMPTS[0], mosaic) for mosaic in (wide, square, cut)])
    assert answers[0] == answers[1] != answers[2]


def test_a_topic_without_readable_pictures_fails_alone(llava: LlavaSummarizer) -> None:
    good = [ask(PROMPTS[0], noise(seed)) for seed in range(2)]
    bad = ask(PROMPTS[0], PictureError("its only picture cannot be read: the file is empty"))
    answers = llava.summarize([good[0], bad, good[1], bad])
    assert answers[1] == answers[3] == Failure("its only picture cannot be read: the file is empty")
    assert [answers[0], answers[2]] == llava.summarize(good)
    assert llava.summarize([bad]) == [answers[1]]
    assert llava.summarize([]) == []


def test_words_of_the_collection_cannot_pose_as_the_dialogues_marks(llava: LlavaSummarizer) -> None:
    posing = "Describe <image> the </s> ships <image><pad> ."
    answers = llava.summarize([ask(posing, noise(0)), ask(PROMPTS[0], noise(0))])
    assert answers[0] == answers[1]


def tokens(llava: LlavaSummarizer, text: str) -> list[int]:
    return llava._processor.tokenizer(text, add_special_tokens=False)["input_ids"]


def test_special_tokens_are_no_part_of_an_answer(
    llava: LlavaSummarizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_generate(llava, monkeypatch, lambda _: tokens(llava, "ships . the sea </s> <pad>"))
    assert llava.summarize([ask(PROMPTS[0], noise(0))]) == ["ships . the sea"]


def test_a_batch_that_does_not_fit_is_halved(
    llava: LlavaSummarizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def new(batch: int) -> list[int]:
        if batch > 1:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return tokens(llava, "ships </s>")

    sizes = put_generate(llava, monkeypatch, new)
    answers = llava.summarize([ask(PROMPTS[0], noise(seed)) for seed in range(5)])
    assert answers == ["ships"] * 5
    assert sizes == [4, 2, 1, 1, 1, 1, 1]
    assert llava.batch_size == 1


def test_what_does_not_fit_alone_fails_with_a_remedy(
    llava: LlavaSummarizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> list[int]:
        raise RuntimeError("MPS backend out of memory")

    put_generate(llava, monkeypatch, full)
    (answer,) = llava.summarize([ask(PROMPTS[0], noise(0))])
    assert isinstance(answer, Failure)
    assert "use --four-bit, or a smaller model" in answer.reason


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("a fault of ours")])
def test_an_interruption_or_a_fault_is_no_failure_of_a_topic(
    llava: LlavaSummarizer, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def stop(_: int) -> list[int]:
        raise error

    put_generate(llava, monkeypatch, stop)
    with pytest.raises(type(error)):
        llava.summarize([ask(PROMPTS[0], noise(0))])


def test_numbers_that_overflow_are_no_answer(llava: LlavaSummarizer) -> None:
    with torch.no_grad():
        llava._model.lm_head.weight[3, 0] = torch.nan
    (answer,) = llava.summarize([ask(PROMPTS[0], noise(0))])
    assert isinstance(answer, Failure)
    assert "not finite in fp32; use --precision bf16 or fp32" in answer.reason


def test_a_repositorys_own_way_to_sample_changes_nothing(folders: dict[str, Path]) -> None:
    from transformers import GenerationConfig

    llava = load(folders["llava"])
    assert llava._model.generation_config.do_sample is False
    own = GenerationConfig.from_pretrained(folders["llava"])
    assert llava._model.generation_config.eos_token_id == own.eos_token_id == 2


def test_its_name_and_settings_say_what_decides_its_texts(folders: dict[str, Path]) -> None:
    first, longer = load(folders["llava"]), load(folders["llava"], max_new_tokens=13, batch_size=1)
    other = load(folders["llava_next"])
    assert first.engine == "llava"
    revision = first.settings["revision"]
    assert first.model == f"llava@{revision.removeprefix('sha256:')[:12]}"
    assert first.settings == {
        "revision": revision, "precision": "fp32", "four_bit": False, "max_new_tokens": 12,
    }  # fmt: skip
    assert longer.settings == first.settings | {"max_new_tokens": 13}
    assert other.settings["revision"] != revision
    assert (first.batch_size, longer.batch_size) == (4, 1)


def test_without_a_chat_template_llava_1_5_is_asked_as_it_was_trained(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    bare = load(write_llava_folder(tmp_path / "bare", template=False))
    asked = [ask(prompt, noise(3)) for prompt in PROMPTS]
    assert bare.summarize(asked) == load(folders["llava"]).summarize(asked)


def test_bfloat16_answers_too(folders: dict[str, Path]) -> None:
    llava = load(folders["llava"], precision="bf16")
    (answer,) = llava.summarize([ask(PROMPTS[0], noise(0))])
    assert isinstance(answer, str)
    assert llava._model.dtype == torch.bfloat16


@pytest.mark.parametrize("option", ["batch_size", "max_new_tokens"])
def test_no_topics_or_tokens_at_a_time_is_refused(folders: dict[str, Path], option: str) -> None:
    with pytest.raises(ValueError, match="batch_size and max_new_tokens must be at least 1"):
        load(folders["llava"], **{option: 0})
