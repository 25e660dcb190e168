"""The encoder behind the search: loaded beside the page, and one query at a time."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, cast

from topicart.errors import PictureError, TopicartError
from topicart.server.refusals import Refusal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from topicart.encoder import Encoder

__all__ = ["Seeker"]

_REMEMBERED = 512
_SECONDS = 60
"""Longest that a question waits for the model to be loaded."""


class Seeker:
    """Turns words and pictures into vectors of the run's space, if its encoder is at hand.

    Parameters
    ----------
    encoder : Encoder, callable or None
        The model, or what loads it: it is then loaded by :meth:`start`, in the background.
    fingerprint : str
        That of the run's own encoder; another one's vectors would be compared with nothing.
    """

    def __init__(self, encoder: Encoder | Callable[[], Encoder] | None, fingerprint: str) -> None:
        self._source = encoder
        self._fingerprint = fingerprint
        self._encoder: Encoder | None = None
        self._settled = threading.Event()
        self._started = threading.Lock()
        # One model, one query at a time: fifty at once would only take turns inside torch.
        self._turn = threading.Lock()
        self._known: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self.why = "The model is being loaded."

    @property
    def ready(self) -> bool:
        """Whether words and pictures can be sought now.

        Returns
        -------
        bool
            False while the model is loaded, and where there is none.
        """
        return self._encoder is not None

    @property
    def loading(self) -> bool:
        """Whether the model is still to come.

        Returns
        -------
        bool
            False once it is there, or is known not to come.
        """
        return not self._settled.is_set()

    def start(self) -> None:
        """Load the model in the background; a second call does nothing."""
        if self._started.acquire(blocking=False):
            threading.Thread(target=self._load, name="encoder", daemon=True).start()

    def stop(self) -> None:
        """Let nobody wait for the model any longer: the process could not end before them."""
        self.why = self.why or "The server ends."
        self._settled.set()

    def words(self, words: str) -> NDArray[np.float32]:
        """Encode words.

        Parameters
        ----------
        words : str
            What is sought.

        Returns
        -------
        ndarray of float32, shape (dim,)
            Of length 1.

        Raises
        ------
        Refusal
            503 where there is no model.
        """
        encoder = self._required()
        with self._turn:
            if words not in self._known:
                try:
                    self._known[words] = encoder.encode_texts([words])[0]
                except TopicartError as error:
                    raise _unable(error) from error
            self._known.move_to_end(words)
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
            return self._known[words]

    @property
    def speaker(self) -> Encoder:
        """The model for words alone, as :class:`topicart.retrieval.Searcher` takes one.

        Returns
        -------
        Encoder
            Its ``encode_texts`` waits for the model and its turn, as :meth:`words` does.
        """
        return cast("Encoder", _Speaker(self, self._fingerprint))

    def picture(self, data: bytes) -> NDArray[np.float32]:
        """Encode a picture.

        Parameters
        ----------
        data : bytes
            A whole file; it is kept nowhere.

        Returns
        -------
        ndarray of float32, shape (dim,)
            Of length 1.

        Raises
        ------
        Refusal
            400 if it is no picture, 503 where there is no model.
        """
        import numpy as np

        from topicart.preprocess import pixels_of

        encoder = self._required()
        try:
            pixels = pixels_of(data, encoder.preprocess)
        except PictureError as error:
            raise Refusal(
                400,
                f"This picture cannot be read: {error}.",
                "A picture as JPEG, PNG, WebP, TIFF, GIF, BMP, JPEG 2000, AVIF or PPM.",
                "Open it in an image program and save it as JPEG, or choose another.",
            ) from error
        with self._turn:
            vector: NDArray[np.float32] = encoder.encode_pixels(pixels[None])[0]
        if not np.isfinite(vector).all():
            raise _unable(TopicartError("it gives no finite vector for this picture"))
        return vector

    def _load(self) -> None:
        try:
            if self._source is None:
                self.why = "The page is served without the model that encoded the works."
                return
            source = self._source
            loaded = source() if callable(source) else source
            if loaded.fingerprint != self._fingerprint:
                self.why = (
                    f"The model {loaded.name} is not the one that encoded these works, or works "
                    "in another precision: what it says cannot be compared with their vectors."
                )
                return
            self._encoder = loaded
            self.why = ""
        except TopicartError as error:
            self.why = f"The model that encoded the works is not at hand: {error}"
        except Exception as error:  # whatever fails in a thread is told, not lost
            logging.getLogger("topicart").exception("The model cannot be loaded.")
            self.why = f"The model that encoded the works cannot be loaded ({error})."
        finally:
            self._settled.set()

    def _required(self) -> Encoder:
        self.start()
        self._settled.wait(_SECONDS)
        if self._encoder is None:
            raise Refusal(
                503,
                self.why,
                "The model that encoded the works of this run.",
                "Try again in a moment."
                if self.loading
                else "Nearest works and paths need no model: open a work to find them.",
            )
        return self._encoder


class _Speaker:
    """Encodes words through a seeker, which remembers them; the fingerprint is checked there."""

    name = "encoder"

    def __init__(self, seeker: Seeker, fingerprint: str) -> None:
        self.fingerprint = fingerprint
        self._seeker = seeker

    def encode_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        import numpy as np

        return np.stack([self._seeker.words(text) for text in texts])


def _unable(error: Exception) -> Refusal:
    return Refusal(
        503,
        f"The model cannot encode this: {error}",
        "A model that gives a vector.",
        "Start `topicart explore` with --device cpu.",
    )
