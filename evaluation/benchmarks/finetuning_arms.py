"""What ``finetuning_speed`` compares: the loop with each method, peft alone, and a bare step.

All arms train a model of one architecture with random weights on the same pairs. Ours run
:func:`training.finetuning.fit` itself, over a loader that hands out as many batches as are timed.
"""

from __future__ import annotations

import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import torch
from torch.nn import functional

from topicart.adapter import head_parameters
from topicart.encoder import Encoder
from topicart.fit import Silent
from topicart.model_files import ModelSource
from topicart.openclip import BuiltModel
from topicart.preprocess import Preprocess
from training.config import TrainConfig
from training.finetuning import fit
from training.loader import Loader
from training.methods import prepare, set_train_mode
from training.towers import Inputs
from training.under_way import Training

if TYPE_CHECKING:
    from accelerate import Accelerator

    from training.batch import Batch

__all__ = [
    "Arm",
    "BareArm",
    "LoopArm",
    "ReadArm",
    "begun",
    "lora_by_peft",
    "make_encoder",
    "prepared",
    "rate_of_products",
]

ENDLESS = 10**9
"""Steps of a training that is cut short: it never validates, nor writes a checkpoint."""

PEFT_TARGETS = ["attn", "c_fc", "c_proj"]
"""What to name to peft so that it adapts the attention and the MLP of both towers."""


def make_encoder(model: str, device: str, precision: str) -> Encoder:
    """Build an encoder with random weights; nothing is downloaded.

    Parameters
    ----------
    model : str
        One of open_clip's architectures, such as ``ViT-B-32``; or a folder with a model.
    device, precision : str
        As :meth:`topicart.Encoder.load` takes them.

    Returns
    -------
    Encoder
        Ready to train.
    """
    if Path(model).is_dir():
        return Encoder.load(model, device=device, precision=precision)
    import open_clip

    torch.manual_seed(0)
    logging.disable(logging.WARNING)  # open_clip's, that the weights are random
    network = open_clip.create_model(model, load_weights=False, pretrained_text=False)
    logging.disable(logging.NOTSET)
    mean, std = open_clip.OPENAI_DATASET_MEAN, open_clip.OPENAI_DATASET_STD
    height, width = network.visual.image_size
    config = open_clip.get_model_config(model)
    length = config["text_cfg"].get("context_length", open_clip.tokenizer.DEFAULT_CONTEXT_LENGTH)
    built = BuiltModel(
        model=network,
        tokenizer=open_clip.SimpleTokenizer(context_length=length),
        preprocess=Preprocess((height, width), "shortest", "bicubic", 0, mean, std),
        dim=int(config["embed_dim"]),
        context_length=length,
    )
    source = ModelSource(name=model, architecture=model, config=config, weights=Path())
    return Encoder(built, source, weights_sha256="", device=device, precision=precision)


def begun(
    encoder: Encoder, config: TrainConfig, accelerator: Accelerator, folder: Path
) -> Training:
    """Lay out a training of a model that is ready for its method.

    Parameters
    ----------
    encoder : Encoder
        Its trainable parameters are those that are trained.
    config : TrainConfig
        The training's settings.
    accelerator : Accelerator
        The one process.
    folder : Path
        An empty folder; nothing is written.

    Returns
    -------
    Training
        Before its first step.
    """
    nothing = cast(Any, None)  # nothing is loaded or judged but what an arm hands out
    training = Training(
        config, folder, accelerator, Silent(), encoder, nothing, nothing, nothing, steps=ENDLESS
    )
    training.begin()
    return training


def prepared(encoder: Encoder, config: TrainConfig) -> Encoder:
    """Make an encoder's model ready for the configured method, as ``finetune`` does.

    Parameters
    ----------
    encoder : Encoder
        Changed in place.
    config : TrainConfig
        The method.

    Returns
    -------
    Encoder
        The same.
    """
    prepare(
        encoder.model,
        config,
        image_size=encoder.image_size,
        context_length=encoder.context_length,
    )
    return encoder


def lora_by_peft(encoder: Encoder, config: TrainConfig) -> Encoder:
    """Adapt open_clip's attention and MLP with peft as they are, as a user would.

    Parameters
    ----------
    encoder : Encoder
        Changed in place. Projections and temperature are trained, too, as with our LoRA.
    config : TrainConfig
        Rank and scale.

    Returns
    -------
    Encoder
        The same.
    """
    from peft import LoraConfig, inject_adapter_in_model

    model = encoder.model
    heads = head_parameters(model)
    settings = LoraConfig(
        r=config.rank, lora_alpha=int(config.alpha), target_modules=list(PEFT_TARGETS)
    )
    inject_adapter_in_model(settings, model)
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(".lora_" in name or name in heads or name == "logit_scale")
    return encoder


class Arm(ABC):
    """Something that trains, and is timed."""

    def run(self, steps: int) -> float:
        """Take some steps.

        Parameters
        ----------
        steps : int
            How many.

        Returns
        -------
        float
            Seconds.
        """
        start = time.perf_counter()
        self.take(steps)
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        return time.perf_counter() - start

    @abstractmethod
    def take(self, steps: int) -> None:
        """Take some steps.

        Parameters
        ----------
        steps : int
            How many.
        """


class LoopArm(Arm):
    """The loop of ``finetune``, over one batch again and again, or over a loader's.

    Parameters
    ----------
    training : Training
        A training that has begun.
    source : Batch or Loader
        The batch; or what reads batches, and reads ahead from one timing to the next.
    """

    def __init__(self, training: Training, source: Batch | Loader) -> None:
        self._training = training
        if isinstance(source, Loader):
            self._batches = source.batches(0, ENDLESS)
            self._steps_per_epoch = source.steps_per_epoch
        else:
            self._batches = _again_and_again(source)
            self._steps_per_epoch = ENDLESS

    def take(self, steps: int) -> None:
        """Take some steps.

        Parameters
        ----------
        steps : int
            How many.
        """
        few = _Few(self._batches, steps, self._steps_per_epoch)
        self._training.loader = cast(Loader, few)
        fit(self._training)


class BareArm(Arm):
    """Forward, backward and the optimiser's step, as the shortest script has them.

    Pixels and tokens are there already; nothing is loaded, gathered, clipped, checked or noted.

    Parameters
    ----------
    training : Training
        A training that has begun; it may be an arm's of the loop, too.
    batch : Batch
        The pairs.
    filled_up : bool
        Whether texts go through open_clip's own forward, filled up to the context length; else
        they are cut to the longest, as in the loop.
    """

    def __init__(self, training: Training, batch: Batch, *, filled_up: bool = False) -> None:
        self._training, self._filled_up = training, filled_up
        pixels, self._tokens = Inputs(training.encoder, batch)(slice(None))
        self._pixels = pixels.contiguous(memory_format=torch.channels_last)
        self._own = torch.arange(len(pixels), device=pixels.device)

    def take(self, steps: int) -> None:
        """Take some steps.

        Parameters
        ----------
        steps : int
            How many.
        """
        set_train_mode(self._training.encoder.model)
        for _ in range(steps):
            pictures, texts, scale = self._encode()
            logits = scale * pictures @ texts.T
            loss = functional.cross_entropy(logits, self._own)
            loss = (loss + functional.cross_entropy(logits.T, self._own)) / 2
            self._training.accelerator.backward(loss)
            self._training.optimizer.optimizer.step()
            self._training.optimizer.optimizer.zero_grad()

    def _encode(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Give unit vectors of pictures and texts, and the scale of their cosines."""
        if not self._filled_up:
            pictures, texts, scale, _ = self._training.wrapped(self._pixels, self._tokens)
            return pictures, texts, scale
        with self._training.accelerator.autocast():
            pictures, texts, scale, *_ = self._training.encoder.model(self._pixels, self._tokens)
        return pictures.float(), texts.float(), scale


class ReadArm(Arm):
    """A loader without a model.

    Parameters
    ----------
    loader : Loader
        What is timed, from its first thread to its last batch.
    """

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def take(self, steps: int) -> None:
        """Read some batches.

        Parameters
        ----------
        steps : int
            How many.
        """
        for _ in self._loader.batches(0, steps):
            pass


def rate_of_products(device: str, precision: str) -> float:
    """Measure how quickly the device multiplies large matrices: what training can come near to.

    Parameters
    ----------
    device, precision : str
        Where, and in which numbers.

    Returns
    -------
    float
        Floating-point operations a second.
    """
    size, dtype = (8192, torch.bfloat16) if device.startswith("cuda") else (2048, torch.float32)
    if precision == "fp32":
        dtype = torch.float32
    one, other = (torch.randn(size, size, device=device).to(dtype) for _ in range(2))
    best = float("inf")
    for _ in range(10):
        start = time.perf_counter()
        product = one @ other
        float(product[0, 0])  # waits until it is there
        best = min(best, time.perf_counter() - start)
    return 2 * size**3 / best


@dataclass
class _Few:
    """A loader that gives the next few batches."""

    _source: Iterator[Batch]
    _few: int
    steps_per_epoch: int

    def batches(self, start_step: int, end_step: int) -> Iterator[Batch]:  # noqa: ARG002 - a loader's
        """Give them, from wherever they are."""
        return islice(self._source, self._few)


def _again_and_again(batch: Batch) -> Iterator[Batch]:
    while True:
        yield batch
