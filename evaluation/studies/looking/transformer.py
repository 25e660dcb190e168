"""What turns texts into vectors: a transformer of the Hugging Face hub."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from knowledge_graph import cut
from topicart.device import choose_device
from topicart.embeddings import normalise
from topicart.errors import ModelError
from topicart.hub import require_hub

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Transformer"]

_BATCH = 32
_LONGEST = 512


class Transformer:
    """A transformer of the Hugging Face hub, or of a folder; the mean over a text's tokens.

    Nothing but safetensors is read, and no code of a model is run.

    Parameters
    ----------
    name
        ``owner/name``, or a folder.
    device
        ``auto``, ``cpu``, ``cuda``, ``cuda:1``, ``mps``.

    Attributes
    ----------
    told : str
        What it is, in words for tables.
    fingerprint : str
        SHA-256 of all that decides a vector.
    context_length : int
        How many tokens of a text are read, 512 at most.

    Raises
    ------
    ModelError
        If there is no such model, it is not to be had, or is of a kind that is not read.
    """

    def __init__(self, name: str, device: str = "auto") -> None:
        self._device = choose_device(device)
        try:
            self._tokenizer, self._model = _of_hub(name)
        # Whatever the hub, the network between, a configuration or a file of weights has to say.
        except Exception as error:
            said = " ".join(str(error).split())[:200].rstrip(".")
            raise ModelError(
                f"The transformer {cut(name)!r} is not to be had: {said}. Give hf: and the name of "
                "a model with safetensors weights and no code of its own, such as "
                "hf:distilbert/distilbert-base-uncased; without a network, use minilm."
            ) from error
        self._model.to(self._device).eval()
        known = (
            getattr(self._tokenizer, "model_max_length", None),
            getattr(self._model.config, "max_position_embeddings", None),
        )
        self.context_length: int | None = min(
            (int(own) for own in known if own and own > 0), default=_LONGEST
        )
        self.context_length = min(self.context_length, _LONGEST)
        if self._tokenizer.pad_token is None:
            self._tokenizer.pad_token = self._tokenizer.eos_token or self._tokenizer.unk_token
        self.told = f"{name} (transformer, mean over tokens)"
        digest = hashlib.sha256(f"mean {self.context_length}".encode())
        for key, value in self._model.state_dict().items():
            digest.update(key.encode())
            digest.update(value.detach().cpu().contiguous().numpy().tobytes())
        self.fingerprint = digest.hexdigest()

    def token_counts(self, texts: Sequence[str]) -> NDArray[np.intp]:
        """Count the tokens of texts, uncut.

        Parameters
        ----------
        texts
            The texts.

        Returns
        -------
        numpy.ndarray
            Shape ``(len(texts),)``.
        """
        if not texts:
            return np.empty(0, np.intp)
        found = self._tokenizer(list(texts), truncation=False, verbose=False).input_ids
        return np.array([len(ids) for ids in found], np.intp)

    def fit(self, texts: Sequence[str]) -> None:
        """Learn nothing.

        Parameters
        ----------
        texts
            Not looked at.
        """

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Turn texts into vectors.

        Parameters
        ----------
        texts
            The texts.

        Returns
        -------
        numpy.ndarray
            Unit rows, shape ``(len(texts), dim)``.
        """
        import torch

        vectors = np.empty((len(texts), int(self._model.config.hidden_size)), np.float32)
        # Texts of one length together: hardly any padding is computed.
        order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
        for at in range(0, len(order), _BATCH):
            rows = order[at : at + _BATCH]
            read = self._tokenizer(
                [texts[row] or " " for row in rows],
                padding=True,
                truncation=True,
                max_length=self.context_length,
                return_tensors="pt",
            ).to(self._device)
            with torch.inference_mode():
                used = read.attention_mask.unsqueeze(-1).float()
                tokens = self._model(
                    input_ids=read.input_ids, attention_mask=read.attention_mask
                ).last_hidden_state
                means = (tokens * used).sum(dim=1) / used.sum(dim=1).clamp(min=1)
            vectors[rows] = normalise(means.float().cpu().numpy())
        return vectors


def _of_hub(name: str) -> tuple[Any, Any]:
    import torch
    from transformers import AutoModel, AutoTokenizer

    if not Path(name).exists():
        require_hub(name, ["model.safetensors", "model.safetensors.index.json"])
    tokenizer = AutoTokenizer.from_pretrained(name, trust_remote_code=False)
    model = AutoModel.from_pretrained(
        name, trust_remote_code=False, use_safetensors=True, dtype=torch.float32
    )
    # Of two-sided models (T5) the side that reads.
    return tokenizer, model.get_encoder() if model.config.is_encoder_decoder else model
