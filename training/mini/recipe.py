"""What mini is made with: sizes, counts and rates, one dataclass a concern."""

from __future__ import annotations

from dataclasses import dataclass, field

IMAGE_MODEL = "tf_efficientnet_lite0"
IMAGE_SIZE = 224
IMAGE_MEAN = (0.5, 0.5, 0.5)
IMAGE_STD = (0.5, 0.5, 0.5)
IMAGE_WIDTH = 1280
"""Width of the pooled features of ``tf_efficientnet_lite0``."""
CONTEXT_LENGTH = 64
"""Longest text in word pieces, the two special ones included."""


@dataclass(frozen=True)
class TextRecipe:
    """The small text tower and how it is distilled.

    It keeps the teacher's width and three of its six layers, each with half of its inner units:
    from this start, texts lie where the teacher puts them (cosine) at 0.8 before any training. A
    narrower tower of 256 with four new layers has the same size and reached 0.76 after 120,000
    texts.
    """

    pieces: int = 10_000
    """Word pieces kept of the teacher's 30,522, the most used in our texts."""
    layers: tuple[int, ...] = (0, 2, 5)
    """The teacher's layers that are kept."""
    inner: int = 768
    """Units kept in the feed-forward part of each layer, those that matter most."""
    epochs: int = 2
    batch: int = 256
    learning_rate: float = 3e-4
    relation_weight: float = 10.0
    """Weight of the loss on similarities between the texts of a batch, beside the cosine loss."""
    max_texts: int = 200_000
    max_length: int = 24
    """Longer texts (in word pieces) are not distilled on; most of ours are shorter."""


@dataclass(frozen=True)
class AlignRecipe:
    """The two heads and how they are aligned.

    Few steps and much drop-out: the heads fit a thousand captioned paintings to the last one
    within 300 steps, and what they gain on those they lose on artists they never saw.
    """

    dim: int = 256
    """Width of the common space. The image head's hidden layer is twice as wide, as open_clip's."""
    dropout: float = 0.5
    steps: int = 100
    base_steps: int = 200
    """Steps of the first stage, ImageNet names alone (``mini-base``)."""
    learning_rate: float = 1e-3
    weight_decay: float = 0.05
    text_pull: float = 10.0
    """How strongly the text head is pulled towards its start, a projection of the text tower."""
    temperature: float = 0.07
    """Where the learned temperature starts."""
    captioned: int = 256
    """Pairs of a step from paintings with facts; the next four lines: from the other sources."""
    styled: int = 160
    imagenet: int = 256
    pseudo: int = 96
    painted: int = 192
    captions: int = 6
    """Captions of each captioned work; each states another part of its facts."""
    artist_captions: bool = False
    """Whether captions name artists: it teaches hands instead of what is shown."""
    class_copies: int = 8
    """Made-up features of each ImageNet class; copies differ as real pictures do."""
    class_noise: float = 0.7
    """By how much of the difference between real pictures they do."""
    twin: float = 0.93
    """A style-only picture this close (cosine of features) to a captioned one is left out."""


MINI_MD = AlignRecipe(
    dropout=0.3, steps=300, imagenet=160, painted=0, artist_captions=True, class_copies=1
)
"""The recipe from which ours was developed; it is rerun to compare."""


@dataclass(frozen=True)
class Recipe:
    """Everything that decides how the result comes out."""

    text: TextRecipe = field(default_factory=TextRecipe)
    align: AlignRecipe = field(default_factory=AlignRecipe)
    painted_works: int = 2_400
    """Works of the sample gallery painted for training."""
    painted_seed: int = 1_000
    """First seed of the galleries trained on; seed 0, the demo's, is never among them."""
    styled_test: int = 800
    """Style-only pictures kept out of all training to be judged on."""
    demo_works: int = 600
    """Works of the demo's gallery, in which planted themes are looked for."""
    folds: int = 5
    held_out: int = 5
    """Artists whose works the shipped model never sees."""
    seed: int = 0
