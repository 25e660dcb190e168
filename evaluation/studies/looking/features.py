"""What turns a picture into the numbers by which pictures are compared.

By name: ``mini`` and whatever ``Encoder.load`` takes (any open_clip model); ``imagenet`` and
``imagenet-lite0``, towers whose weights are Python packages; ``timm:NAME``, any timm model with
its pretrained weights; ``random:NAME``, the same with weights drawn by lot, the floor; ``pixels``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from topicart import Encoder, ModelError
from topicart.device import choose_device
from topicart.hub import require_hub
from topicart.packaged import EFFICIENTNET_LITE0, EFFICIENTNET_LITE2, packaged_image_tower
from topicart.preprocess import Preprocess, fitted

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image

__all__ = ["FEATURES", "Feature", "Pixels", "Tower", "feature_of_encoder", "load_feature"]

FEATURES = ("mini", "imagenet", "imagenet-lite0", "random:resnet18", "pixels")
"""What is compared unless told otherwise: all of them are at hand without a network."""

_PACKAGED = {"imagenet": EFFICIENTNET_LITE2, "imagenet-lite0": EFFICIENTNET_LITE0}
_HALF = (0.5, 0.5, 0.5)
_BIN = "pytorch_model.bin"


class Feature(Protocol):
    """What turns pictures into vectors."""

    @property
    def name(self) -> str:
        """What it is asked for by."""
        ...

    @property
    def told(self) -> str:
        """What it is, in words for tables."""
        ...

    @property
    def fingerprint(self) -> str:
        """SHA-256 of all that decides a vector."""
        ...

    @property
    def side(self) -> int:
        """Longer side, in pixels, of what it takes: smaller pictures are enlarged."""
        ...

    def encode(self, pictures: Sequence[Image.Image]) -> NDArray[np.float32]:
        """Turn pictures into vectors.

        Parameters
        ----------
        pictures
            RGB, of any size.

        Returns
        -------
        numpy.ndarray
            Shape ``(len(pictures), dim)``, of any length: metrics may look at it.
        """
        ...


def load_feature(name: str, *, device: str = "auto", seed: int = 0) -> Feature:
    """Load a feature by its name.

    Parameters
    ----------
    name
        As this module says.
    device
        ``auto``, ``cpu``, ``cuda``, ``cuda:1``, ``mps``.
    seed
        Of random weights.

    Returns
    -------
    Feature
        Ready.

    Raises
    ------
    ModelError
        If there is none of that name, or its weights are not to be had.
    """
    if name == "pixels":
        return Pixels()
    if name in _PACKAGED:
        weights = _PACKAGED[name]
        size = (weights.size, weights.size)
        return Tower(
            name,
            f"{weights.model} (ImageNet, whole picture at {weights.size} px)",
            _pooled(packaged_image_tower(weights)),
            Preprocess(size, "squash", "bicubic", 0, _HALF, _HALF),
            device,
        )
    kind, colon, model = name.partition(":")
    if colon and kind in ("timm", "random"):
        return _of_timm(name, model, kind == "timm", device, seed)
    return feature_of_encoder(Encoder.load(name, device=device, precision="fp32"))


def feature_of_encoder(encoder: Encoder) -> Tower:
    """Give an encoder's whole picture side.

    Parameters
    ----------
    encoder
        The encoder.

    Returns
    -------
    Tower
        Called as the encoder is.
    """
    height, width = encoder.image_size
    told = f"{encoder.name} (image tower, picture at {height} x {width} px)"
    model = encoder.model
    return Tower(encoder.name, told, model.encode_image, encoder.preprocess, encoder.device, model)


@dataclass(frozen=True)
class Pixels:
    """The pixels themselves, the floor of what a feature must do better than."""

    side: int = 32
    """Height and width to which pictures are brought."""
    name: str = "pixels"
    """What it is asked for by."""

    @property
    def told(self) -> str:
        """What it is, in words for tables.

        Returns
        -------
        str
            A few words.
        """
        return f"pixels at {self.side} x {self.side}"

    @property
    def fingerprint(self) -> str:
        """SHA-256 of all that decides a vector.

        Returns
        -------
        str
            Hexadecimal digits.
        """
        return hashlib.sha256(f"pixels 1 {self.side}".encode()).hexdigest()

    def encode(self, pictures: Sequence[Image.Image]) -> NDArray[np.float32]:
        """Bring pictures to one size; a level from 0 to 255 becomes 1/256 to 1.

        Parameters
        ----------
        pictures
            RGB, of any size.

        Returns
        -------
        numpy.ndarray
            Shape ``(len(pictures), 3 * side * side)``. No row is 0, so that each has a direction.
        """
        how = Preprocess((self.side, self.side), "squash", "bilinear", 0, _HALF, _HALF)
        levels = np.stack([fitted(picture, how) for picture in pictures]).reshape(len(pictures), -1)
        return (levels.astype(np.float32) + 1.0) / 256.0


class Tower:
    """A network's picture tower.

    Parameters
    ----------
    name
        What it is asked for by.
    told
        What it is, in words for tables.
    see
        A batch of pictures, shape ``(n, 3, height, width)``, to ``(n, dim)``.
    preprocess
        How it takes pictures.
    device
        ``auto``, ``cpu``, ``cuda``, ``cuda:1``, ``mps``.
    module
        The network with the weights, where ``see`` is a part of it.
    part
        Which part, where one network gives several features.
    """

    def __init__(
        self,
        name: str,
        told: str,
        see: Any,
        preprocess: Preprocess,
        device: str = "auto",
        module: Any = None,
        part: str = "",
    ) -> None:
        import torch

        self.name = name
        self.told = told
        self._see = see
        self._how = preprocess
        self.side = max(preprocess.size)
        self._device = choose_device(device)
        module = see if module is None else module
        module.to(self._device).eval()
        self._mean = torch.tensor(preprocess.mean, device=self._device).view(1, 3, 1, 1)
        self._std = torch.tensor(preprocess.std, device=self._device).view(1, 3, 1, 1)
        digest = hashlib.sha256(repr(sorted(preprocess.as_dict().items())).encode())
        digest.update(part.encode())
        for key, value in module.state_dict().items():
            digest.update(key.encode())
            digest.update(value.detach().cpu().contiguous().numpy().tobytes())
        self.fingerprint = digest.hexdigest()

    def encode(self, pictures: Sequence[Image.Image]) -> NDArray[np.float32]:
        """Turn pictures into vectors, in float32.

        Parameters
        ----------
        pictures
            RGB, of any size.

        Returns
        -------
        numpy.ndarray
            Shape ``(len(pictures), dim)``, as the network gives them.

        Raises
        ------
        ModelError
            If the network gives values that are not finite.
        """
        import torch

        pixels = np.stack([fitted(picture, self._how) for picture in pictures])
        with torch.inference_mode():
            batch = torch.from_numpy(pixels).to(self._device)
            batch = batch.permute(0, 3, 1, 2).float().div_(255.0).sub_(self._mean).div_(self._std)
            vectors: NDArray[np.float32] = self._see(batch).float().flatten(1).cpu().numpy()
        if not np.isfinite(vectors).all():
            raise ModelError(f"{self.name} gave values that are not finite; use another feature.")
        return vectors


def _of_timm(name: str, model: str, trained: bool, device: str, seed: int) -> Tower:
    """Build a timm model without its classifier; weights by lot are the same for the same seed."""
    import timm
    import torch

    if not timm.is_model(model):
        from knowledge_graph import cut, nearest

        raise ModelError(
            f"timm has no model {cut(model)!r}.{nearest(model, timm.list_models())} "
            "Write timm:NAME or random:NAME, for example random:resnet50."
        )
    try:
        config = timm.get_pretrained_cfg(model) if trained else None
        if config is not None and config.hf_hub_id:
            require_hub(config.hf_hub_id, [config.hf_hub_filename or "model.safetensors", _BIN])
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            network = timm.create_model(model, pretrained=trained, num_classes=0)
    # Whatever the hub, the network between or the file of weights has to say.
    except Exception as error:
        said = " ".join(str(error).split())[:200].rstrip(".")
        raise ModelError(
            f"The weights of timm's {model} are not to be had: {said}. Without a network, use "
            f"random:{model} for the floor, or imagenet, whose weights are a Python package."
        ) from error
    from timm import data

    config = data.resolve_model_data_config(network)  # type: ignore[attr-defined,no-untyped-call]
    height, width = config["input_size"][1:]
    how = Preprocess(
        size=(height, width),
        resize_mode="squash",  # the whole picture, as the paper's own featuriser has it
        interpolation=config["interpolation"],
        fill_color=0,
        mean=tuple(config["mean"]),
        std=tuple(config["std"]),
    )
    weights = "pretrained" if trained else f"weights by lot, seed {seed}"
    return Tower(name, f"{model} ({weights}, whole picture at {height} px)", network, how, device)


def _pooled(tower: Any) -> Any:
    """Take the features before the classifier."""
    tower.reset_classifier(0)
    return tower
