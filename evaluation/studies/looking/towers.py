"""An encoder's towers before the projections that bring them into one space."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation.studies.looking.features import Tower, feature_of_encoder
from evaluation.studies.looking.texts import EncoderTexts
from topicart.errors import ModelError
from topicart.text_tower import encode_tokens

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

    from topicart import Encoder

__all__ = ["Project", "TowerTexts", "pictures_of_encoder", "tower_pictures"]

Project = Callable[["NDArray[np.float32]"], "NDArray[np.float32]"]
"""What a picture tower gives, shape ``(n, width)``, to the space of texts, ``(n, dim)``."""

_ROWS = 4096
_TEXTS = 64


def tower_pictures(encoder: Encoder) -> Tower:
    """Give an encoder's picture tower without its projection.

    Parameters
    ----------
    encoder
        The encoder.

    Returns
    -------
    Tower
        Called ``tower:`` and the encoder's name. A tower whose pooling is its projection (CLIP's
        ResNets) gives the mean over its last map.

    Raises
    ------
    ModelError
        If it is not known where this architecture's projection begins.
    """
    parted = _parted(encoder.model.visual)
    if parted is None:
        raise ModelError(
            f"Where the projection of {encoder.name} begins is not known "
            f"({type(encoder.model.visual).__name__}). Ask for {encoder.name} itself, or for "
            "another tower."
        )
    return _tower(encoder, parted[0])


def pictures_of_encoder(encoder: Encoder) -> tuple[Tower, Project | None]:
    """Part an encoder's picture side into its tower and its projection.

    Parameters
    ----------
    encoder
        The encoder.

    Returns
    -------
    tower
        Its picture tower, without the projection where the two can be parted.
    project
        The projection; ``None`` where the tower has it within.
    """
    parted = _parted(encoder.model.visual)
    if parted is None or parted[1] is None:
        return feature_of_encoder(encoder), None
    see, project = parted

    def _projected(features: NDArray[np.float32]) -> NDArray[np.float32]:
        import torch

        with torch.inference_mode():
            return np.concatenate(
                [
                    project(torch.from_numpy(features[at : at + _ROWS]).to(encoder.device))
                    .float()
                    .cpu()
                    .numpy()
                    for at in range(0, max(1, len(features)), _ROWS)
                ]
            )

    return _tower(encoder, see), _projected


class TowerTexts(EncoderTexts):
    """An encoder's text tower without its projection.

    Parameters
    ----------
    encoder
        The encoder.

    Raises
    ------
    ModelError
        If it is not known where this architecture's projection begins.
    """

    def __init__(self, encoder: Encoder) -> None:
        super().__init__(encoder)
        self._owner = getattr(encoder.model, "text", encoder.model)
        self._projection = next(
            (name for name in ("proj", "text_projection") if hasattr(self._owner, name)), ""
        )
        if not self._projection:
            raise ModelError(
                f"Where the projection of {encoder.name}'s text tower begins is not known "
                f"({type(self._owner).__name__}). Ask for {encoder.name} itself."
            )
        self.told = f"{encoder.name} (text tower before its projection)"
        told = f"tower {self.fingerprint}"
        self.fingerprint = hashlib.sha256(told.encode()).hexdigest()

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Turn texts into vectors.

        Parameters
        ----------
        texts
            The texts.

        Returns
        -------
        numpy.ndarray
            Shape ``(len(texts), width)``, as the tower gives them.
        """
        import torch

        own = self._encoder
        parts = []
        with self._without_projection(), torch.inference_mode():
            for at in range(0, max(1, len(texts)), _TEXTS):
                with own.tokenizer_lock:
                    # At least one text, so that an empty list has a width too.
                    tokens = own.tokenizer(list(texts[at : at + _TEXTS]) or [""])
                parts.append(encode_tokens(own.model, tokens.to(own.device)).float().cpu().numpy())
        found: NDArray[np.float32] = np.concatenate(parts)[: len(texts)]
        return found

    @contextmanager
    def _without_projection(self) -> Iterator[None]:
        """Take the projection off as long as the tower reads: the encoder shares the tower."""
        from torch import nn

        kept = getattr(self._owner, self._projection)
        # A Hugging Face tower calls a module; open_clip's own take None.
        setattr(
            self._owner, self._projection, nn.Identity() if self._projection == "proj" else None
        )
        try:
            yield
        finally:
            setattr(self._owner, self._projection, kept)


def _tower(encoder: Encoder, see: Any) -> Tower:
    height, width = encoder.image_size
    told = f"{encoder.name} (picture tower before its projection, at {height} x {width} px)"
    name = f"tower:{encoder.name}"
    how, device, model = encoder.preprocess, encoder.device, encoder.model
    return Tower(name, told, see, how, device, model, part="before the projection")


def _parted(visual: Any) -> tuple[Any, Any] | None:
    """Part a picture tower of open_clip: what sees, and what projects where that is a layer."""
    if hasattr(visual, "trunk") and hasattr(visual, "head"):
        return _parted_timm(visual)
    kind = type(visual).__name__
    if kind == "ModifiedResNet":
        # Its attention pooling (Radford et al. 2021, section 2.4) is the projection, too.
        blocks = (visual.stem, visual.layer1, visual.layer2, visual.layer3, visual.layer4)
        return _mean_of_map(blocks), None
    if kind == "VisionTransformer" and hasattr(visual, "proj"):
        projection = visual.proj
        return _without_proj(visual), _nothing if projection is None else _times(projection)
    return None


def _parted_timm(visual: Any) -> tuple[Any, Any]:
    trunk = visual.trunk
    if hasattr(visual.head, "pool"):
        return _mean_of_map((trunk,)), None
    if not len(visual.head) and int(getattr(trunk, "num_classes", None) or 0):

        def _before(batch: torch.Tensor) -> Any:
            return trunk.forward_head(trunk.forward_features(batch), pre_logits=True)

        return _before, trunk.get_classifier()
    return trunk, visual.head


def _mean_of_map(blocks: Sequence[Any]) -> Any:
    def _see(batch: torch.Tensor) -> torch.Tensor:
        for block in blocks:
            batch = block(batch)
        return batch.mean(dim=(2, 3))

    return _see


def _without_proj(visual: Any) -> Any:
    def _see(batch: torch.Tensor) -> Any:
        kept, visual.proj = visual.proj, None
        try:
            seen = visual(batch)
        finally:
            visual.proj = kept
        # CoCa's tower gives the patches' tokens beside the pooled vector.
        return seen[0] if isinstance(seen, tuple) else seen

    return _see


def _times(projection: torch.Tensor) -> Any:
    return lambda features: features @ projection


def _nothing(features: torch.Tensor) -> torch.Tensor:
    return features
