"""Encoder: an open_clip model that turns pictures and words into vectors of one space."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from knowledge_graph import Problem
from topicart.cpu import keep_freed_memory, wait_without_spinning
from topicart.embeddings import Embeddings, normalise
from topicart.engines import Pending, choose_engine
from topicart.errors import ModelError
from topicart.hub import progress_bars
from topicart.images import DECODER_VERSION
from topicart.model_files import ModelSource, resolve_model, sha256_of_weights
from topicart.preprocess import Preprocess
from topicart.slices import Progress, encode_slices, require_positive, slices_of
from topicart.text_tower import encode_tokens

if TYPE_CHECKING:
    import torch

    from knowledge_graph import Collection
    from topicart.openclip import BuiltModel

__all__ = ["Encoder"]


class Encoder:
    """An open_clip model with its preprocessing, tokenizer, device and precision.

    Use :meth:`load`; the constructor is for models that were built or tuned elsewhere.

    Parameters
    ----------
    built : BuiltModel
        Model, tokenizer and preprocessing.
    source : ModelSource
        Where they come from.
    weights_sha256 : str
        SHA-256 of the weights, from :func:`topicart.model_files.sha256_of_weights`.
    device : str
        A torch device.
    precision : str
        ``fp32``, ``bf16`` or ``fp16``.
    engine : str
        What runs the picture tower: ``torch``, or ``openvino`` on a CPU.

    Attributes
    ----------
    name : str
        The name that it was loaded by.
    dim : int
        Dimensions of its vectors.
    device : str
        Where it runs: ``cpu``, ``cuda``, ``cuda:1``,
            ``mps``.
    precision : str
        ``fp32``, or the type of the matrix products: ``bf16`` or ``fp16`` (autocast; weights and
        results stay float32).
    engine : str
        ``torch``, or ``openvino``: then pictures alone are encoded with it, in that precision,
        and texts with torch in float32.
    weights_sha256 : str
        SHA-256 of its file of weights; with an adapter, of both.
    fingerprint : str
        SHA-256 of all that decides a picture's vector: weights, architecture, preprocessing,
        precision, engine, and the version of our decoder.
    note : str
        A sentence to be shown wherever its results are; empty for most models.
    preprocess : Preprocess
        How pictures are brought to its input.
    image_size : tuple of int
        Height and width of its input, in pixels.
    context_length : int
        Most tokens of a text; longer texts are cut.
    model : torch.nn.Module
        The open_clip model itself.
    tokenizer : callable
        Texts to token ids.
    tokenizer_lock : threading.Lock
        To be held while the tokenizer is used.
    """

    def __init__(
        self,
        built: BuiltModel,
        source: ModelSource,
        *,
        weights_sha256: str,
        device: str,
        precision: str,
        engine: str = "torch",
    ) -> None:
        import torch

        if device == "cpu":
            keep_freed_memory()
        self.name = source.name
        self.dim = built.dim
        self.device = device
        self.precision = precision
        self.engine = engine
        self.weights_sha256 = weights_sha256
        self.note = source.note
        self.preprocess: Preprocess = built.preprocess
        self.image_size = built.preprocess.size
        self.context_length = built.context_length
        self.tokenizer = built.tokenizer
        # Tokenizers of Hugging Face fail when two threads use one at once.
        self.tokenizer_lock = threading.Lock()
        # Convolutions are quicker when the channels of a pixel lie side by side, and our batches
        # come that way; it changes nothing for transformers.
        # open_clip has no types.
        self.model: Any = built.model.to(device).to(memory_format=torch.channels_last).eval()
        self.fingerprint = _fingerprint(self, source)
        self._mean = torch.tensor(self.preprocess.mean, device=device).view(1, 3, 1, 1)
        self._std = torch.tensor(self.preprocess.std, device=device).view(1, 3, 1, 1)
        self._begin = self._begin_with_torch
        if engine == "openvino":
            from topicart.openvino_engine import OpenVinoTower

            tower = OpenVinoTower(self.name, self.model, self.preprocess, self.dim, precision)
            self._begin = tower.begin

    @classmethod
    def load(
        cls,
        name: str,
        *,
        device: str = "auto",
        precision: str = "auto",
        engine: str = "torch",
        progress: bool = True,
    ) -> Encoder:
        """Load a model by name, downloading its weights on first use.

        Parameters
        ----------
        name : str
            ``MODEL/PRETRAINED`` as open_clip lists them (``ViT-B-32/laion2b_s34b_b79k``),
            ``hf-hub:owner/name``, a local open_clip folder, a folder that ``topicart train``
            wrote, or ``mini``.
        device : str
            ``auto`` (a CUDA GPU, else Apple's, else the CPU), ``cpu``, ``cuda``, ``cuda:1``,
            ``mps``.
        precision : str
            ``auto``, ``fp32``, ``bf16`` or ``fp16``. ``auto`` is float32 on a CPU; on a CUDA GPU
            bfloat16 if it computes in it, else float16; float16 on Apple's.
        engine : str
            What runs the picture tower: ``torch``, or ``openvino``, which takes a half to a fifth
            of torch's time on a CPU (the extra ``cpu``). Its vectors are other ones than torch's,
            by cosines of 0.995 and more; its ``auto`` precision is bfloat16 where the CPU
            multiplies in it.
        progress : bool
            Show a bar on standard error while weights are downloaded.

        Returns
        -------
        Encoder
            Ready to encode.

        Raises
        ------
        ModelError
            If the name is unknown, files are missing and the hub cannot be reached, the model is
            damaged or unsafe, or the device, precision or engine cannot be had. The message says
            what to do.
        """
        wait_without_spinning()
        chosen_device, chosen_precision = choose_engine(engine, device, precision)
        from topicart.openclip import build_model

        with progress_bars(progress):
            source = resolve_model(name)
        # First, because it says so if an adapter belongs to another base.
        weights_sha256 = sha256_of_weights(source)
        return cls(
            build_model(source),
            source,
            weights_sha256=weights_sha256,
            device=chosen_device,
            precision=chosen_precision,
            engine=engine,
        )

    def encode_texts(
        self, texts: Sequence[str], *, batch_size: int = 64, progress: Progress | None = None
    ) -> NDArray[np.float32]:
        """Encode texts.

        Parameters
        ----------
        texts : sequence of str
            Prompts or captions; what is longer than :attr:`context_length` tokens is cut.
        batch_size : int
            Texts at a time.
        progress : callable, optional
            Called with the texts done and all texts.

        Returns
        -------
        ndarray of float32, shape (len(texts), dim)
            Rows of length 1.

        Raises
        ------
        ModelError
            If the model gives values that are not finite (float16 can overflow).
        ValueError
            If ``batch_size`` is less than 1, or ``texts`` is one string.
        """
        import torch

        if isinstance(texts, str):
            raise ValueError("encode_texts takes a sequence of texts, got one string: [text]?")
        require_positive("batch_size", batch_size)
        vectors = np.empty((len(texts), self.dim), dtype=np.float32)
        for start in range(0, len(texts), batch_size):
            batch = texts[start : start + batch_size]
            with self.tokenizer_lock:
                tokens = self.tokenizer(list(batch)).to(self.device)
            with torch.inference_mode(), self._autocast():
                raw = encode_tokens(self.model, tokens).float().cpu().numpy()
            vectors[start : start + len(batch)] = normalise(raw)
            if progress is not None:
                progress(start + len(batch), len(texts))
        if not np.isfinite(vectors).all():
            raise ModelError(
                f"The model {self.name!r} gave text vectors that are not finite in "
                f"{self.precision} on {self.device}. Use --precision fp32."
            )
        return vectors

    def standardise(self, pictures: torch.Tensor) -> torch.Tensor:
        """Bring pictures to the mean and spread that the model takes, in place.

        Parameters
        ----------
        pictures : torch.Tensor of float, shape (n, 3, height, width)
            On the encoder's device, from 0 to 1.

        Returns
        -------
        torch.Tensor
            The same.
        """
        return pictures.sub_(self._mean).div_(self._std)

    def encode_pixels(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Encode one batch of pictures of the model's input size.

        Parameters
        ----------
        pixels : ndarray of uint8, shape (n, height, width, 3)
            RGB pictures as :func:`topicart.preprocess.load_pixels` gives them.

        Returns
        -------
        ndarray of float32, shape (n, dim)
            Rows of length 1; a row is not-a-number where the model's output is not finite.
        """
        return self.begin_pixels(list(pixels))()

    def begin_pixels(self, pictures: Sequence[NDArray[np.uint8]]) -> Pending:
        """Begin to encode one batch; where the engine can, it works on while other things are done.

        Parameters
        ----------
        pictures : sequence of ndarray of uint8, shape (height, width, 3)
            RGB pictures, as for :meth:`encode_pixels`.

        Returns
        -------
        callable
            Waits for the vectors and gives them, as :meth:`encode_pixels` does.
        """
        features = self._begin(pictures)
        return lambda: normalise(features())

    def encode_images(
        self,
        collection: Collection,
        *,
        batch_size: int = 32,
        workers: int | None = None,
        progress: Progress | None = None,
        on_problem: Callable[[Problem], None] | None = None,
    ) -> Embeddings:
        """Encode the pictures of a collection, without keeping anything on disk.

        The vectors equal those of :func:`topicart.store.encode_collection` to the bit.

        Parameters
        ----------
        collection : Collection
            Works and their pictures. A work with several pictures gets the mean of their vectors,
            scaled to length 1; one with none that can be read gets no vector.
        batch_size : int
            Pictures at a time.
        workers : int, optional
            Threads that decode; by default as many as there are cores. It changes no vector.
        progress : callable, optional
            Called with the works done and all works.
        on_problem : callable, optional
            Called with each picture that could not be read, as it is met.

        Returns
        -------
        Embeddings
            Of the works that have a readable picture, in the collection's order.

        Raises
        ------
        ValueError
            If ``batch_size`` or ``workers`` is less than 1.
        """
        ids: list[str] = []
        parts = [np.empty((0, self.dim), dtype=np.float32)]
        for part in encode_slices(
            self,
            collection,
            slices_of(len(collection)),
            batch_size=batch_size,
            workers=workers,
            progress=progress,
        ):
            ids += part.embeddings.ids
            parts.append(part.embeddings.vectors)
            if on_problem is not None:
                for problem in part.problems:
                    on_problem(problem)
        return Embeddings(tuple(ids), np.concatenate(parts))

    def _begin_with_torch(self, pictures: Sequence[NDArray[np.uint8]]) -> Pending:
        """Begin a batch; on a CUDA GPU it is under way when this returns."""
        import torch

        on_cuda = self.device.startswith("cuda")
        with torch.inference_mode():
            # Pinned: from other memory the copy would wait for the batch before.
            shape = (len(pictures), *self.image_size, 3)
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

        if self.precision == "fp32" or self.engine != "torch":
            return nullcontext()
        dtype = torch.bfloat16 if self.precision == "bf16" else torch.float16
        return torch.autocast(torch.device(self.device).type, dtype=dtype)


def _fingerprint(encoder: Encoder, source: ModelSource) -> str:
    """SHA-256 of everything that decides a picture's vector."""
    config = dict(source.config)
    # The text tower decides no picture's vector, and names folders that move.
    config.pop("text_cfg", None)
    decides = {
        "weights": encoder.weights_sha256,
        "architecture": config,
        "quick_gelu": source.quick_gelu,
        "preprocess": encoder.preprocess.as_dict(),
        "precision": encoder.precision,
        "decoder": DECODER_VERSION,
    }
    if encoder.engine != "torch":  # the key that stores had before there were others stays good
        decides["engine"] = encoder.engine
    return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()
