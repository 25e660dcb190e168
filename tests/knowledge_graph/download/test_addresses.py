from __future__ import annotations

from pathlib import Path

import pytest

from knowledge_graph.download import addresses_to_ask
from knowledge_graph.sources.pictures import downloads_in
from tests.knowledge_graph.download.downloads import download
from tests.knowledge_graph.picture_server import PictureServer


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("full/full/0/default.jpg", "full/!512,512/0/default.jpg"),
        ("full/max/0/default.jpg", "full/!512,512/0/default.jpg"),
        ("full/%5Emax/0/default.jpg", "full/!512,512/0/default.jpg"),
        ("full/843,/0/default.jpg", "full/!512,512/0/default.jpg"),
        ("full/843%2C/0/default.jpg", "full/!512,512/0/default.jpg"),
        ("full/,600/0/default.jpg", "full/!512,512/0/default.jpg"),
        ("full/pct:25/0/default.jpg", "full/!512,512/0/default.jpg"),
        ("full/!200,200/0/native.jpg", "full/!512,512/0/native.jpg"),
        ("square/400,400/!90/gray.png", "square/!512,512/!90/gray.png"),
        ("10,20,300,400/full/22.5/color.tif", "10,20,300,400/!512,512/22.5/color.tif"),
        ("pct:1.5,2,50,50/full/0/default.jpg", "pct:1.5,2,50,50/!512,512/0/default.jpg"),
        ("info.json", "full/!512,512/0/default.jpg"),
        ("", "full/!512,512/0/default.jpg"),
    ],
)
def test_iiif_images_are_asked_for_at_the_size_needed(path: str, asked: str) -> None:
    base = "https://images.example.org/iiif/2/ab%2Fcd"
    assert addresses_to_ask(f"{base}/{path}".rstrip("/"), 512)[0] == f"{base}/{asked}"


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/full/of/pictures.jpg",
        "https://example.org/iiif/monet.jpg",
        "https://example.org/iiif/object/1/manifest.json",
        "https://example.org/iiif/2/object/manifest",
        "https://example.org/images/T/T01/T01234_10.jpg",
        "https://example.org/wiki/Special:FilePath/A.jpg",
    ],
)
def test_other_addresses_are_asked_as_they_are(url: str) -> None:
    assert addresses_to_ask(url, 512) == (url,)


def test_wikimedia_is_asked_for_a_width_by_https() -> None:
    url = "http://commons.wikimedia.org/wiki/Special:FilePath/%C3%89t%C3%A9%20%281%29.jpg"
    wide = "https" + url[4:] + "?width=800"
    assert addresses_to_ask(url, 800) == (wide, "https" + url[4:])
    assert addresses_to_ask(wide.replace("800", "300"), 800)[0] == wide


@pytest.mark.parametrize("status", [400, 403, 404, 501])
def test_a_server_that_cannot_scale_is_asked_for_the_original(
    server: PictureServer, tmp_path: Path, status: int
) -> None:
    server.fails("/iiif/a/full/!1024,1024/0/default.jpg", status, 99)
    url = server.shows("/iiif/a/full/full/0/default.jpg")
    info = server.at("/iiif/a/info.json")
    assert download(tmp_path, ("a", url), ("b", info)).n_downloaded == 2
    assert sorted(server.asked) == [
        "/iiif/a/full/!1024,1024/0/default.jpg",
        "/iiif/a/full/!1024,1024/0/default.jpg",
        "/iiif/a/full/full/0/default.jpg",
        "/iiif/a/full/full/0/default.jpg",
        "/iiif/a/full/max/0/default.jpg",
    ]
    assert downloads_in(tmp_path) == {url: "a.jpg", info: "b.jpg"}
