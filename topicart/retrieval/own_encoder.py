"""The model that encoded a run's works: no other one's vectors can be compared with theirs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from topicart.errors import PictureError, RetrievalError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from topicart.encoder import Encoder
    from topicart.run import Run

__all__ = ["encoder_of", "picture_pixels", "require_own"]


def encoder_of(run: Run, device: str = "auto") -> Encoder:
    """Load the model that encoded a run's works, in the precision and by the engine that it had.

    Parameters
    ----------
    run : Run
        The run.
    device : str
        ``auto``, ``cpu``, ``cuda``, ``cuda:1`` or ``mps``.

    Returns
    -------
    Encoder
        Ready to encode.

    Raises
    ------
    ModelError
        If it cannot be loaded.
    """
    from topicart.encoder import Encoder

    model = run.record.model
    if model.engine != "torch":
        device = "auto"  # the engine has one device, whatever searches
    return Encoder.load(
        model.name,
        device=device,
        precision=model.precision,
        engine=model.engine,
        progress=False,
    )


def require_own(encoder: Encoder, run: Run) -> None:
    """Refuse a model other than the one that encoded a run's works.

    Parameters
    ----------
    encoder : Encoder
        The model that words and pictures are to be encoded with.
    run : Run
        The run.

    Raises
    ------
    RetrievalError
        If its fingerprint is another.
    """
    own = run.record.model
    if encoder.fingerprint != own.fingerprint:
        raise RetrievalError(
            f"The model {encoder.name} is not the one that encoded these works ({own.name}, "
            f"{own.precision}), or not in the same version or precision: its vectors cannot be "
            f"compared with theirs (fingerprint {encoder.fingerprint[:12]}, the run has "
            f"{own.fingerprint[:12]}). Search with a work or a theme, which needs no model, or "
            "fit the run again."
        )


def picture_pixels(file: Path, encoder: Encoder) -> NDArray[np.uint8]:
    """Read a picture as a model takes it.

    Parameters
    ----------
    file : Path
        Any picture.
    encoder : Encoder
        The model.

    Returns
    -------
    ndarray of uint8
        Its pixels.

    Raises
    ------
    RetrievalError
        If it cannot be read as a picture.
    """
    from topicart.preprocess import load_pixels

    try:
        return load_pixels(file, encoder.preprocess)
    except PictureError as error:
        raise RetrievalError(
            f"{file} cannot be read as a picture: {error}. Expected JPEG, PNG, WebP, TIFF, "
            "GIF, BMP, JPEG 2000, AVIF or PPM."
        ) from error
