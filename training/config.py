"""What decides a training: one frozen configuration, from a recipe, an option or a program."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from topicart.models import DEFAULT_MODEL

__all__ = ["LEARNING_RATES", "Method", "TrainConfig"]

Method = Literal["lora", "heads", "unfreeze", "full"]

LEARNING_RATES: dict[Method, float] = {
    "lora": 3e-4,
    "heads": 1e-3,
    "unfreeze": 5e-5,
    "full": 1e-5,
}
"""The learning rate of each method, unless one is given."""


class TrainConfig(BaseModel):
    """What decides the weights of an adapter; two trainings with the same are the same."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    model: str = DEFAULT_MODEL
    """The base: whatever ``Encoder.load`` takes, except an adapter."""

    method: Method = "lora"
    """What is trained: ``lora`` (low-rank adapters in both towers, and the projections),
    ``heads`` (the projections), ``unfreeze`` (projections and last blocks, then one block more
    every so often) or ``full`` (all weights). The temperature is trained with each."""
    rank: int = Field(default=16, ge=1, le=4096)
    """LoRA: rank of the update of a weight matrix (Hu et al. 2022, section 4.1)."""
    alpha: float = Field(default=32.0, gt=0)
    """LoRA: the update is scaled by ``alpha / rank``."""
    lora_dropout: float = Field(default=0.0, ge=0, lt=1)
    """LoRA: share of an adapter's inputs that are dropped in each step."""
    modules: str | None = None
    """LoRA: a regular expression that a layer's whole name matches if it gets an adapter; by
    default all linear and ungrouped convolution layers of both towers but the first."""
    unfreeze_every: int = Field(default=2, ge=1)
    """Unfreeze: epochs after which one block more of each tower is trained."""

    loss: Literal["infonce", "multi-positive", "sigmoid"] = "multi-positive"
    """``infonce`` (Radford et al. 2021), ``multi-positive`` (a caption is right for every work of
    which it is true) or ``sigmoid`` (SigLIP, Zhai et al. 2023)."""
    shared_facts: float = Field(default=0.1, ge=0, lt=1)
    """Multi-positive: share of the target that goes to works by the facts they share."""
    duplicates: Literal["auto", "avoid", "allow"] = "auto"
    """Whether a batch may hold a caption twice; ``auto`` avoids it, except with
    ``multi-positive``, which knows what to do with it."""

    caption_templates: Path | None = None
    """A TOML file of caption templates; by default those of ``prompts/captions.toml``."""
    facet_dropout: float = Field(default=0.3, ge=0, lt=1)
    """How often a caption leaves out a fact that it could state."""
    leave_out: tuple[str, ...] = ()
    """What captions never state: facets, or title, date, century, description. Without the artist,
    more is learned of what new artists share with old ones."""
    augment: Literal["none", "crop", "crop-flip"] = "crop"
    """How pictures are varied: not, cut by up to a quarter of their area, or mirrored, too."""

    hold_out: str = "artist"
    """What keeps training and held-out works apart: a facet, none of whose values is on both
    sides; ``split``, the parts that the source states; or ``work``, works drawn at random."""
    hold_out_share: float = Field(default=0.2, gt=0, lt=1)
    """Share of the works to hold out, one half to choose the best weights by, one half to judge
    them; not with ``split`` or ``hold_out_values``."""
    hold_out_values: tuple[str, ...] = ()
    """The values of the facet to hold out, if they are not to be drawn."""

    epochs: int = Field(default=10, ge=1)
    """How often every work is seen."""
    max_steps: int | None = Field(default=None, ge=1)
    """End after so many steps, if that is earlier."""
    batch_size: int = Field(default=256, ge=2)
    """Pairs that are told apart in one step, by all processes together."""
    chunk_size: int = Field(default=64, ge=1)
    """Pairs that a process computes at a time: it bounds memory, and the gradient stays the same
    (but for LoRA's drop-out, which is drawn chunk by chunk)."""
    learning_rate: float | None = Field(default=None, gt=0)
    """The highest; by default 3e-4 (lora), 1e-3 (heads), 5e-5 (unfreeze) or 1e-5 (full)."""
    weight_decay: float = Field(default=0.05, ge=0)
    """AdamW's, for matrices; none for biases, gains and the temperature."""
    warm_up: float = Field(default=0.1, ge=0, lt=1)
    """Share of the steps over which the learning rate rises; then it falls as a cosine to 0."""
    clip_norm: float = Field(default=1.0, gt=0)
    """Gradients of a greater norm are scaled down to it."""

    validate_every: int | None = Field(default=None, ge=1)
    """Steps between two validations; by default an epoch."""
    validation_works: int = Field(default=2000, ge=2)
    """Held-out works that choose, and as many that judge, at most."""
    patience: int = Field(default=3, ge=0)
    """Validations without a better mean R@10 after which training ends; 0 never ends it."""
    checkpoint_every: int = Field(default=100, ge=1)
    """Steps between two checkpoints, from which a training that was cut goes on."""
    seed: int = Field(default=0, ge=0, lt=2**63)
    """The one seed of every random step."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.hold_out_values and self.hold_out in ("split", "work"):
            raise ValueError(
                f"hold_out_values are values of a facet, and hold_out is {self.hold_out!r}: name "
                "the facet, for example hold_out: artist"
            )
        return self

    @property
    def peak_learning_rate(self) -> float:
        """The learning rate after warm-up.

        Returns
        -------
        float
            As given, or that of the method.
        """
        return self.learning_rate or LEARNING_RATES[self.method]

    @property
    def avoids_duplicates(self) -> bool:
        """Whether a batch holds each caption once.

        Returns
        -------
        bool
            As given, or as the loss needs it.
        """
        return self.duplicates == "avoid" or (
            self.duplicates == "auto" and self.loss != "multi-positive"
        )

    def plain(self) -> dict[str, Any]:
        """Give the configuration as plain values.

        Returns
        -------
        dict
            JSON-ready, one entry a field.
        """
        return self.model_dump(mode="json")
