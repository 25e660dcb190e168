from __future__ import annotations

import subprocess
import sys
from collections import Counter

import pytest

from knowledge_graph import FACETS, ROLES, CollectionError, recognise_columns
from knowledge_graph.facets import _NAMES, _simplified


@pytest.mark.parametrize(
    ("header", "read"),
    [
        (
            "Künstler;Titel;Datierung;Technik;Bilddatei;Gattung;Schlagwörter",
            "artist title date medium image genre subject",
        ),
        (
            "Auteur;Titre;Millésime de création;Matériaux et techniques;Fichier",
            "artist title date medium image",
        ),
        (
            "Autore;Titolo;Datazione;Tecnica;Immagine;Soggetto",
            "artist title date medium image subject",
        ),
        ("Autor;Título;Fecha;Técnica;Imagen;Estilo", "artist title date medium image style"),
        (
            "Kunstenaar;Titel;Datering;Materiaal;Afbeelding;Trefwoorden",
            "artist title date medium image subject",
        ),
        (
            "IMAGE_FILE;DESCRIPTION;AUTHOR;TITLE;TECHNIQUE;DATE;TYPE;TIMEFRAME",
            "image description artist title medium date genre period",
        ),
        (
            "_title;_creation;_artist;_country;_depicts;_genre;_material;_movement",
            "title date artist place subject genre medium style",
        ),
        (
            "objectID;artistDisplayName;objectDate;Medium;Classification;Tags",
            "id artist date medium genre subject",
        ),
        (
            "createdBy;hasStyle;hasGenre;about;madeOf;hasPeriod;locatedIn;partOf;elicits",
            "artist style genre subject medium period place series emotion",
        ),
        (
            "file_name;artists;STYLES;genres;keywords;objectid",
            "image artist style genre subject id",
        ),
    ],
)
def test_the_names_that_museums_use_are_recognised(header: str, read: str) -> None:
    names = header.split(";")
    expected = dict(zip(read.split(), names, strict=True))
    assert recognise_columns(names) == expected
    assert list(recognise_columns(names)) == [role for role in ROLES if role in expected]


def test_the_surest_of_several_names_wins_in_any_order() -> None:
    for names in (["country", "museum", "gallery"], ["gallery", "country", "museum"]):
        assert recognise_columns(names) == {"place": "gallery"}


def test_what_is_unknown_is_left_unread() -> None:
    assert recognise_columns(["dimensions", "url", "artist_birth", "rights"]) == {}


@pytest.mark.parametrize(
    "name", ["thumbnail_url", "primaryImage", "primaryImageSmall", "image_url", "iiifthumburl"]
)
def test_addresses_of_pictures_are_pictures_after_the_names_of_files(name: str) -> None:
    assert recognise_columns([name]) == {"image": name}
    assert recognise_columns([name, "filename"]) == {"image": "filename"}


def test_the_larger_picture_is_taken() -> None:
    assert recognise_columns(["primaryImageSmall", "primaryImage"]) == {"image": "primaryImage"}


def test_a_mapping_overrules_recognition() -> None:
    names = ["artist", "Painter X", "title"]
    read = recognise_columns(names, {"artist": "Painter X", "subject": "artist"})
    assert read == {"title": "title", "artist": "Painter X", "subject": "artist"}


def test_a_mapping_finds_a_column_whatever_its_case() -> None:
    assert recognise_columns(["PAINTER X"], {"artist": "painter x"}) == {"artist": "PAINTER X"}


def test_a_mapping_to_nothing_leaves_a_column_unread() -> None:
    assert recognise_columns(["artist", "title"], {"artist": ""}) == {"title": "title"}


def test_a_mapping_of_an_unknown_facet_is_refused_with_the_nearest() -> None:
    with pytest.raises(
        CollectionError, match=r"--map artis=Painter: .*no facet 'artis'.*'artist'\?"
    ):
        recognise_columns(["Painter"], {"artis": "Painter"})


def test_a_mapping_to_a_column_that_is_not_there_is_refused_with_the_nearest() -> None:
    expected = (
        r"--map artist=Paintr: the table has no column 'Paintr'.*'Painter', 'x'.*mean 'Painter'"
    )
    with pytest.raises(CollectionError, match=expected):
        recognise_columns(["Painter", "x"], {"artist": "Paintr"})


def test_no_name_stands_for_two_things() -> None:
    names = [_simplified(name) for names in _NAMES.values() for name in names.split(", ")]
    assert [name for name, n in Counter(names).items() if n > 1] == []
    assert tuple(_NAMES) == ROLES
    assert set(FACETS) < set(ROLES)


def test_the_face_is_imported_without_heavy_packages() -> None:
    script = (
        "import sys, knowledge_graph; "
        "print([m for m in ('pyarrow', 'datasets', 'numpy', 'PIL', 'torch') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
