"""What mini starts from: an image tower and a sentence encoder that come as Python packages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from typing import TYPE_CHECKING, Any

from topicart import ModelError
from topicart.packaged import (
    EFFICIENTNET_LITE0,
    MINILM,
    packaged_image_tower,
    packaged_sentence_encoder,
)

if TYPE_CHECKING:
    import torch
    from transformers import BertModel

_PACKAGES = (EFFICIENTNET_LITE0.package, MINILM.package, "iconclass")


class PartsError(RuntimeError):
    """A package that the making needs is missing or holds something else than expected."""


@dataclass(frozen=True)
class Parts:
    """Ready-made parts.

    Attributes
    ----------
    image_tower
        The trunk with its classifier; pooled features have ``IMAGE_WIDTH`` values.
    class_names
        The classifier's classes, each a list of synonyms with commas between.
    teacher
        The sentence encoder; a text's vector is the mean over its pieces, normalised.
    tokenizer
        The content of the teacher's ``tokenizer.json``.
    sources
        Package name to version and licence, as their metadata state them.
    """

    image_tower: torch.nn.Module
    class_names: tuple[str, ...]
    teacher: BertModel
    tokenizer: Mapping[str, Any]
    sources: Mapping[str, Mapping[str, str]]


def packaged_parts() -> Parts:
    """Load the parts from the packages of the extra ``mini``.

    Returns
    -------
    Parts
        The parts.

    Raises
    ------
    PartsError
        If a package is not installed or its weights do not fit.
    """
    from timm.data.imagenet_info import ImageNetInfo

    info = ImageNetInfo()
    names = tuple(info.index_to_description(i) for i in range(info.num_classes()))  # type: ignore[no-untyped-call]
    sources = {name: package_facts(name) for name in _PACKAGES}
    try:
        teacher, tokenizer = packaged_sentence_encoder()
        tower = packaged_image_tower(EFFICIENTNET_LITE0)
    except ModelError as error:
        raise PartsError(str(error)) from error
    return Parts(tower, names, teacher, tokenizer, sources)


def package_facts(name: str) -> dict[str, str]:
    """Return version and licence of an installed package; "unknown" where it states none.

    ``licence`` is what the metadata state, ``licence file`` the first line of the file that comes
    along, which need not say the same.

    Parameters
    ----------
    name
        The package.

    Returns
    -------
    dict
        ``version``, ``licence`` and ``licence file``.
    """
    try:
        found = distribution(name)
    except PackageNotFoundError as error:
        raise _missing(name) from error
    facts = found.metadata
    named = [facts[key] for key in ("License-Expression", "License") if key in facts]
    stated = next((name for name in named if name), "unknown")
    files_of = [f for f in found.files or [] if f.name.upper().startswith("LICEN")]
    text = files_of[0].read_text() if files_of else ""
    return {
        "version": found.version,
        "licence": stated.replace("UNKNOWN", "unknown"),
        "licence file": text.strip().splitlines()[0] if text.strip() else "none",
    }


def _missing(package: str) -> PartsError:
    return PartsError(
        f"The package {package} is not installed; the making of mini needs it: "
        'pip install "topicart[mini]".'
    )
