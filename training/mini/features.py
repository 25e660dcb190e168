"""Pictures as pooled features of the frozen image tower, computed once and kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from training.mini.recipe import IMAGE_MEAN, IMAGE_SIZE, IMAGE_STD

if TYPE_CHECKING:
    import torch
    from PIL.Image import Image

Features = NDArray[np.float32]
_BATCH = 64


def picture_features(
    tower: torch.nn.Module,
    count: int,
    picture: Callable[[int], Image],
    *,
    cache: Path,
    key: str,
    workers: int = 2,
) -> Features:
    """Return the pooled features of pictures, from the cache if it holds this very set.

    Parameters
    ----------
    tower
        The image tower (``forward_features`` and ``forward_head(pre_logits=True)``).
    count
        How many pictures.
    picture
        Gives the i-th picture; called in threads.
    cache
        File to read or write (safetensors).
    key
        Names the set; a cache with another key is made anew.
    workers
        Threads that open and resize pictures.

    Returns
    -------
    Features
        Shape (count, width), float32.
    """
    from safetensors import safe_open
    from safetensors.numpy import save_file

    if cache.exists():
        with safe_open(cache, "np") as stored:
            if (stored.metadata() or {}).get("key") == key:
                found: Features = stored.get_tensor("features")
                return found
    features = _embed(tower, count, picture, workers)
    cache.parent.mkdir(parents=True, exist_ok=True)
    save_file({"features": features}, cache, {"key": key})
    return features


def files_key(paths: Sequence[Path]) -> str:
    """Return a key for a set of files: their names and sizes, in order.

    Parameters
    ----------
    paths
        The files.

    Returns
    -------
    str
        A digest.
    """
    text = "\n".join(f"{path.name} {path.stat().st_size}" for path in paths)
    return hashlib.sha256(text.encode()).hexdigest()


def open_picture(path: Path) -> Image:
    """Return a picture file as RGB.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    Image
        The picture.
    """
    from PIL import Image

    with Image.open(path) as stored:
        return stored.convert("RGB")


def _embed(
    tower: torch.nn.Module, count: int, picture: Callable[[int], Image], workers: int
) -> Features:
    from concurrent.futures import ThreadPoolExecutor

    import torch
    from open_clip import image_transform
    from rich.progress import track

    # The transform that open_clip will build from the shipped config: the whole painting, squashed.
    prepare = image_transform(
        IMAGE_SIZE,
        is_train=False,
        mean=IMAGE_MEAN,
        std=IMAGE_STD,
        resize_mode="squash",
        interpolation="bicubic",
    )

    def prepared(index: int) -> torch.Tensor:
        tensor: torch.Tensor = prepare(picture(index))
        return tensor

    tower = tower.eval().to(memory_format=torch.channels_last)
    rows = []
    starts = range(0, count, _BATCH)
    with ThreadPoolExecutor(workers) as pool, torch.inference_mode():
        for start in track(starts, "pictures to features"):
            batch = torch.stack(
                list(pool.map(prepared, range(start, min(start + _BATCH, count))))
            ).contiguous(memory_format=torch.channels_last)
            maps = tower.forward_features(batch)  # type: ignore[operator]
            rows.append(tower.forward_head(maps, pre_logits=True).float().numpy())  # type: ignore[operator]
    return np.concatenate(rows)
