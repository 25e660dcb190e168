"""A model in memory, ready to encode; it is built by a thread while pictures are being read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from topicart.cpu import keep_freed_memory
from topicart.text_tower import encode_tokens

if TYPE_CHECKING:
    import torch

    from topicart.engines import Pending
    from topicart.openclip import BuiltModel

__all__ = ["Loaded", "in_a_thread"]


class Loaded:
    """A built model on its device, with the engine that runs its picture tower.

    Parameters
    ----------
    built : BuiltModel
        Model, tokenizer and preprocessing.
    name : str
        The model's, for messages.
    device : str
        A torch device.
    precision : str
        ``fp32``, ``bf16`` or ``fp16``.
    engine : str
        ``torch`` or ``openvino``.
    """

    def __init__(
        self, built: BuiltModel, *, name: str, device: str, precision: str, engine: str
    ) -> None:
        import torch

        if device == "cpu":
            keep_freed_memory()
        self.device = device
        self.tokenizer = built.tokenizer
        self.context_length = built.context_length
        # Convolutions are quicker when the channels of a pixel lie side by side, and our batches
        # come that way; it changes nothing for transformers.
        # open_clip has no types.
        self.model: Any = built.model.to(device).to(memory_format=torch.channels_last).eval()
        self._size = built.preprocess.size
        self._mean = torch.tensor(built.preprocess.mean, device=device).view(1, 3, 1, 1)
        self._std = torch.tensor(built.preprocess.std, device=device).view(1, 3, 1, 1)
        self._precision = precision if engine == "torch" else "fp32"
        self.begin: Callable[[Sequence[NDArray[np.uint8]]], Pending] = self._begin_with_torch
        if engine == "openvino":
            from topicart.openvino_engine import OpenVinoTower

            self.begin = OpenVinoTower(
                name, self.model, built.preprocess, built.dim, precision
            ).begin

    def standardise(self, pictures: torch.Tensor) -> torch.Tensor:
        """Bring pictures to the mean and spread that the model takes, in place.

        Parameters
        ----------
        pictures : torch.Tensor of float, shape (n, 3, height, width)
            On the model's device, from 0 to 1.

        Returns
        -------
        torch.Tensor
            The same.
        """
        return pictures.sub_(self._mean).div_(self._std)

    def encode_tokens(self, tokens: torch.Tensor) -> NDArray[np.float32]:
        """Encode texts that were cut into tokens.

        Parameters
        ----------
        tokens : torch.Tensor of int, shape (n, context_length)
            As the tokenizer gives them.

        Returns
        -------
        ndarray of float32, shape (n, dim)
            Not scaled to length 1.
        """
        import torch

        with torch.inference_mode(), self._autocast():
            raw: torch.Tensor = encode_tokens(self.model, tokens.to(self.device))
            features: NDArray[np.float32] = raw.float().cpu().numpy()
        return features

    def _begin_with_torch(self, pictures: Sequence[NDArray[np.uint8]]) -> Pending:
        """Begin a batch; on a CUDA GPU it is under way when this returns."""
        import torch

        on_cuda = self.device.startswith("cuda")
        with torch.inference_mode():
            # Pinned: from other memory the copy would wait for the batch before.
            shape = (len(pictures), *self._size, 3)
            pixels = torch.empty(shape, dtype=torch.uint8, pin_memory=on_cuda)
            np.stack(pictures, out=pixels.numpy())
            batch = pixels.to(self.device, non_blocking=on_cuda)
            # A view: what lay as (n, height, width, 3) is channels-last already.
            batch = batch.permute(0, 3, 1, 2).float().div_(255.0)
            self.standardise(batch)
            with self._autocast():
                raw = self.model.encode_image(batch).float()
            if not on_cuda:
                return lambda: raw.cpu().numpy()
            features = torch.empty(raw.shape, pin_memory=True).copy_(raw, non_blocking=True)
            done = torch.cuda.Event()  # type: ignore[no-untyped-call]
            done.record(torch.cuda.current_stream(raw.device))

        def finish() -> NDArray[np.float32]:
            done.synchronize()
            return features.numpy()

        return finish

    def _autocast(self) -> AbstractContextManager[Any]:
        """Compute matrix products in the chosen precision."""
        import torch

        if self._precision == "fp32":
            return nullcontext()
        dtype = torch.bfloat16 if self._precision == "bf16" else torch.float16
        return torch.autocast(torch.device(self.device).type, dtype=dtype)


def in_a_thread(make: Callable[[], Loaded]) -> Future[Loaded]:
    """Make a model in a thread of its own.

    Parameters
    ----------
    make : callable
        Makes it.

    Returns
    -------
    Future of Loaded
        Raises, when it is asked, what the making raised.
    """
    thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="topicart-model")
    made = thread.submit(make)
    thread.shutdown(wait=False)
    return made
