"""Captions mixed into the vectors of pictures: late fusion, as a fit with ``text_weight`` asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from prompts import caption
from topicart.embeddings import Embeddings, fuse_texts

if TYPE_CHECKING:
    from knowledge_graph import Collection
    from topicart.encoder import Encoder

__all__ = ["fuse_captions"]


def fuse_captions(
    pictures: Embeddings, collection: Collection, encoder: Encoder, weight: float
) -> Embeddings:
    """Mix the captions of works into the vectors of their pictures.

    Parameters
    ----------
    pictures
        Vectors of the works that have a readable picture.
    collection
        The works.
    encoder
        The model of the pictures.
    weight
        Share of the caption, from 0 (pictures alone) to 1.

    Returns
    -------
    Embeddings
        Of the works that have words or a picture, in the collection's order; one without words
        keeps its picture's vector.
    """
    if weight == 0.0:
        return pictures
    told = {work.id: words for work in collection if (words := caption(work))}
    captions = Embeddings(tuple(told), encoder.encode_texts(list(told.values())))
    ids = [work_id for work_id in collection.ids if work_id in told or work_id in pictures]
    texts = np.empty((len(ids), encoder.dim), dtype=np.float32)
    for row, work_id in enumerate(ids):
        own = captions if work_id in told else pictures
        texts[row] = own.vectors[own.rows([work_id])[0]]
    return fuse_texts(pictures, ids, texts, weight)
