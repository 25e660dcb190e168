"""Run a picture tower with OpenVINO, which is quicker than torch on a CPU.

Pictures go through in pieces of a fixed size, several pieces at once, each on a core of its own:
no core waits for another in the middle of a layer, and a picture's vector does not depend on how
many others are in its batch.
"""

from __future__ import annotations

import importlib
import logging
import sys
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from topicart.errors import ModelError

if TYPE_CHECKING:
    import torch

    from topicart.engines import Pending
    from topicart.preprocess import Preprocess

__all__ = ["OpenVinoTower", "choose_cpu_precision", "require_openvino"]

_PIECE = 4
# A core of its own for each piece pays up to here; more streams cost memory for each.
_MOST_STREAMS = 32
_HINTS = {"fp32": "f32", "bf16": "bf16", "fp16": "f16"}
_CAPABILITIES = {"fp32": "FP32", "bf16": "BF16", "fp16": "FP16"}


def require_openvino() -> Any:
    """Import OpenVINO.

    Returns
    -------
    module
        ``openvino``.

    Raises
    ------
    ModelError
        If it is not installed.
    """
    try:
        with _no_telemetry():
            return importlib.import_module("openvino")
    except ImportError as error:
        raise ModelError(
            f"The engine openvino needs the package openvino, which cannot be imported ({error}). "
            "Install it with pip install 'topicart[cpu]', or use --engine torch."
        ) from error


@cache
def _core() -> Any:
    """Give the runtime, one for the process and to its end.

    Its CPU plugin gives the thread that loads it another stack for signals, and takes it away when
    it is unloaded, though by another thread: Ctrl-C would then end the process by a segmentation
    fault.
    """
    return require_openvino().Core()


def choose_cpu_precision(precision: str, auto: bool) -> str:
    """Choose a precision that this CPU multiplies in.

    Parameters
    ----------
    precision : str
        ``fp32``, ``bf16`` or ``fp16``.
    auto : bool
        Take bfloat16 instead where the CPU has it, which is quicker and less exact.

    Returns
    -------
    str
        ``fp32``, ``bf16`` or ``fp16``.

    Raises
    ------
    ModelError
        If OpenVINO is not installed, or the CPU has no such products: they would be computed in
        another precision, unsaid.
    """
    has = _core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    if auto:
        return "bf16" if _CAPABILITIES["bf16"] in has else "fp32"
    if _CAPABILITIES[precision] not in has:
        raise ModelError(
            f"The engine openvino cannot compute in {precision} on this CPU, which has "
            f"{', '.join(name for name, native in _CAPABILITIES.items() if native in has)}. Use "
            "--precision fp32."
        )
    return precision


class OpenVinoTower:
    """A picture tower compiled by OpenVINO; that is done when it is first used.

    Parameters
    ----------
    name : str
        The model's, for messages.
    model : torch.nn.Module
        An open_clip model on the CPU, as it shall be for good.
    preprocess : Preprocess
        How it takes pictures.
    dim : int
        Dimensions of its vectors.
    precision : str
        From :func:`choose_cpu_precision`.
    """

    def __init__(
        self, name: str, model: torch.nn.Module, preprocess: Preprocess, dim: int, precision: str
    ) -> None:
        self._name = name
        self._model = model
        self._preprocess = preprocess
        self._dim = dim
        self._precision = precision
        self._compiled: Any = None
        self._idle: list[Any] = []
        self._lock = threading.Lock()

    def begin(self, pictures: Sequence[NDArray[np.uint8]]) -> Pending:
        """Begin to encode a batch; the cores go on with it while the next is made ready.

        Parameters
        ----------
        pictures : sequence of ndarray of uint8, shape (height, width, 3)
            RGB pictures of the tower's size.

        Returns
        -------
        callable
            Waits for the features and gives them.

        Raises
        ------
        ModelError
            If OpenVINO cannot read the model.
        """
        queue = self._queue()
        features = np.empty((len(pictures), self._dim), dtype=np.float32)

        def _keep(request: Any, start: int) -> None:
            rows = features[start : start + _PIECE]
            rows[:] = request.get_output_tensor().data[: len(rows)]

        queue.set_callback(_keep)
        for start in range(0, len(pictures), _PIECE):
            queue.start_async({0: _piece(pictures[start : start + _PIECE])}, start)

        under_way = [queue]

        def _finish() -> NDArray[np.float32]:
            while under_way:  # once: a queue that is idle twice would have two batches in it
                done = under_way.pop()
                done.wait_all()
                self._idle.append(done)
            return features

        return _finish

    def _queue(self) -> Any:
        """Give a queue that no batch is in, one for each batch under way."""
        with self._lock:
            if self._compiled is None:
                self._compiled = self._compile()
            if self._idle:
                return self._idle.pop()
            return require_openvino().AsyncInferQueue(self._compiled, _streams())

    def _compile(self) -> Any:
        """Convert the tower, pixels of 8 bits in, features out, and compile it."""
        import torch

        ov = require_openvino()
        shape = (_PIECE, *self._preprocess.size, 3)
        tower = _from_pixels(self._model, self._preprocess)
        try:
            with torch.inference_mode(), warnings.catch_warnings(), _no_telemetry(), _unsaid():
                warnings.simplefilter("ignore")  # torch's, that tracing will go one day
                # Not traced a second time to compare: towers have no branches.
                traced = torch.jit.trace(  # type: ignore[no-untyped-call]
                    tower, torch.zeros(shape, dtype=torch.uint8), check_trace=False
                )
                graph = ov.convert_model(traced, input=[shape])
            return _core().compile_model(
                graph,
                "CPU",
                {
                    "INFERENCE_PRECISION_HINT": _HINTS[self._precision],
                    "PERFORMANCE_HINT": "THROUGHPUT",
                    "NUM_STREAMS": str(_streams()),
                    "INFERENCE_NUM_THREADS": _cores(),
                },
            )
        # Any operation of any tower can be one that OpenVINO has not; it fails as it likes.
        except Exception as error:
            said = " ".join(str(error).split())[:300]
            raise ModelError(
                f"OpenVINO {ov.__version__} cannot run the picture tower of {self._name!r} "
                f"({said}). Use --engine torch."
            ) from error


def _from_pixels(model: torch.nn.Module, preprocess: Preprocess) -> torch.nn.Module:
    """Put before a tower what :meth:`topicart.encoder.Encoder.standardise` does."""
    import torch

    class FromPixels(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model: Any = model
            self.mean = torch.tensor(preprocess.mean).view(1, 3, 1, 1)
            self.std = torch.tensor(preprocess.std).view(1, 3, 1, 1)

        def forward(self, pixels: torch.Tensor) -> torch.Tensor:
            batch = pixels.permute(0, 3, 1, 2).float().div(255.0)
            features: torch.Tensor = self.model.encode_image((batch - self.mean) / self.std)
            return features

    return FromPixels().eval()


def _piece(pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Put a piece together; the last one of a batch is filled up."""
    piece = np.zeros((_PIECE, *pictures[0].shape), dtype=np.uint8)
    np.stack(pictures, out=piece[: len(pictures)])
    return piece


def _cores() -> int:
    """Count the cores that this process may use, and that the user leaves to numerical work."""
    import torch

    return torch.get_num_threads()


def _streams() -> int:
    """Choose how many pieces are encoded at once."""
    return min(_cores(), _MOST_STREAMS)


@contextmanager
def _unsaid() -> Iterator[None]:
    """Keep transformers, which the converter loads, from warning of its own defaults."""
    logger = logging.getLogger("transformers")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


@contextmanager
def _no_telemetry() -> Iterator[None]:
    """Keep OpenVINO's converter from telling its makers that it is used."""
    name = "openvino_telemetry"
    before = sys.modules.get(name)
    sys.modules[name] = None  # type: ignore[assignment]  # to import it fails, as if it were not there
    try:
        yield
    finally:
        if before is None:
            sys.modules.pop(name, None)  # another thread may have been first
        else:
            sys.modules[name] = before
