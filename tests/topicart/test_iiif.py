"""The themes as IIIF, judged by IIIF's own models."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import iiif_prezi3
import pytest
from PIL import Image

from knowledge_graph import Artwork
from tests.topicart.report_runs import HOSTILE, harbour, paint, write_run
from topicart.errors import RunError
from topicart.report import iiif_pictures, write_site
from topicart.report.iiif import write_iiif
from topicart.run import Run
from topicart.topics import Summary

BASE = "https://museum.example/exhibition/"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    made = harbour(tmp_path_factory.mktemp("harbour"))
    write_site(made)
    return made


@pytest.fixture(scope="module")
def written(run: Run) -> Path:
    return write_iiif(run, run.folder / "site" / "iiif", base=BASE)


def _manifests(collection: Path) -> Iterator[dict[str, Any]]:
    for item in json.loads(collection.read_text())["items"]:
        yield json.loads((collection.parent / item["id"].rsplit("/", 1)[1]).read_text())


def _every_id(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "id" in value:
            yield value["id"]
        for inner in value.values():
            yield from _every_id(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _every_id(inner)


def _body(canvas: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = canvas["items"][0]["items"][0]["body"]
    return body


def test_it_is_valid_iiif(written: Path) -> None:
    iiif_prezi3.Collection.model_validate_json(written.read_text())
    for manifest in _manifests(written):
        iiif_prezi3.Manifest.model_validate(manifest)


def test_each_theme_is_a_manifest_and_each_work_a_canvas(written: Path) -> None:
    collection = json.loads(written.read_text())
    assert collection["id"] == f"{BASE}iiif/collection.json"
    assert collection["label"] == {"none": ["Harbour works"]}
    assert [item["label"]["none"] for item in collection["items"]] == [
        ["marina, Realism"], ["portrait"], ["In no theme"],
    ]  # fmt: skip
    marina, portrait, outside = _manifests(written)
    assert [canvas["label"]["none"] for canvas in marina["items"]] == [
        [f"Ships {number}"] for number in range(6)
    ]
    assert (len(portrait["items"]), len(outside["items"])) == (3, 2)
    assert marina["homepage"][0]["id"] == f"{BASE}theme-0.html"
    assert outside["homepage"][0]["id"] == f"{BASE}outside.html"
    assert marina["seeAlso"][0]["id"] == f"{BASE}topics.ttl"
    # A work without a name of its own goes by its id.
    assert outside["items"][0]["label"] == {"none": ["c0"]}


def test_every_address_within_the_site_is_there(written: Path, run: Run) -> None:
    documents = [json.loads(written.read_text()), *_manifests(written)]
    ids = {name.split("#")[0] for document in documents for name in _every_id(document)}
    for name in ids:
        assert name.startswith(BASE)
        path = name.removeprefix(BASE)
        if "/canvas/" not in path:
            assert (run.page.parent / path).is_file(), path


def test_no_two_resources_share_an_address(written: Path) -> None:
    for manifest in _manifests(written):
        own = [
            name
            for canvas in manifest["items"]
            for name in _every_id({"items": canvas["items"], "id": canvas["id"]})
        ]
        assert len(own) == len(set(own))


def test_a_name_shows_its_evidence(written: Path) -> None:
    marina = next(_manifests(written))
    told = {pair["label"]["en"][0]: pair["value"]["en"][0] for pair in marina["metadata"]}
    assert told["Works"] == "6"
    assert told["Genre"].startswith("marina (")
    assert "of its works" in told["Genre"]
    assert "Iconclass 25H23" in told["Genre"]


def test_canvases_have_the_true_proportions(written: Path) -> None:
    marina = next(_manifests(written))
    assert [(canvas["width"], canvas["height"]) for canvas in marina["items"][:2]] == [
        (90, 60), (40, 60),
    ]  # fmt: skip
    facts = {pair["label"]["en"][0]: pair["value"] for pair in marina["items"][0]["metadata"]}
    assert facts["Artist"] == {"none": ["Bell Ada"]}
    assert facts["Date"] == {"none": ["1871"]}


def _one(folder: Path, **more: Any) -> Run:
    picture = Image.new("RGB", (300, 200), "teal")
    exif = Image.Exif()
    exif[0x0112] = 6
    (folder / "pictures").mkdir()
    picture.save(folder / "pictures" / "a.jpg", exif=exif)
    run = write_run(folder, [Artwork(id="a", title="A", images=("a.jpg",), **more)], [0])
    write_site(run)
    return run


def test_the_works_own_address_is_used_where_there_is_one(tmp_path: Path) -> None:
    addresses = ("javascript:alert(1)", "https://museum.example/ä b.jpg", "https://a.org/ö.jpg?x=1")
    run = _one(tmp_path, image_urls=addresses, iri="http://www.wikidata.org/entity/Q1")
    (manifest,) = _manifests(write_iiif(run, tmp_path / "iiif", base=BASE))
    (canvas,) = manifest["items"]
    iiif_prezi3.Manifest.model_validate(manifest)
    assert _body(canvas) == {
        "id": "https://a.org/%C3%B6.jpg?x=1", "type": "Image", "format": "image/jpeg",
    }  # fmt: skip
    assert canvas["seeAlso"] == [{"id": "http://www.wikidata.org/entity/Q1", "type": "Dataset"}]
    # The camera lay on its side.
    assert (canvas["width"], canvas["height"]) == (200, 300)
    assert canvas["thumbnail"][0]["id"].startswith(BASE)


def test_beyond_a_size_no_copies_are_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(iiif_pictures, "MOST_COPIES", 0)
    run = harbour(tmp_path)
    write_site(run)
    collection = write_iiif(run, tmp_path / "iiif", base=BASE)
    assert not (tmp_path / "iiif" / "pictures").exists()
    for manifest in _manifests(collection):
        for canvas in manifest["items"]:
            assert _body(canvas)["id"].startswith((BASE + "pictures/", BASE + "iiif/small/"))


def test_a_work_without_a_picture_has_an_empty_canvas(tmp_path: Path) -> None:
    run = write_run(tmp_path, [Artwork(id="a"), Artwork(id="b", images=("b.png",))], [0, 0])
    paint(tmp_path / "elsewhere.png")
    (tmp_path / "pictures" / "b.png").symlink_to(tmp_path / "elsewhere.png")
    write_site(run)
    (manifest,) = _manifests(write_iiif(run, tmp_path / "iiif", base=BASE))
    iiif_prezi3.Manifest.model_validate(manifest)
    for canvas in manifest["items"]:
        assert "items" not in canvas
        assert (canvas["width"], canvas["height"]) == (1000, 1000)


def test_no_text_is_html(tmp_path: Path) -> None:
    works = [
        Artwork(id=f"{number}", title=title, iri=title, image_urls=(title,),
                facets={"artist": (title,)})
        for number, title in enumerate(HOSTILE)
    ]  # fmt: skip
    run = write_run(
        tmp_path,
        sorted(works, key=lambda work: work.id),
        [0] * len(works),
        names={0: HOSTILE[0]},
        summaries={0: Summary("<b>x</b>", engine="openai", model="<i>m</i>")},
    )
    write_site(run)
    collection = write_iiif(run, tmp_path / "iiif", base=BASE)
    (manifest,) = _manifests(collection)
    iiif_prezi3.Manifest.model_validate(manifest)

    def texts(value: Any) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict | list):
            for inner in value.values() if isinstance(value, dict) else value:
                yield from texts(inner)

    for text in [*texts(manifest), *texts(json.loads(collection.read_text()))]:
        assert not text.startswith("<")
        assert len(text) <= 1001
    for name in _every_id(manifest):
        assert urlsplit(name).scheme == "https"


def test_a_second_writing_leaves_nothing_of_the_first(tmp_path: Path) -> None:
    run = harbour(tmp_path)
    write_site(run)
    folder = tmp_path / "iiif"
    write_iiif(run, folder)
    (folder / "theme-99.json").write_text("{}")
    collection = json.loads(write_iiif(run, folder, base=BASE).read_text())
    assert collection["id"].startswith(BASE)
    assert not (folder / "theme-99.json").exists()
    assert "localhost" not in "".join(path.read_text() for path in folder.glob("*.json"))


@pytest.mark.parametrize(
    "base",
    ["museum", "ftp://a.org/", "javascript:alert(1)", "https://a.org/?q=1", "https://a.org/#x",
     "http://[::1", "https://a.org/a b", "", 'https://a.org/"'],
)  # fmt: skip
def test_a_base_that_is_no_address_is_refused(run: Run, tmp_path: Path, base: str) -> None:
    with pytest.raises(RunError, match="is no address that a site could have"):
        write_iiif(run, tmp_path / "iiif", base=base)
    assert not (tmp_path / "iiif").exists()


def test_a_base_needs_no_slash(run: Run, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    collection = write_iiif(
        run, tmp_path / "iiif", base=BASE[:-1], progress=lambda *now: told.append(now)
    )
    assert json.loads(collection.read_text())["id"] == f"{BASE}iiif/collection.json"
    assert told[-1] == (11, 11)
