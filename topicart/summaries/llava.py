"""Summarise topics with a vision-language model of the LLaVA family, on this machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from topicart.cpu import wait_without_spinning
from topicart.device import choose_device, choose_precision
from topicart.errors import ModelError, PictureError
from topicart.hub import progress_bars
from topicart.summaries.llava_files import LLAVA_MODELS, LlavaSource, resolve_llava
from topicart.summaries.llava_loading import load_model, load_processor
from topicart.summaries.mosaic import BACKGROUND
from topicart.summaries.summarizer import Failure, Request

if TYPE_CHECKING:
    import torch
    from PIL import Image

__all__ = ["LLAVA_MODELS", "LlavaSummarizer"]

_NO_ROOM = (
    "the memory does not hold the model and one mosaic; use --four-bit, or a smaller model "
    "(--model llava-onevision-0.5b)"
)


class LlavaSummarizer:
    """A vision-language model that looks at a topic's mosaic.

    It answers greedily, so that the same mosaic and prompt get the same text again; a batch
    changes no more than the rounding.

    Parameters
    ----------
    source
        The model's files.
    model
        The model itself, on its device.
    processor
        Its tokenizer and image processor.
    precision
        ``fp32``, ``bf16`` or ``fp16``.
    four_bit
        Whether its weights were quantised.
    batch_size
        Topics at a time; less where they do not fit into the memory.
    max_new_tokens
        Where a text is cut off, in tokens.

    Attributes
    ----------
    engine : str
        ``llava``.
    model : str
        The model's name, and the start of its commit or of its files' SHA-256.
    settings : mapping of str to object
        All else that decides the texts.
    batch_size : int
        Topics that it answers at a time.
    """

    def __init__(
        self,
        source: LlavaSource,
        model: Any,
        processor: Any,
        *,
        precision: str,
        four_bit: bool = False,
        batch_size: int = 4,
        max_new_tokens: int = 120,
    ) -> None:
        if batch_size < 1 or max_new_tokens < 1:
            raise ValueError(
                "batch_size and max_new_tokens must be at least 1, got "
                f"{batch_size} and {max_new_tokens}."
            )
        self.engine = "llava"
        self.model = f"{source.name}@{source.revision.removeprefix('sha256:')[:12]}"
        self.settings: Mapping[str, Any] = {
            "revision": source.revision,
            "precision": precision,
            "four_bit": four_bit,
            "max_new_tokens": max_new_tokens,
        }
        self.batch_size = batch_size
        self._source = source
        self._model = model
        self._processor = processor
        self._precision = precision
        self._max_new_tokens = max_new_tokens
        self._require_template()

    @classmethod
    def load(
        cls,
        name: str,
        *,
        device: str = "auto",
        precision: str = "auto",
        four_bit: bool = False,
        batch_size: int = 4,
        max_new_tokens: int = 120,
        progress: bool = True,
    ) -> LlavaSummarizer:
        """Load a model by name, downloading its weights on first use.

        Parameters
        ----------
        name
            ``llava-1.5-7b``, ``llava-v1.6-mistral-7b``, ``llava-onevision-0.5b``, ``owner/name``
            on the Hugging Face hub, or a local folder.
        device
            ``auto`` (a CUDA GPU, else Apple's, else the CPU), ``cpu``, ``cuda``, ``cuda:1``,
            ``mps``.
        precision
            ``auto``, ``fp32``, ``bf16`` or ``fp16``. ``auto`` is float32 on a CPU; on a CUDA GPU
            bfloat16 if it computes in it, else float16; float16 on Apple's.
        four_bit
            Keep the language model's weights in 4 bits (NF4): a third of the memory, a little
            slower and a little worse. On a CUDA GPU only.
        batch_size
            Topics at a time.
        max_new_tokens
            Where a text is cut off, in tokens.
        progress
            Show bars on standard error while weights are downloaded and loaded.

        Returns
        -------
        LlavaSummarizer
            Ready to answer.

        Raises
        ------
        ModelError
            If the name is unknown, the model is no vision-language model, incomplete, damaged or
            pickled, the hub cannot be reached, or the device, the precision or the 4 bits cannot
            be had. The message says what to do.
        """
        wait_without_spinning()
        chosen_device = choose_device(device)
        chosen_precision = choose_precision(precision, chosen_device)
        with progress_bars(progress):
            source = resolve_llava(name)
        return cls(
            source,
            load_model(source, chosen_device, chosen_precision, four_bit, progress=progress),
            load_processor(source),
            precision=chosen_precision,
            four_bit=four_bit,
            batch_size=batch_size,
            max_new_tokens=max_new_tokens,
        )

    def summarize(self, requests: Sequence[Request]) -> Sequence[str | Failure]:
        """Summarise topics.

        Parameters
        ----------
        requests
            The topics; each one's mosaic is made when its turn comes.

        Returns
        -------
        list of str or Failure
            One answer a request, in order: the model's text, or why there is none.
        """
        answers: list[str | Failure] = []
        while rest := requests[len(answers) :]:
            batch = rest[: self.batch_size]
            pictures = [_mosaic(request) for request in batch]
            seen = [
                (request.prompt, picture)
                for request, picture in zip(batch, pictures, strict=True)
                if not isinstance(picture, Failure)
            ]
            texts = iter(self._answers(seen))
            answers += [
                picture if isinstance(picture, Failure) else next(texts) for picture in pictures
            ]
        return answers

    def _answers(self, seen: Sequence[tuple[str, Image.Image]]) -> list[str | Failure]:
        """Answer prompts about pictures, in smaller batches where the memory is full."""
        answers: list[str | Failure] = []
        while rest := seen[len(answers) :]:
            batch = rest[: self.batch_size]
            try:
                answers += self._generate(batch)
                continue
            except RuntimeError as error:
                if not _out_of_memory(error):
                    raise
            # Outside of the handler, for the error keeps the tensors of the attempt.
            _free_memory()
            if len(batch) == 1:
                answers.append(Failure(_NO_ROOM))
            else:
                self.batch_size = len(batch) // 2
        return answers

    def _generate(self, seen: Sequence[tuple[str, Image.Image]]) -> list[str | Failure]:
        """Let the model go on from each prompt and its picture, all at once."""
        import torch

        texts = [self._dialogue(prompt) for prompt, _ in seen]
        bos = self._processor.tokenizer.bos_token
        inputs = self._processor(
            text=texts,
            images=[self._uncropped(picture) for _, picture in seen],
            padding=True,
            return_tensors="pt",
            add_special_tokens=not (bos and texts[0].startswith(bos)),
        ).to(self._model.device, self._model.dtype)
        watch = _Watch()
        with torch.inference_mode():
            tokens = self._model.generate(
                **inputs,
                max_new_tokens=self._max_new_tokens,
                do_sample=False,
                logits_processor=[watch],
            )
        new = tokens[:, inputs["input_ids"].shape[1] :].tolist()
        return [
            Failure(
                f"the model gave numbers that are not finite in {self._precision}; use "
                "--precision bf16 or fp32"
            )
            if broken
            else str(self._processor.tokenizer.decode(row, skip_special_tokens=True)).strip()
            for row, broken in zip(new, watch.broken, strict=True)
        ]

    def _dialogue(self, prompt: str) -> str:
        """Set a prompt and the place of one picture into the words of the model's dialogue."""
        tokenizer = self._processor.tokenizer
        # A prompt carries words of the collection; none of them may pose as the dialogue's marks.
        for mark in sorted({self._image_token, *tokenizer.all_special_tokens}, key=len):
            prompt = prompt.replace(mark, " ")
        if not self._processor.chat_template:
            return f"USER: {self._image_token}\n{prompt} ASSISTANT:"
        content = [{"type": "image"}, {"type": "text", "text": prompt}]
        dialogue = [{"role": "user", "content": content}]
        return str(
            self._processor.apply_chat_template(
                dialogue, tokenize=False, add_generation_prompt=True
            )
        )

    @property
    def _image_token(self) -> str:
        return str(getattr(self._processor, "image_token", "<image>"))

    def _require_template(self) -> None:
        """Refuse a model whose dialogue is unknown, or has no place for one picture."""
        at = f"The model {self._source.name!r}"
        if not self._processor.chat_template and self._source.kind != "llava":
            raise ModelError(
                f"{at} has no chat template, so how it is to be asked is not known. Expected is "
                "chat_template.jinja or chat_template.json beside its configuration: download the "
                "whole folder again, or choose another model."
            )
        try:
            dialogue = self._dialogue("Describe the pictures.")
        # A template is the model's own program, and fails in any way.
        except Exception as error:
            said = " ".join(str(error).split())[:200]
            raise ModelError(
                f"{at} has a chat template that cannot be used ({said}). Download the whole "
                "folder again, or choose another model."
            ) from error
        if dialogue.count(self._image_token) != 1 or "Describe the pictures." not in dialogue:
            raise ModelError(
                f"{at} has a chat template that has no place for one picture and a prompt. "
                "Download the whole folder again, or choose another model."
            )

    def _uncropped(self, mosaic: Image.Image) -> Image.Image:
        """Fill a mosaic up to a square where the model would cut off its sides.

        LLaVA 1.5 was trained on pictures filled up so (Liu et al. 2024, arXiv:2310.03744), but its
        image processor in transformers scales the shorter side and crops the longer.
        """
        images = self._processor.image_processor
        crops = getattr(images, "do_center_crop", False) and not getattr(images, "do_pad", False)
        if not crops or hasattr(images, "image_grid_pinpoints"):
            return mosaic
        from PIL import Image

        side = max(mosaic.size)
        square = Image.new("RGB", (side, side), BACKGROUND)
        square.paste(mosaic, ((side - mosaic.width) // 2, (side - mosaic.height) // 2))
        return square


class _Watch:
    """Looks at the scores of each new token, and remembers the rows that are not numbers."""

    def __init__(self) -> None:
        self._broken: torch.Tensor | None = None

    def __call__(self, _: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        found = scores.isnan().any(dim=-1)
        self._broken = found if self._broken is None else self._broken | found
        return scores

    @property
    def broken(self) -> list[bool]:
        """Whether each row had such scores."""
        return [] if self._broken is None else [bool(row) for row in self._broken.tolist()]


def _mosaic(request: Request) -> Image.Image | Failure:
    try:
        return request.mosaic()
    except PictureError as error:
        return Failure(str(error))


def _out_of_memory(error: RuntimeError) -> bool:
    """Whether an error says that memory is full: CUDA's own, or Apple's or the CPU's plain one."""
    import torch

    said = str(error).lower()
    return (
        isinstance(error, torch.OutOfMemoryError)
        or "out of memory" in said
        or "can't allocate memory" in said
    )


def _free_memory() -> None:
    """Give back what the failed attempt held."""
    import gc

    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
