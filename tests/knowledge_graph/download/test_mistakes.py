from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

import knowledge_graph.download.downloading as downloading
from knowledge_graph import Artwork, Collection, CollectionError, WriteError
from knowledge_graph.download import DownloadConfig, download_pictures
from tests.knowledge_graph.download.downloads import download
from tests.knowledge_graph.picture_server import PictureServer


def test_a_collection_without_addresses_says_so(tmp_path: Path) -> None:
    works = Collection.from_artworks([Artwork("a")], source="works.csv")
    with pytest.raises(
        CollectionError, match=r"works\.csv: its works have no addresses .*--images"
    ):
        download_pictures(works, tmp_path)


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for folder in (tmp_path / "file", tmp_path / "file" / "in"):
        with pytest.raises(
            CollectionError, match=r"file.*this is a file or in one; expected a fol"
        ):
            download(folder, ("a", "http://example.org/a.jpg"))


def test_a_folder_that_cannot_be_written_is_refused(
    server: PictureServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "downloads.csv").mkdir()
    with pytest.raises(WriteError, match=r"cannot be written \(Is a directory\); expected"):
        download(tmp_path, ("a", server.shows("/a")))

    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(downloading, "fetch", full)
    with pytest.raises(WriteError, match=r"cannot be written \(No space left.*goes on where"):
        download(tmp_path / "other", ("a", server.shows("/a")))


@pytest.mark.parametrize(
    "config",
    [{"size": 0}, {"rate": 0}, {"connections": 0}, {"retries": -1}, {"contact": "a\r\nX: y"},
     {"user_agent": "naïve"}, {"proxy": "socks5://x"}, {"most_bytes": 0}, {"timeout_s": 0}],
)  # fmt: skip
def test_settings_that_cannot_be_are_refused(config: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        DownloadConfig.model_validate(config)


def test_what_is_known_about_works_is_imported_without_the_network() -> None:
    script = (
        "import sys, knowledge_graph\n"
        "assert 'knowledge_graph.download' not in sys.modules\n"
        "import knowledge_graph.download\n"
        "print([m for m in ('httpx2', 'httpcore2', 'pyarrow', 'torch') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
