"""Embeds as one of several processes: ``python -m tests.topicart.embedding_worker PICTURES OUT``.

Which one it is stands in the environment, and in WAIT_S how long it takes for each batch.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from knowledge_graph import Collection, TopicartError
from tests.topicart.plain_encoder import plain_encoder
from tests.topicart.tiny_models import collection_of
from topicart.embedding import embed_run
from topicart.processes import Processes

WORKS = 2_600
"""In eleven shards."""


def works(pictures: Path) -> Collection:
    """Many works that share a few pictures, one of which cannot be read."""
    images = {f"w{number:05}": [f"{number % 9}.png"] for number in range(WORKS)}
    images["w00300"] = ["broken.png"]
    images["w02500"] = ["broken.png", "3.png"]
    return collection_of(pictures, images)


if __name__ == "__main__":
    folder = Path(sys.argv[2])
    processes = Processes.started()
    encoder = plain_encoder(
        wait_s=float(os.environ.get("WAIT_S", "0")),
        beginning=folder.with_name(f"begun-{processes.rank}"),
    )
    try:
        embedded = embed_run(works(Path(sys.argv[1])), folder, encoder, processes=processes)
    except TopicartError as error:
        sys.exit(f"{error}")
    print(embedded.told())
