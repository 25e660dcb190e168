"""Encoder: an open_clip model that turns pictures and words into vectors of one space."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from knowledge_graph import Problem
from topicart.cpu import wait_without_spinning
from topicart.embeddings import Embeddings, normalise
from topicart.engines import Pending, choose_engine
from topicart.errors import ModelError
from topicart.hub import progress_bars
from topicart.images import DECODER_VERSION
from topicart.loaded import Loaded, in_a_thread
from topicart.model_files import ModelSource, resolve_model, sha256_of_weights
from topicart.preprocess import Preprocess, preprocess_of
from topicart.slices import Progress, encode_slices, require_positive, slices_of

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
    built : BuiltModel or callable
        Model, tokenizer and preprocessing; or what builds them, in a thread that is begun at once.
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
    tokenizer_lock : threading.Lock
        To be held while the tokenizer is used.
    """

    def __init__(
        self,
        built: BuiltModel | Callable[[], BuiltModel],
        source: ModelSource,
        *,
        weights_sha256: str,
        device: str,
        precision: str,
        engine: str = "torch",
    ) -> None:
        self.name = source.name
        self.device = device
        self.precision = precision
        self.engine = engine
        self.weights_sha256 = weights_sha256
        self.note = source.note
        # Tokenizers of Hugging Face fail when two threads use one at once.
        self.tokenizer_lock = threading.Lock()
        how = {"name": self.name, "device": device, "precision": precision, "engine": engine}
        self._loaded: Future[Loaded]
        if callable(built):
            build = built
            self.dim = int(source.config["embed_dim"])
            self.preprocess: Preprocess = preprocess_of(source.preprocess, source.config)
            self._loaded = in_a_thread(lambda: Loaded(build(), **how))
        else:
            self.dim, self.preprocess = built.dim, built.preprocess
            self._loaded = Future()
            self._loaded.set_result(Loaded(built, **how))
        self.image_size = self.preprocess.size
        self.fingerprint = _fingerprint(self, source)

    @property
    def model(self) -> Any:
        """The open_clip model itself; waits until it is built.

        Returns
        -------
        torch.nn.Module
            In evaluation mode.
        """
        return self._loaded.result().model

    @property
    def tokenizer(self) -> Callable[[Sequence[str]], torch.Tensor]:
        """Texts to token ids; waits until the model is built.

        Returns
        -------
        callable
            To be used while :attr:`tokenizer_lock` is held.
        """
        return self._loaded.result().tokenizer

    @property
    def context_length(self) -> int:
        """Most tokens of a text; longer texts are cut.

        Returns
        -------
        int
            Known when the model is built.
        """
        return self._loaded.result().context_length

    @classmethod
    def load(
        cls,
        name: str,
        *,
        device: str = "auto",
        precision: str = "auto",
        engine: str = "torch",
        progress: bool = True,
        wait: bool = True,
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
            What runs the picture tower: ``torch``, or ``openvino``, which is quicker on a
            CPU (the extra ``cpu``; `topicart bench encoding` tells by how much). Its vectors are
            other ones than torch's; its ``auto`` precision is bfloat16 where the CPU multiplies
            in it.
        progress : bool
            Show a bar on standard error while weights are downloaded.
        wait : bool
            Return when the model is in memory. Otherwise as soon as its files are found: it is
            built meanwhile, and what goes wrong in that is raised where it is first used.

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
        with progress_bars(progress):
            source = resolve_model(name)
        # First, because it says so if an adapter belongs to another base.
        weights_sha256 = sha256_of_weights(source)

        build = partial(_built, source)
        return cls(
            build() if wait else build,
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
        if isinstance(texts, str):
            raise ValueError("encode_texts takes a sequence of texts, got one string: [text]?")
        require_positive("batch_size", batch_size)
        loaded = self._loaded.result()
        vectors = np.empty((len(texts), self.dim), dtype=np.float32)
        for start in range(0, len(texts), batch_size):
            batch = texts[start : start + batch_size]
            with self.tokenizer_lock:
                tokens = loaded.tokenizer(list(batch))
            vectors[start : start + len(batch)] = normalise(loaded.encode_tokens(tokens))
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
        return self._loaded.result().standardise(pictures)

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
        features = self._loaded.result().begin(pictures)
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


def _built(source: ModelSource) -> BuiltModel:
    """Build a model; only then is open_clip, slow to import, needed."""
    from topicart.openclip import build_model

    return build_model(source)


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
