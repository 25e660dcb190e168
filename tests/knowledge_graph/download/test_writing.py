from __future__ import annotations

import csv
import hashlib
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from knowledge_graph import open_collection
from knowledge_graph.download import DownloadConfig, DownloadReport, download_pictures
from knowledge_graph.sources.pictures import downloads_in
from tests.knowledge_graph.download.downloads import collection, download, names_in, reason_of
from tests.knowledge_graph.picture_server import PictureServer, picture


def test_pictures_are_named_by_their_works_and_listed_with_their_addresses(
    server: PictureServer, tmp_path: Path
) -> None:
    png = server.shows("/b.jpg", picture("PNG"))
    works = [("monet", server.shows("/a")), ("monet", server.shows("/a2")), ("bell", png)]
    progress: list[tuple[int, int]] = []
    report = download_pictures(
        collection(*works),
        tmp_path / "new" / "pictures",
        DownloadConfig(allow_private=True, contact="me@example.org"),
        progress=lambda done, total: progress.append((done, total)),
    )
    folder = tmp_path / "new" / "pictures"
    assert report == DownloadReport(folder, 3, 0, 3, 2 * len(picture()) + len(picture("PNG")), ())
    assert names_in(folder) == {"monet.jpg", "monet-2.jpg", "bell.png"}
    assert (folder / "bell.png").read_bytes() == picture("PNG")
    with (folder / "downloads.csv").open(newline="") as file:
        rows = {row["url"]: row for row in csv.DictReader(file)}
    assert rows[png] == {
        "id": "bell",
        "url": png,
        "file": "bell.png",
        "bytes": str(len(picture("PNG"))),
        "sha256": hashlib.sha256(picture("PNG")).hexdigest(),
        "type": "image/png",
    }
    assert downloads_in(folder)[works[1][1]] == "monet-2.jpg"
    assert progress == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert (folder / "problems.csv").read_text() == "id,file,reason\n"
    (agent,) = server.agents
    assert agent.startswith("topicart")
    assert agent.endswith("(me@example.org)")


def test_a_collection_finds_what_was_downloaded_for_it(
    server: PictureServer, tmp_path: Path
) -> None:
    urls = [server.shows(f"/{n}.jpg") for n in range(3)]
    rows = [f"{work_id},Pear,{url}" for work_id, url in zip("abc", urls, strict=True)]
    (tmp_path / "works.csv").write_text("\n".join(["id,title,image", *rows]))
    before = open_collection(tmp_path / "works.csv")
    assert (before.n_pictures, before.column("image_urls")) == (0, [[url] for url in urls])
    folder = tmp_path / "pictures"
    download_pictures(before, folder, DownloadConfig(allow_private=True))
    after = open_collection(tmp_path / "works.csv", images=folder)
    assert after.column("images") == [["a.jpg"], ["b.jpg"], ["c.jpg"]]


def test_one_address_of_two_works_is_asked_once(server: PictureServer, tmp_path: Path) -> None:
    url = server.shows("/a.jpg")
    report = download(tmp_path, ("a", url), ("b", url))
    assert (report.n_addresses, report.n_downloaded) == (1, 1)
    assert server.asked == ["/a.jpg"]


def test_a_second_run_asks_only_for_what_is_not_here(server: PictureServer, tmp_path: Path) -> None:
    works = [("a", server.shows("/a")), ("b", server.at("/b")), ("c", server.shows("/c"))]
    first = download(tmp_path, *works)
    assert (first.n_downloaded, reason_of(first)) == (2, "the server answered 404 Not Found")
    assert (tmp_path / "problems.csv").read_text() == (
        f"id,file,reason\nb,{server.at('/b')},the server answered 404 Not Found\n"
    )
    server.shows("/b")
    (tmp_path / "c.jpg").write_bytes(b"cut short by someone")
    (tmp_path / "a.jpg").touch()
    server.asked.clear()
    second = download(tmp_path, *works)
    assert (second.n_here, second.n_downloaded, second.problems) == (1, 2, ())
    assert sorted(server.asked) == ["/b", "/c"]
    assert downloads_in(tmp_path)[server.at("/c")].startswith("c~")
    assert (tmp_path / "c.jpg").read_bytes() == b"cut short by someone"


def test_files_of_others_are_not_overwritten(server: PictureServer, tmp_path: Path) -> None:
    (tmp_path / "A.JPEG").write_bytes(b"mine")
    (tmp_path / "b.jpg").symlink_to(tmp_path / "A.JPEG")
    download(tmp_path, ("a", server.shows("/a")), ("b", server.shows("/b")))
    assert (tmp_path / "A.JPEG").read_bytes() == b"mine"
    assert all(name[1] == "~" for name in downloads_in(tmp_path).values())


def test_what_a_killed_run_left_is_cleaned_and_the_rest_kept(
    server: PictureServer, tmp_path: Path
) -> None:
    works = [("a", server.shows("/a")), ("b", server.shows("/b"))]
    download(tmp_path, *works)
    manifest = tmp_path / "downloads.csv"
    whole = manifest.read_text()
    (tmp_path / ".topicart-0a1b_0_7.part").write_bytes(b"half")
    manifest.write_text(whole + f'c,{server.at("/c")},c.jpg,12,"0ab')
    server.asked.clear()
    report = download(tmp_path, *works)
    assert (report.n_here, report.n_downloaded, server.asked) == (2, 0, [])
    assert names_in(tmp_path) == {"a.jpg", "b.jpg"}
    assert manifest.read_text() == whole
    # Killed after the row was written and before the picture had its name.
    (tmp_path / "b.jpg").unlink()
    assert download(tmp_path, *works).n_downloaded == 1
    assert sorted(manifest.read_text()) == sorted(whole)


@pytest.mark.parametrize("junk", [b"", b"\xff\xfe\0", b"url,file\n", b'id,url\n"', b"x" * 200_000])
def test_a_manifest_that_is_none_is_made_anew(
    server: PictureServer, tmp_path: Path, junk: bytes
) -> None:
    (tmp_path / "downloads.csv").write_bytes(junk)
    assert download(tmp_path, ("a", server.shows("/a"))).n_downloaded == 1
    assert downloads_in(tmp_path) == {server.at("/a"): "a.jpg"}


def test_a_manifest_cannot_lead_out_of_the_folder(server: PictureServer, tmp_path: Path) -> None:
    (tmp_path / "x.jpg").write_bytes(b"12")
    url = server.shows("/a")
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "downloads.csv").write_text(
        f"id,url,file,bytes,sha256,type\na,{url},../x.jpg,2,0,image/jpeg\n"
    )
    assert download(folder, ("a", url)).n_downloaded == 1
    assert (tmp_path / "x.jpg").read_bytes() == b"12"


def test_ctrl_c_leaves_what_can_be_gone_on_with(server: PictureServer, tmp_path: Path) -> None:
    works = [(f"w{n}", server.shows(f"/{n}")) for n in range(30)]

    def interrupt(done: int, total: int) -> None:
        if done == 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download_pictures(
            collection(*works),
            tmp_path,
            DownloadConfig(allow_private=True, rate=1000.0),
            progress=interrupt,
        )
    assert len(names_in(tmp_path)) == 10
    assert len(downloads_in(tmp_path)) == 10
    assert not [thread for thread in threading.enumerate() if "(work)" in thread.name]
    report = download(tmp_path, *works)
    assert (report.n_here, report.n_downloaded) == (10, 20)


def test_a_process_that_is_killed_loses_only_what_is_in_flight(
    server: PictureServer, tmp_path: Path
) -> None:
    works = [(f"w{n}", server.shows(f"/{n}")) for n in range(12)]
    hang = threading.Event()
    server.on("/7", lambda *_: hang.wait(20) and None)
    script = (
        "from knowledge_graph import *; from knowledge_graph.download import *\n"
        f"works = [Artwork(w, image_urls=(u,)) for w, u in {works!r}]\n"
        f"download_pictures(Collection.from_artworks(works), {str(tmp_path)!r},"
        " DownloadConfig(allow_private=True, rate=1000, connections=1))"
    )
    process = subprocess.Popen([sys.executable, "-c", script])
    for _ in range(1500):
        if len(list(tmp_path.glob("*.jpg"))) == 9:  # By id, /7 is the tenth.
            break
        time.sleep(0.01)
    process.kill()
    process.wait()
    hang.set()
    server.shows("/7")
    report = download(tmp_path, *works)
    assert (report.n_here, report.n_downloaded) == (9, 3)
    assert names_in(tmp_path) == {f"w{n}.jpg" for n in range(12)}
