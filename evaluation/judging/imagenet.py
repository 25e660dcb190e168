"""The towers of the default judge: EfficientNet-Lite2 for pictures, MiniLM-L6 for words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from topicart import Encoder
from topicart.embeddings import normalise
from topicart.packaged import (
    EFFICIENTNET_LITE2,
    MINILM,
    packaged_image_tower,
    packaged_sentence_encoder,
)

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray
    from tokenizers import Tokenizer
    from transformers import BertModel

IMAGENET = "imagenet"
"""The name of the judge that these make up."""

_BATCH = 64
_LONGEST = 256


def imagenet_encoder(device: str = "auto") -> Encoder:
    """Make an encoder of EfficientNet-Lite2: pictures are read as those of a run are.

    Parameters
    ----------
    device
        ``auto``, ``cpu``, ``cuda``, ``cuda:1``, ``mps``.

    Returns
    -------
    Encoder
        In float32, for pictures only. A vector is the pooled features, 1,280 values.

    Raises
    ------
    ModelError
        If the package is not installed, or there is no such device.

    Notes
    -----
    A picture is squashed whole to 260 x 260 pixels, the size that the tower was trained at: no
    edge of a painting is cut off, and two paintings of one subject stay alike whatever their frame.
    """
    from topicart.cpu import wait_without_spinning
    from topicart.device import choose_device
    from topicart.model_files import ModelSource, sha256_of_weights
    from topicart.openclip import BuiltModel
    from topicart.preprocess import Preprocess

    wait_without_spinning()
    tower = EFFICIENTNET_LITE2
    half = (0.5, 0.5, 0.5)
    source = ModelSource(
        name=IMAGENET,
        architecture=tower.model,
        config={"timm_model_name": tower.model, "features": "pooled"},
        weights=tower.path,
    )
    built = BuiltModel(
        model=_pooled(packaged_image_tower(tower)),
        tokenizer=_reads_no_words,
        preprocess=Preprocess(
            size=(tower.size, tower.size),
            resize_mode="squash",
            interpolation="bicubic",
            fill_color=0,
            mean=half,
            std=half,
        ),
        dim=tower.width,
        context_length=0,
    )
    return Encoder(
        built,
        source,
        weights_sha256=sha256_of_weights(source),
        device=choose_device(device),
        precision="fp32",
    )


class SentenceEncoder:
    """all-MiniLM-L6-v2, built when it is first needed.

    Parameters
    ----------
    device
        ``auto``, ``cpu``, ``cuda``, ``cuda:1``, ``mps``.

    Attributes
    ----------
    name : str
        The published name.
    longest : int
        Most word pieces of a text that are read.

    Raises
    ------
    ModelError
        If the package is not installed.
    """

    def __init__(self, device: str = "auto") -> None:
        self.name = MINILM.model
        self.longest = _LONGEST
        # Looked up now: a missing package is told before an hour's work, not after it.
        self._file = MINILM.path
        self._asked = device

    def encode_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode texts: the mean over their word pieces (Reimers & Gurevych 2019, section 3).

        Parameters
        ----------
        texts
            Words or sentences; what is longer than 256 word pieces is cut.

        Returns
        -------
        numpy.ndarray
            Unit rows, shape ``(len(texts), 384)``.
        """
        import torch

        vectors = np.empty((len(texts), MINILM.width), dtype=np.float32)
        # Texts of one length together: hardly any padding is computed.
        order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
        for start in range(0, len(order), _BATCH):
            rows = order[start : start + _BATCH]
            encoded = self._tokenizer.encode_batch([texts[row] for row in rows])
            used = torch.tensor([text.attention_mask for text in encoded], device=self._device)
            ids = torch.tensor([text.ids for text in encoded], device=self._device)
            with torch.inference_mode():
                pieces = self._model(input_ids=ids, attention_mask=used).last_hidden_state
                summed = (pieces * used.unsqueeze(-1)).sum(dim=1)
            vectors[rows] = normalise(summed.cpu().numpy())
        return vectors

    def token_counts(self, texts: Sequence[str]) -> NDArray[np.intp]:
        """Count the word pieces of texts, uncut.

        Parameters
        ----------
        texts
            Words or sentences.

        Returns
        -------
        numpy.ndarray
            Shape ``(len(texts),)``, with the two that mark a text's beginning and end.
        """
        return np.array([len(one.ids) for one in self._uncut.encode_batch(list(texts))], np.intp)

    @cached_property
    def _device(self) -> str:
        from topicart.device import choose_device

        return choose_device(self._asked)

    @cached_property
    def _built(self) -> tuple[BertModel, dict[str, Any]]:
        return packaged_sentence_encoder()

    @cached_property
    def _model(self) -> BertModel:
        model: BertModel = self._built[0].to(self._device)  # type: ignore[arg-type]
        return model

    @cached_property
    def _uncut(self) -> Tokenizer:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_str(json.dumps(self._built[1]))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_str(json.dumps(self._built[1]))
        tokenizer.enable_truncation(_LONGEST)
        tokenizer.enable_padding()
        return tokenizer


def _pooled(tower: Any) -> torch.nn.Module:
    """Give an image tower the name by which ``Encoder`` calls one."""
    import torch

    class Pooled(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.tower = tower

        def encode_image(self, batch: torch.Tensor) -> torch.Tensor:
            maps = self.tower.forward_features(batch)
            features: torch.Tensor = self.tower.forward_head(maps, pre_logits=True)
            return features

    return Pooled()


def _reads_no_words(texts: Sequence[str]) -> torch.Tensor:
    raise TypeError(f"An ImageNet tower reads no words; got {len(texts)} texts.")
