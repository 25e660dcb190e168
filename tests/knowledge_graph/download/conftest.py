from __future__ import annotations

from collections.abc import Iterator

import pytest

import knowledge_graph.download.downloading as downloading
from tests.knowledge_graph.download.downloads import FastClock
from tests.knowledge_graph.picture_server import PictureServer, serving


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[PictureServer]:
    monkeypatch.setattr(downloading, "Clock", FastClock)
    with serving() as here:
        yield here
