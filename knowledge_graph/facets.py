"""Which facts a work has, and under which column names museums keep them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from knowledge_graph.errors import CollectionError, listed, nearest

FACETS: tuple[str, ...] = (
    "artist",
    "style",
    "genre",
    "subject",
    "medium",
    "period",
    "place",
    "series",
    "emotion",
)
"""The many-valued facts of a work. ``date`` is not among them: it is one text and one year."""

ROLES: tuple[str, ...] = ("id", "image", "title", "description", "date", *FACETS)
"""Everything that a column of a table can be read as."""

# The first spelling that a table has wins, so each list goes from the surest name to the vaguest.
# English, German, French, Italian, Spanish, Portuguese and Dutch; accents, case, punctuation and
# a plural s do not matter (see _simplified).
_NAMES: Mapping[str, str] = {
    "id": (
        "id, identifier, work id, artwork id, painting id, object id, object number, objectnummer, "
        "accession number, accession no, inventory number, inventory no, inv no, inventarnummer, "
        "inventarisnummer, numero inventaire, numero d inventaire, numero di inventario, "
        "numero de inventario, identifiant, kennung, qid, uuid"
    ),
    "image": (
        "image, image file, image file name, image path, image name, img, "
        "img path, picture, picture file, picture path, photo, file, file name, "
        "file path, path, bild, bilddatei, bildname, dateiname, datei, abbildung, "
        "fichier, fichier image, nom de fichier, immagine, nome file, imagen, archivo, imagem, "
        "arquivo, ficheiro, afbeelding, bestand, bestandsnaam, "
        # Addresses after the names of files, the larger pictures first.
        "primary image, primary image url, image url, image link, image src, img url, picture url, "
        "photo url, base image url, web image, iiif image, is shown by, bild url, "
        "url image, image web, primary image small, thumbnail, thumbnail url, thumb url, "
        "iiif thumb url, iiif url"
    ),
    "title": (
        "title, work title, artwork title, painting title, object title, name, object name, "
        "titel, werktitel, bildtitel, titre, intitule, titolo, titulo"
    ),
    "description": (
        "description, descriptive text, text, caption, label text, comment, note, abstract, "
        "beschreibung, bildbeschreibung, legende, descrizione, descripcion, descricao, "
        "beschrijving, omschrijving"
    ),
    "date": (
        "date, date text, date display, display date, object date, date created, creation date, "
        "date of creation, created, creation, inception, production date, dated, year, "
        "year created, completion year, completition year, start year, begin year, date start, "
        "object begin date, datierung, datum, jahr, entstehungsjahr, entstehungszeit, annee, "
        "date de creation, millesime de creation, datazione, data, anno, fecha, ano, "
        "jaar, datering, vervaardigingsjaar"
    ),
    "artist": (
        "artist, artist name, artist display name, artist full name, all artists, author, "
        "author name, creator, creator name, created by, painter, painter name, maker, "
        "principal maker, principal or first maker, attribution, kunstler, kunstler in, "
        "kunstlername, maler, urheber, schopfer, artiste, auteur, peintre, createur, artista, "
        "autore, pittore, autor, pintor, creador, kunstenaar, schilder, vervaardiger"
    ),
    "style": (
        "style, art style, movement, art movement, artistic movement, has style, stil, "
        "stilrichtung, kunststil, kunstrichtung, bewegung, mouvement, stile, movimento, corrente, "
        "estilo, movimiento, stijl, stroming"
    ),
    "genre": (
        "genre, has genre, type, work type, object type, classification, category, gattung, "
        "bildgattung, typ, objektart, kategorie, classe, categorie, genere, tipo, tipologia, "
        "classificazione, genero, clasificacion, categoria, soort"
    ),
    "subject": (
        "subject, subject matter, depicts, depicted, iconography, iconclass, about, tag, keyword, "
        "motif, topic, theme, schlagwort, schlagworter, stichwort, stichworter, motiv, thema, "
        "sujet, bildthema, ikonographie, ikonografie, sujet represente, mot cle, mots cles, "
        "iconographie, soggetto, soggetti, parole chiave, iconografia, tema, asunto, etiqueta, "
        "palabras clave, palavras chave, assunto, onderwerp, trefwoord, trefwoorden, "
        "subjects level3, subjects level2, subjects level1"
    ),
    "medium": (
        "medium, media, material, technique, medium and support, materials and techniques, "
        "made of, made from material, support, technik, maltechnik, technik material, "
        "material technik, materialien, materiau, materiaux, technique et materiau, "
        "materiaux et techniques, tecnica, materiale, materia e tecnica, materia, "
        "tecnica e materiali, materiaal, techniek"
    ),
    "period": (
        "period, historical period, has period, epoch, era, timeframe, century, "
        "periode, epoche, zeitraum, jahrhundert, epoque, siecle, periodo, epoca, secolo, siglo, "
        "seculo, tijdperk, eeuw"
    ),
    "place": (
        "gallery, museum, location, current location, located in, collection, repository, "
        "institution, place, city, country, standort, ort, sammlung, land, galerie, musee, lieu, "
        "localisation, lieu de conservation, pays, ville, galleria, museo, luogo, collocazione, "
        "paese, citta, ubicacion, lugar, pais, ciudad, museu, plaats, verblijfplaats"
    ),
    "series": (
        "series, serie, part of, part of series, cycle, group title, zyklus, bildserie, "
        "werkgruppe, cyclus, ciclo, reeks"
    ),
    "emotion": (
        "emotion, elicits, elicited emotion, mood, feeling, sentiment, gefuhl, stimmung, emozione, "
        "sentimento, emocion, emocao, emotie, stemming"
    ),
}  # fmt: skip


def _simplified(name: str) -> str:
    """Fold a name: ``imageFile``, ``IMAGE_FILE`` and ``Image file`` are one."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(character for character in plain if character.isalnum())


_ROLE_AND_RANK: Mapping[str, tuple[str, int]] = MappingProxyType(
    {
        _simplified(name): (role, rank)
        for role, names in _NAMES.items()
        for rank, name in enumerate(names.split(", "))
    }
)


def require_facet(name: str, argument: str) -> None:
    """Raise CollectionError unless a name is one of FACETS.

    Parameters
    ----------
    name : str
        The name.
    argument : str
        What it was given as; the error begins with it.

    Raises
    ------
    CollectionError
        It is not a facet's name; the error has the nearest ones.
    """
    if name not in FACETS:
        raise CollectionError(
            f"{argument}: there is no facet {name!r}; the facets are {', '.join(FACETS)}."
            f"{nearest(name, FACETS)}"
        )


def recognise_columns(
    names: Sequence[str], columns: Mapping[str, str] | None = None, *, where: str = "the table"
) -> dict[str, str]:
    """Say which column of a table is read as what.

    A column is recognised by its name, whatever the case, the accents, the punctuation, a plural s
    or the ``_`` before it. Where several columns could be the same thing, the surest name
    wins (``artist`` before ``maker``, ``gallery`` before ``country``) and the others are not read.

    Parameters
    ----------
    names : sequence of str
        The table's column names.
    columns : mapping of str to str, optional
        What the user says: a role (one of ROLES) to a column name, or to ``""`` for a role that is
        to be left unread although a column would be recognised.
    where : str
        What the table is called in an error.

    Returns
    -------
    dict of str to str
        Role to column name, in the order of ROLES; only roles that a column was found for.

    Raises
    ------
    CollectionError
        ``columns`` names a role that there is not, or a column that the table has not.
    """
    asked = dict(columns or {})
    by_folded = {name.casefold(): name for name in reversed(names)}
    for role, column in asked.items():
        if role not in ROLES:
            raise CollectionError(
                f"--map {role}={column}: there is no facet {role!r}; what a column can be read as "
                f"is {', '.join(ROLES)}.{nearest(role, ROLES)}"
            )
        if column and column not in names:
            if column.casefold() not in by_folded:
                raise CollectionError(
                    f"--map {role}={column}: {where} has no column {column!r}; its columns are "
                    f"{listed(names, 20)}.{nearest(column, names)}"
                )
            asked[role] = by_folded[column.casefold()]
    best: dict[str, tuple[int, str]] = {}
    for name in names:
        if name in asked.values():
            continue
        simple = _simplified(name)
        found = _ROLE_AND_RANK.get(simple) or _ROLE_AND_RANK.get(simple.removesuffix("s"))
        if found and (found[0] not in best or found[1] < best[found[0]][0]):
            best[found[0]] = (found[1], name)
    read = {role: name for role, (_, name) in best.items()} | asked
    return {role: read[role] for role in ROLES if read.get(role)}
