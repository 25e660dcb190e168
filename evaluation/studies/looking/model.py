"""Models that studies compare: what sees pictures, what reads texts, and what joins the two.

By name:

* an encoder as ``Encoder.load`` takes it: ``mini``, any open_clip model, a folder, an adapter;
* ``random-clip:NAME``: an open_clip architecture with weights drawn by lot, the floor;
* ``cca:PICTURES+TEXTS`` and ``linear:PICTURES+TEXTS``: two towers that know nothing of each other,
  joined by canonical correlation, or by a linear map trained with a cosine margin;
* a picture tower alone, as PICTURES: no words are asked of it.

PICTURES is what ``load_feature`` takes, or ``tower:ENCODER``, an encoder's picture tower before
its projection. TEXTS is ``tfidf``, ``minilm`` (a Python package), ``tower:ENCODER`` (its text tower
before the projection), ``hf:NAME`` (a transformer of the Hugging Face hub), or an encoder. Of
several ``+`` the first parts PICTURES and TEXTS.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, get_args

from evaluation.studies.looking.features import feature_of_encoder, load_feature
from evaluation.studies.looking.floor import random_clip
from evaluation.studies.looking.texts import EncoderTexts, MiniLM, Tfidf
from evaluation.studies.looking.towers import TowerTexts, pictures_of_encoder, tower_pictures
from evaluation.studies.looking.transformer import Transformer
from knowledge_graph import cut, nearest
from topicart import Encoder
from topicart.device import choose_device
from topicart.errors import ModelError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from evaluation.studies.looking.features import Feature
    from evaluation.studies.looking.towers import Project

__all__ = ["Join", "StudyModel", "TextSide", "load_models"]

Join = Literal["cca", "linear"]

_JOINS: tuple[Join, ...] = get_args(Join)
_TOLD = {"cca": "canonical correlation", "linear": "a linear map with a cosine margin"}
_ALONE = ("imagenet", "imagenet-lite0", "pixels")
_ALONE_KINDS = ("timm", "random")
_OF_ENCODERS = ("hf-hub", "local-dir")
_ENCODER = "an encoder, as mini"
_TOWERS = (*_ALONE, "timm:NAME", "random:NAME", "tower:ENCODER")
_LEGAL = {
    "model": (
        "cca:PICTURES+TEXTS", "linear:PICTURES+TEXTS", "random-clip:NAME", *_TOWERS, _ENCODER,
    ),
    "picture tower": (*_TOWERS, _ENCODER),
    "text tower": ("tfidf", "minilm", "hf:NAME", "tower:ENCODER", _ENCODER),
    "encoder": ("mini", "MODEL/PRETRAINED", "hf-hub:OWNER/NAME", "a folder"),
}  # fmt: skip


_OF_MINI = (
    "mini, the bundled encoder, was taught with paintings of WikiArt and with pictures like those "
    "of the sample gallery: on such works the numbers of it and of its towers are too good (its "
    "model card names the artists it never saw)."
)


class TextSide(Protocol):
    """What turns texts into vectors."""

    @property
    def told(self) -> str:
        """What it is, in words for tables."""
        ...

    @property
    def fingerprint(self) -> str:
        """SHA-256 of all that decides a vector before ``fit``."""
        ...

    @property
    def context_length(self) -> int | None:
        """How many tokens of a text are read; ``None`` for all."""
        ...

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
        ...

    def fit(self, texts: Sequence[str]) -> None:
        """Learn words from the texts that a joining map is trained on; most learn nothing.

        Parameters
        ----------
        texts
            Texts of the works to learn from, never of those that judge.
        """
        ...

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Turn texts into vectors.

        Parameters
        ----------
        texts
            The texts.

        Returns
        -------
        numpy.ndarray
            Shape ``(len(texts), dim)``.
        """
        ...


@dataclass(frozen=True)
class StudyModel:
    """A model of a study.

    Parameters
    ----------
    name
        What it is asked for by.
    told
        What it is, in words for tables.
    pictures
        What sees.
    texts
        What reads; ``None`` for a picture tower alone.
    join
        What joins the two; ``None`` where they share a space.
    floor
        Whether its weights were drawn by lot: it must come out at chance.
    project
        What brings the vectors of ``pictures`` into the space of ``texts``, of an encoder whose
        tower and projection can be parted: a probe then reads the tower, before the projection.
        ``None`` where ``pictures`` is in that space already, or a map is still to be trained.
    note
        What a reader of its numbers must know; empty for most.
    """

    name: str
    told: str
    pictures: Feature
    texts: TextSide | None
    join: Join | None = None
    floor: bool = False
    project: Project | None = None
    note: str = ""


def load_models(
    names: Sequence[str], *, device: str = "auto", seed: int = 0
) -> tuple[StudyModel, ...]:
    """Load models by their names, each tower once.

    Parameters
    ----------
    names
        As this module says; a name that comes twice is loaded once.
    device
        ``auto``, ``cpu``, ``cuda``, ``cuda:1``, ``mps``.
    seed
        Of weights drawn by lot.

    Returns
    -------
    tuple of StudyModel
        In the order of the names.

    Raises
    ------
    ModelError
        If there is none of that name, its weights are not to be had, or no name is given.
    """
    if not names:
        raise ModelError("No model was asked for; give one at least, for example mini.")
    choose_device(device)  # A wrong one is no fault of a model's name.
    loading = _Loading(device, seed)
    models = [loading.model(name) for name in dict.fromkeys(names)]
    return tuple(replace(own, note=_noted(own)) for own in models)


def _noted(model: StudyModel) -> str:
    """Add what flatters a model: of two towers joined here, each brings what it was taught."""
    return _OF_MINI if "mini" in re.split("[:+]", model.name) else model.note


class _Loading:
    """What was loaded so far: models share towers."""

    def __init__(self, device: str, seed: int) -> None:
        self._device, self._seed = device, seed
        self._encoders: dict[str, Encoder] = {}
        self._pictures: dict[str, Feature] = {}
        self._texts: dict[str, TextSide] = {}

    def model(self, name: str) -> StudyModel:
        kind, colon, rest = name.partition(":")
        if colon and kind in _JOINS:
            return self._joined(name, kind, rest)
        if colon and kind == "random-clip":
            encoder = random_clip(rest, device=self._device, seed=self._seed)
            return self._encoder_model(encoder, f"{rest}, weights by lot (floor)", floor=True)
        if name in _ALONE or (colon and kind in (*_ALONE_KINDS, "tower")):
            pictures = self.pictures(name)
            return StudyModel(name, pictures.told, pictures, None)
        if name in ("tfidf", "minilm") or (colon and kind == "hf"):
            raise ModelError(
                f"{cut(name)} reads and does not see; join it to a picture tower, for example "
                f"cca:imagenet-lite0+{cut(name)}."
            )
        return self._encoder_model(self.encoder(name, "model"), f"{name} (one space)")

    def _joined(self, name: str, join: Join, towers: str) -> StudyModel:
        pictures, plus, texts = towers.partition("+")
        if not (pictures and plus and texts):
            raise ModelError(
                f"{cut(name)!r} does not name two towers; expected {join}:PICTURES+TEXTS, for "
                f"example {join}:imagenet-lite0+minilm."
            )
        sees, reads = self.pictures(pictures), self.texts(texts)
        told = f"{sees.told} + {reads.told}, joined by {_TOLD[join]}"
        return StudyModel(name, told, sees, reads, join)

    def _encoder_model(self, encoder: Encoder, told: str, *, floor: bool = False) -> StudyModel:
        tower, project = pictures_of_encoder(encoder)
        pictures = self._pictures.setdefault(tower.name, tower)
        texts = EncoderTexts(encoder)
        return StudyModel(
            encoder.name, told, pictures, texts, floor=floor, project=project, note=encoder.note
        )

    def pictures(self, name: str) -> Feature:
        """Give a picture tower."""
        if name not in self._pictures:
            self._pictures[name] = self._load_pictures(name)
        return self._pictures[name]

    def _load_pictures(self, name: str) -> Feature:
        kind, colon, rest = name.partition(":")
        if colon and kind == "tower":
            return tower_pictures(self.encoder(rest, "encoder"))
        if name in _ALONE or (colon and kind in _ALONE_KINDS):
            return load_feature(name, device=self._device, seed=self._seed)
        return feature_of_encoder(self.encoder(name, "picture tower"))

    def texts(self, name: str) -> TextSide:
        """Give a text side."""
        if name not in self._texts:
            self._texts[name] = self._load_texts(name)
        return self._texts[name]

    def _load_texts(self, name: str) -> TextSide:
        kind, colon, rest = name.partition(":")
        if name == "tfidf":
            return Tfidf(seed=self._seed)
        if name == "minilm":
            return MiniLM(self._device)
        if colon and kind == "hf":
            return Transformer(rest, self._device)
        if colon and kind == "tower":
            return TowerTexts(self.encoder(rest, "encoder"))
        return EncoderTexts(self.encoder(name, "text tower"))

    def encoder(self, name: str, what: str) -> Encoder:
        """Give an encoder; a name that none has is told with what else it could be."""
        kind, colon, _ = name.partition(":")
        legal = _LEGAL[what]
        if colon and kind not in _OF_ENCODERS and not Path(name).exists():
            raise ModelError(
                f"There is no {what} of the kind {cut(kind)!r} (in {cut(name)!r})."
                f"{nearest(kind, [own.partition(':')[0] for own in legal if ':' in own])} "
                f"{'An' if what == 'encoder' else 'A'} {what} is {_or(legal)}."
            )
        if what == "encoder" and name in _ALONE:
            raise ModelError(
                f"tower:{name} names no encoder's tower: {name} is a picture tower itself. Leave "
                "“tower:” out."
            )
        if name not in self._encoders:
            try:
                self._encoders[name] = Encoder.load(name, device=self._device, precision="fp32")
            except ModelError as error:
                if what == "encoder" or Path(name).exists() or "/" in name:
                    raise
                raise ModelError(
                    f"There is no {what} {cut(name)!r}.{nearest(name, [*legal, 'mini'])} A {what} "
                    f"is {_or(legal)}. As an encoder: {error}"
                ) from error
        return self._encoders[name]


def _or(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"
