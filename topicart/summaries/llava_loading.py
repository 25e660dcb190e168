"""Load a vision-language model and its processor from a folder: whole, safe, and quietly."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

from topicart.errors import ModelError
from topicart.summaries.llava_files import LlavaSource

__all__ = ["load_model", "load_processor"]

_DTYPES = {"fp32": "float32", "bf16": "bfloat16", "fp16": "float16"}
_SAFE = {"local_files_only": True, "trust_remote_code": False}


def load_model(
    source: LlavaSource, device: str, precision: str, four_bit: bool, *, progress: bool = False
) -> Any:
    """Load a model onto its device.

    Parameters
    ----------
    source
        Its files.
    device
        A torch device.
    precision
        ``fp32``, ``bf16`` or ``fp16``.
    four_bit
        Quantise the language model.
    progress
        Show transformers' bar.

    Returns
    -------
    transformers.PreTrainedModel
        Ready to generate greedily.

    Raises
    ------
    ModelError
        If it is damaged or incomplete, does not fit into memory, or cannot be quantised here.
    """
    import torch

    dtype = getattr(torch, _DTYPES[precision])
    options: dict[str, Any] = {"dtype": dtype, "attn_implementation": "sdpa"}
    if four_bit:
        options["quantization_config"] = _four_bits(device, dtype)
    if device != "cpu":  # weights go there one by one, without a copy of the whole on the CPU
        options["device_map"] = {"": device}
    try:
        with _quiet(progress):
            model, told = _transformers().AutoModelForImageTextToText.from_pretrained(
                source.folder, use_safetensors=True, output_loading_info=True, **_SAFE, **options
            )
    except torch.OutOfMemoryError as error:
        raise ModelError(
            f"The model {source.name!r} does not fit into the memory of {device}. Use --four-bit, "
            "a smaller model (--model llava-onevision-0.5b), or --device cpu."
        ) from error
    # Damaged files fail in transformers, safetensors and torch with any exception.
    except Exception as error:
        raise _damaged(source, error) from error
    if absent := sorted(told["missing_keys"]):
        # Transformers would fill them with random numbers and only warn.
        raise _damaged(source, f"{len(absent)} of its weights are missing, as {absent[0]}")
    model.generation_config = _greedy(model)
    return model.eval()


def load_processor(source: LlavaSource) -> Any:
    """Load a model's tokenizer and image processor.

    Parameters
    ----------
    source
        Its files.

    Returns
    -------
    transformers.ProcessorMixin
        It fills shorter texts up on the left, where generation wants it.

    Raises
    ------
    ModelError
        If it is damaged, or is for texts alone.
    """
    try:
        with _quiet(False):
            processor = _transformers().AutoProcessor.from_pretrained(source.folder, **_SAFE)
    except Exception as error:
        raise _damaged(source, error) from error
    if not hasattr(processor, "image_processor") or not hasattr(processor, "tokenizer"):
        raise ModelError(
            f"The model {source.name!r} has no processor for pictures and texts together. "
            "Download the whole folder again, or choose another model."
        )
    tokenizer = processor.tokenizer
    tokenizer.padding_side = "left"
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return processor


def _four_bits(device: str, dtype: Any) -> Any:
    """Say how weights are quantised: NF4 and double, as in QLoRA (Dettmers et al. 2023)."""
    if not device.startswith("cuda"):
        raise ModelError(
            f"Weights of 4 bits (--four-bit) need a CUDA GPU, and the device is {device}. Leave "
            "--four-bit out, or take a small model (--model llava-onevision-0.5b)."
        )
    if find_spec("bitsandbytes") is None:
        raise ModelError(
            "Weights of 4 bits (--four-bit) need the package bitsandbytes. Install it with "
            '`pip install "topicart[quantize]"`, or leave --four-bit out.'
        )
    return _transformers().BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=dtype,
        # The part that sees is small, and what it misses nobody can make up for.
        llm_int8_skip_modules=[
            "vision_tower", "model.vision_tower",
            "multi_modal_projector", "model.multi_modal_projector", "lm_head",
        ],
    )  # fmt: skip


def _greedy(model: Any) -> Any:
    """Keep of a model's own way to generate only which tokens mean what."""
    own, text = model.generation_config, model.config.get_text_config()
    marks = {
        name: getattr(own, name, None) if getattr(own, name, None) is not None
        else getattr(text, name, None)
        for name in ("bos_token_id", "eos_token_id", "pad_token_id")
    }  # fmt: skip
    return _transformers().GenerationConfig(do_sample=False, num_beams=1, **marks)


def _damaged(source: LlavaSource, error: Exception | str) -> ModelError:
    said = " ".join(str(error).split())[:300] or type(error).__name__
    return ModelError(
        f"The model {source.name!r} in {source.folder} cannot be loaded: {said}. Download the "
        "whole folder again, or choose another model."
    )


def _transformers() -> Any:
    """Import transformers, whose annotations are too patchy to be held to."""
    import transformers

    return transformers


@contextmanager
def _quiet(progress: bool) -> Iterator[None]:
    """Keep transformers from printing: what matters is raised."""
    logging = _transformers().utils.logging
    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    if not progress:
        logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()
