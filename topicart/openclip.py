"""Build an open_clip model from files that were found: weights, tokenizer, preprocessing."""

from __future__ import annotations

import json
import logging
import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from topicart.errors import ModelError
from topicart.model_files import ModelSource
from topicart.preprocess import Preprocess, preprocess_of

if TYPE_CHECKING:
    import torch

__all__ = ["BuiltModel", "build_model", "quiet_open_clip"]

# What a configuration may pass to the tokenizer: open_clip's own settings. Others reach
# transformers, where one of them, trust_remote_code, runs programs from a repository.
_TOKENIZER_SETTINGS = frozenset({"clean", "language", "strip_sep_token"})


@dataclass(frozen=True)
class BuiltModel:
    """An open_clip model on the CPU in float32, in evaluation mode, and what goes with it."""

    model: torch.nn.Module
    tokenizer: Callable[[Sequence[str]], torch.Tensor]
    """Texts to token ids, shape ``(n, context_length)``."""
    preprocess: Preprocess
    dim: int
    context_length: int


def build_model(source: ModelSource) -> BuiltModel:
    """Build a model and load its weights; nothing is fetched and no code of a model is run.

    An adapter is merged into the weights, so that the model is as quick as its base.

    Parameters
    ----------
    source : ModelSource
        The files, from :func:`topicart.model_files.resolve_model`.

    Returns
    -------
    BuiltModel
        The model and what goes with it.

    Raises
    ------
    ModelError
        If the configuration is not understood, the weights or the adapter do not fit it, are
        damaged, or are of a kind that would run code when read.
    """
    import open_clip

    text_cfg = deepcopy(dict(source.config["text_cfg"]))
    overrides: dict[str, Any] = {}
    if source.text_folder is not None:
        _refuse_code(source, source.text_folder)
        if "hf_model_name" in text_cfg:
            # open_clip hands this name to transformers as it stands, so a folder that was moved
            # would be looked for where it was made.
            text_cfg["hf_model_name"] = str(source.text_folder)
            text_cfg["hf_model_pretrained"] = False
            overrides["text_cfg"] = text_cfg
    with quiet_open_clip():
        try:
            model = open_clip.create_model(
                source.architecture,
                load_weights=False,
                pretrained_text=False,
                force_quick_gelu=source.quick_gelu,
                **overrides,
            )
            tokenizer = _tokenizer(source, text_cfg)
        except ModelError:
            raise
        # A configuration is anybody's JSON: it can fail anywhere in open_clip, timm and
        # transformers, and always means the same to the user.
        except Exception as error:
            raise ModelError(
                f"The model {source.name!r} cannot be built from its configuration "
                f"({_one_line(error)}). It may need a newer open_clip or timm, or be damaged."
            ) from error
        _load_weights(model, source)
    if source.adapter is not None:
        from topicart.adapter import load_weights

        load_weights(model, source.adapter)
    model.eval()
    context_length = getattr(tokenizer, "context_length", None)
    return BuiltModel(
        model=model,
        tokenizer=tokenizer,
        preprocess=_preprocess(source, model.visual.image_size),
        dim=int(source.config["embed_dim"]),
        context_length=int(context_length or open_clip.tokenizer.DEFAULT_CONTEXT_LENGTH),
    )


def _tokenizer(
    source: ModelSource, text_cfg: Mapping[str, Any]
) -> Callable[[Sequence[str]], torch.Tensor]:
    """Build the tokenizer that belongs to a text configuration."""
    from open_clip.tokenizer import DEFAULT_CONTEXT_LENGTH, HFTokenizer, SimpleTokenizer

    settings = dict(text_cfg.get("tokenizer_kwargs") or {})
    strange = sorted(set(settings) - _TOKENIZER_SETTINGS)
    if strange:
        raise ModelError(
            f"The model {source.name!r} wants the tokenizer settings {', '.join(strange)}; only "
            f"{', '.join(sorted(_TOKENIZER_SETTINGS))} are passed on, because others can run code."
        )
    context_length = text_cfg.get("context_length", DEFAULT_CONTEXT_LENGTH)
    if text_cfg.get("hf_tokenizer_name") and source.text_folder is not None:
        built: Callable[[Sequence[str]], torch.Tensor] = HFTokenizer(
            str(source.text_folder),
            context_length=context_length,
            tokenizer_mode=text_cfg.get("tokenizer_mode"),
            **settings,
        )
        return built
    simple: Callable[[Sequence[str]], torch.Tensor] = SimpleTokenizer(
        context_length=context_length, **settings
    )
    return simple


def _load_weights(model: torch.nn.Module, source: ModelSource) -> None:
    """Load weights strictly, and only from files whose reading runs no code."""
    import open_clip
    import torch
    from safetensors import SafetensorError

    file = source.weights
    if file.suffix not in (".safetensors", ".bin", ".pt", ".pth"):
        raise ModelError(
            f"The weights of {source.name!r} are a {file.suffix or 'nameless'} file ({file.name}); "
            "read are .safetensors and PyTorch's .bin, .pt and .pth."
        )
    try:
        if file.suffix != ".safetensors":
            # open_clip reads again with torch's default, which ran code before torch 2.6, when
            # this raises a TypeError; so it must not raise there.
            torch.load(file, map_location="cpu", weights_only=True)
        open_clip.load_checkpoint(model, str(file), strict=True, weights_only=True, device="cpu")
    except (SafetensorError, EOFError) as error:
        raise ModelError(
            f"The weights {file} are damaged or truncated ({_one_line(error)}). Copy or download "
            "them again."
        ) from error
    except (pickle.UnpicklingError, RuntimeError, AssertionError) as error:
        said = _one_line(error)
        if "state_dict" in said or isinstance(error, AssertionError):
            raise ModelError(
                f"The weights {file} do not fit the model's configuration ({said[:300]}). They "
                "must come from the same model."
            ) from error
        raise ModelError(
            f"The weights {file} cannot be read without running code that they contain (a "
            f"TorchScript archive or a pickle), or are damaged ({said[:300]}). Use a safetensors "
            "file of the same model."
        ) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError, StopIteration) as error:
        raise ModelError(
            f"The weights {file} cannot be read ({_one_line(error)}). Copy or download them again."
        ) from error


def _refuse_code(source: ModelSource, folder: Path) -> None:
    """Refuse Hugging Face configurations that point to Python files of their own.

    transformers would ask on the terminal whether to run them, and wait.
    """
    for name in ("config.json", "tokenizer_config.json"):
        file = folder / name
        if not file.is_file():
            continue
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ModelError(
                f"{file} cannot be read as JSON ({error}). Copy or download it again."
            ) from error
        if not isinstance(content, dict) or "auto_map" in content:
            raise ModelError(
                f"The model {source.name!r} wants to run Python code that comes with it ({file}: "
                "auto_map). topicart runs no code from models; choose another one."
            )


def _preprocess(source: ModelSource, image_size: int | tuple[int, int]) -> Preprocess:
    """Say how pictures are prepared, and check that the model takes pictures of that size."""
    told = preprocess_of(source.preprocess, source.config)
    size = tuple(image_size) if isinstance(image_size, tuple | list) else (image_size,) * 2
    if told.size != size:
        raise ModelError(
            f"The configuration of {source.name!r} says pictures of {told.size[0]} x "
            f"{told.size[1]}, but its image tower takes {size[0]} x {size[1]}: state image_size in "
            "its vision_cfg."
        )
    return told


def _one_line(error: BaseException) -> str:
    """An error's text without line breaks."""
    return " ".join(str(error).split()) or type(error).__name__


@contextmanager
def quiet_open_clip() -> Iterator[None]:
    """Keep open_clip's notes off the screen while a model is built.

    open_clip logs to the root logger, which sets up logging for the whole program where it was
    not, and warns that weights are random before we load them.

    Yields
    ------
    None
        Its errors are still logged.
    """
    root = logging.getLogger()
    silent = logging.NullHandler()

    def _not_from_open_clip(record: logging.LogRecord) -> bool:
        return "open_clip" not in Path(record.pathname).parts or record.levelno >= logging.ERROR

    root.addHandler(silent)
    root.addFilter(_not_from_open_clip)
    try:
        yield
    finally:
        root.removeFilter(_not_from_open_clip)
        root.removeHandler(silent)
