"""topicart: unsupervised multimodal topic models of art collections.

Pictures and a knowledge graph go in; named themes with their evidence come out, as a run on disk
and as a page. The names below are all that most users need; they load what they need when used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from topicart.own_packages import require_own_packages

if TYPE_CHECKING:
    from knowledge_graph import (
        ArtGraph,
        Artwork,
        Collection,
        CollectionError,
        Problem,
        TopicartError,
        WriteError,
        convert,
        describe,
        open_collection,
    )
    from knowledge_graph.download import DownloadConfig, download_pictures
    from topicart.adding import add_works
    from topicart.embedding import embed_run
    from topicart.embeddings import Embeddings
    from topicart.encoder import Encoder
    from topicart.errors import FitError, ModelError, RunError, TrainingError
    from topicart.fit import FitConfig, fit_run
    from topicart.graph_export import export_topics
    from topicart.labelling import label_run
    from topicart.labels import LabelConfig
    from topicart.make import finish_run, make_run
    from topicart.model import TopicModel, TopicModelConfig
    from topicart.newcomers import assign_works, encoder_of_run
    from topicart.report import write_site
    from topicart.run import Run
    from topicart.store import encode_to, iter_embeddings
    from topicart.summaries import FactsSummarizer, LlavaSummarizer, OpenAISummarizer
    from topicart.summarising import summarize_run
    from topicart.topics import OUTLIER, Keyword, Label, Summary, Topic, Topics
    from training import TrainConfig, finetune

__version__ = "0.1.0"

_HOME = {
    **dict.fromkeys(
        (
            "ArtGraph",
            "Artwork",
            "Collection",
            "CollectionError",
            "Problem",
            "TopicartError",
            "WriteError",
            "convert",
            "describe",
            "open_collection",
        ),
        "knowledge_graph",
    ),
    "DownloadConfig": "knowledge_graph.download",
    "download_pictures": "knowledge_graph.download",
    "add_works": "topicart.adding",
    "embed_run": "topicart.embedding",
    "Encoder": "topicart.encoder",
    "FitError": "topicart.errors",
    "ModelError": "topicart.errors",
    "RunError": "topicart.errors",
    "FitConfig": "topicart.fit",
    "fit_run": "topicart.fit",
    "LabelConfig": "topicart.labels",
    "label_run": "topicart.labelling",
    "finish_run": "topicart.make",
    "make_run": "topicart.make",
    "TopicModel": "topicart.model",
    "TopicModelConfig": "topicart.model",
    "assign_works": "topicart.newcomers",
    "encoder_of_run": "topicart.newcomers",
    "write_site": "topicart.report",
    "Run": "topicart.run",
    "encode_to": "topicart.store",
    "iter_embeddings": "topicart.store",
    "Embeddings": "topicart.embeddings",
    "FactsSummarizer": "topicart.summaries",
    "LlavaSummarizer": "topicart.summaries",
    "OpenAISummarizer": "topicart.summaries",
    "summarize_run": "topicart.summarising",
    "OUTLIER": "topicart.topics",
    "Keyword": "topicart.topics",
    "Label": "topicart.topics",
    "Summary": "topicart.topics",
    "Topic": "topicart.topics",
    "Topics": "topicart.topics",
    "export_topics": "topicart.graph_export",
    "TrainConfig": "training",
    "TrainingError": "topicart.errors",
    "finetune": "training",
}

__all__ = [
    "OUTLIER",
    "ArtGraph",
    "Artwork",
    "Collection",
    "CollectionError",
    "DownloadConfig",
    "Embeddings",
    "Encoder",
    "FactsSummarizer",
    "FitConfig",
    "FitError",
    "Keyword",
    "Label",
    "LabelConfig",
    "LlavaSummarizer",
    "ModelError",
    "OpenAISummarizer",
    "Problem",
    "Run",
    "RunError",
    "Summary",
    "Topic",
    "TopicModel",
    "TopicModelConfig",
    "TopicartError",
    "Topics",
    "TrainConfig",
    "TrainingError",
    "WriteError",
    "__version__",
    "add_works",
    "assign_works",
    "convert",
    "describe",
    "download_pictures",
    "embed_run",
    "encode_to",
    "encoder_of_run",
    "export_topics",
    "finetune",
    "finish_run",
    "fit_run",
    "iter_embeddings",
    "label_run",
    "make_run",
    "open_collection",
    "summarize_run",
    "write_site",
]

require_own_packages()


def __getattr__(name: str) -> Any:
    """Load a public name from its home when it is first used, so that the command starts fast."""
    if name not in _HOME:
        raise AttributeError(f"module 'topicart' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Name the public face, loaded or not."""
    return sorted({*globals(), *_HOME})
