"""The same three works in every kind of source that topicart reads, called as the README does."""

from __future__ import annotations

import json
from pathlib import Path

WORKS = [
    # file, title, artist, style, genre, subjects, medium, date
    (
        "bell_harbour.jpg",
        "The Harbour",
        "Ada Bell",
        "Realism",
        "marina",
        ["sea", "ships"],
        "oil on canvas",
        "1871",
    ),
    (
        "corr_pears.jpg",
        "Pears",
        "Pia da Corr",
        "Cubism",
        "still life",
        ["fruit"],
        "pastel",
        "c. 1912",
    ),
    (
        "dahl_valley.jpg",
        "The Valley",
        "Ole Dahl",
        "Romanticism",
        "landscape",
        ["mountains"],
        "oil on canvas",
        "1820-25",
    ),
]
FACETS = ("artist", "style", "genre", "subject", "medium")
WD = "http://www.wikidata.org/"
SCHEMA = "https://www.gennarovessio.com/artgraph-schema#"
RESOURCE = "https://www.gennarovessio.com/artgraph-resources#"
CRM = "http://www.cidoc-crm.org/cidoc-crm/"
TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"


def write_every_source(folder: Path) -> None:
    """Write them all into ``folder``, and their pictures into ``folder/scans``."""
    _pictures(folder / "scans")
    _table(folder / "works.csv")
    _artgraph_turtle(folder / "artgraph-facts.ttl")
    _artgraph_tree(folder / "artgraph2bestemotions")
    _artgraph_json(folder / "artgraph-json")
    _wikidata(folder / "wikidata.nt")
    _query(folder / "query.csv")
    _linked_art(folder / "linked-art")
    _arco(folder / "arco.nt")
    _own_rdf(folder / "graph.ttl", folder / "mine.rq")
    _semart(folder / "SemArt")
    _dataset(folder / "saved-dataset")


def facts_of(row: int) -> dict[str, list[str]]:
    """Give the facets of a work."""
    _, _, artist, style, genre, subjects, medium, _ = WORKS[row]
    return {"artist": [artist], "style": [style], "genre": [genre], "subject": subjects,
            "medium": [medium]}  # fmt: skip


def _pictures(folder: Path) -> None:
    from PIL import Image

    folder.mkdir()
    for hue, work in enumerate(WORKS):
        picture = Image.new("HSV", (64, 48), (70 * hue, 160, 200)).convert("RGB")
        picture.save(folder / work[0], quality=90)


def _table(path: Path) -> None:
    lines = ["image;title;artist;style;genre;subject;medium;date"]
    lines += [";".join([*work[:5], "|".join(work[5]), *work[6:]]) for work in WORKS]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _nodes() -> dict[tuple[str, str], int]:
    """Number every value of every facet."""
    nodes: dict[tuple[str, str], int] = {}
    for row in range(len(WORKS)):
        for facet, values in facts_of(row).items():
            for value in values:
                nodes.setdefault((facet, value), 100 + len(nodes))
    return nodes


_RELATIONS = {"artist": ("createdBy", "Artist"), "style": ("hasStyle", "Style"),
              "genre": ("hasGenre", "Genre"), "subject": ("about", "Tag"),
              "medium": ("madeOf", "Media")}  # fmt: skip


def _artgraph_turtle(path: Path) -> None:
    nodes = _nodes()
    lines = [f"@prefix artgraph: <{SCHEMA}> .", f"@prefix artgraph-res: <{RESOURCE}> ."]
    for row, work in enumerate(WORKS):
        facts = [f'artgraph:name "{work[0]}"', f'artgraph:title "{work[1]}"',
                 f'artgraph:date "{work[7]}"']  # fmt: skip
        facts += [
            f"artgraph:{_RELATIONS[facet][0]} artgraph-res:{nodes[facet, value]}"
            for facet, values in facts_of(row).items()
            for value in values
        ]
        lines.append(f"artgraph-res:{row} a artgraph:Artwork ; {' ; '.join(facts)} .")
    for (facet, value), number in nodes.items():
        kind = _RELATIONS[facet][1]
        lines.append(f'artgraph-res:{number} a artgraph:{kind} ; artgraph:name "{value}" .')
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _artgraph_tree(folder: Path) -> None:
    (folder / "mapping").mkdir(parents=True)

    def names(kind: str, values: list[str]) -> None:
        text = "".join(f"{number},{value}\n" for number, value in enumerate(values))
        (folder / "mapping" / f"{kind}_entidx2name.csv").write_text(text, encoding="utf-8")

    names("artwork", [work[0] for work in WORKS])
    for facet, (relation, kind) in _RELATIONS.items():
        values = [value for of, value in _nodes() if of == facet]
        names(kind.lower(), values)
        place = f"artwork___{relation.lower()}___{kind.lower()}"
        (folder / "raw" / "relations" / place).mkdir(parents=True)
        edges = "".join(
            f"{row},{values.index(value)}\n"
            for row in range(len(WORKS))
            for value in facts_of(row)[facet]
        )
        (folder / "raw" / "relations" / place / "edge.csv").write_text(edges, encoding="utf-8")


def _artgraph_json(folder: Path) -> None:
    folder.mkdir()
    nodes = _nodes()
    keys = {"artist": "artist", "style": "style", "genre": "genre", "subject": "tag",
            "medium": "media"}  # fmt: skip
    for row, split in enumerate(("train", "val", "test")):
        facts = {
            keys[facet]: [str(nodes[facet, value]) for value in values]
            for facet, values in facts_of(row).items()
        }
        content = {"relationships": {str(row): facts}, "artwork": {str(row): WORKS[row][0]}}
        for (facet, value), number in nodes.items():
            content.setdefault(keys[facet], {})[str(number)] = value
        (folder / f"{split}.json").write_text(json.dumps(content), encoding="utf-8")


_PROPERTIES = {"artist": "P170", "style": "P135", "genre": "P136", "subject": "P180",
               "medium": "P186"}  # fmt: skip


def _wikidata(path: Path) -> None:
    nodes = _nodes()
    lines = []
    for row, work in enumerate(WORKS):
        item = f"<{WD}entity/Q{row}>"
        lines += [
            f"{item} <{WD}prop/direct/P31> <{WD}entity/Q3305213> .",
            f'{item} {LABEL} "{work[1]}"@en .',
            f'{item} <{WD}prop/direct/P571> "{work[7]}" .',
            f"{item} <{WD}prop/direct/P18> "
            f"<http://commons.wikimedia.org/wiki/Special:FilePath/{work[0]}> .",
        ]
        lines += [
            f"{item} <{WD}prop/direct/{_PROPERTIES[facet]}> <{WD}entity/Q{nodes[facet, value]}> ."
            for facet, values in facts_of(row).items()
            for value in values
        ]
    lines += [
        f'<{WD}entity/Q{number}> {LABEL} "{value}"@en .' for (_, value), number in nodes.items()
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _query(path: Path) -> None:
    nodes = _nodes()
    lines = ["item,itemLabel,creator,creatorLabel,movementLabel,genreLabel,depictsLabel,"
             "materialLabel,inception"]  # fmt: skip
    for row, work in enumerate(WORKS):
        lines += [
            f"{WD}entity/Q{row},{work[1]},{WD}entity/Q{nodes['artist', work[2]]},{work[2]},"
            f"{work[3]},{work[4]},{subject},{work[6]},{work[7]}"
            for subject in work[5]
        ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _linked_art(folder: Path) -> None:
    folder.mkdir()
    for row, work in enumerate(WORKS):
        (_, title, artist, _, genre, subjects, medium, date) = work

        def node(kind: str, label: str) -> dict[str, str]:
            name = label.replace(" ", "-")
            return {"id": f"https://museum.org/{kind}/{name}", "type": kind, "_label": label}

        record = {
            "@context": "https://linked.art/ns/v1/linked-art.json",
            "id": f"https://museum.org/object/{row}",
            "type": "HumanMadeObject",
            "_label": title,
            "classified_as": [node("Type", genre)],
            "made_of": [node("Material", medium)],
            "produced_by": {
                "type": "Production",
                "carried_out_by": [node("Person", artist)],
                "timespan": {"type": "TimeSpan", "_label": date},
            },
            "shows": [
                {
                    "id": f"https://museum.org/visual/{row}",
                    "type": "VisualItem",
                    "represents_instance_of_type": [node("Type", subject) for subject in subjects],
                    "about": [node("Type", subject) for subject in subjects],
                }
            ],
        }
        (folder / f"{row}.json").write_text(json.dumps(record), encoding="utf-8")


def _arco(path: Path) -> None:
    arco = "https://w3id.org/arco/"
    dc = "http://purl.org/dc/elements/1.1/"
    lines = []
    for row, work in enumerate(WORKS):
        item = f"<{arco}resource/HistoricOrArtisticProperty/{row}>"
        lines.append(f"{item} {TYPE} <{arco}ontology/arco/HistoricOrArtisticProperty> .")
        author = f"<{arco}resource/Agent/{row}>"
        lines.append(f"{item} <{arco}ontology/context-description/hasAuthor> {author} .")
        lines.append(f'{author} {LABEL} "{work[2]}"@it .')
        lines.append(f'{item} {LABEL} "{work[1]}"@it .')
        lines += [f'{item} <{dc}subject> "{subject}" .' for subject in work[5]]
        lines.append(f'{item} <{dc}date> "{work[7]}" .')
        lines.append(f'{item} <{dc}type> "{work[4]}" .')
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _own_rdf(path: Path, query: Path) -> None:
    lines = ["@prefix my: <https://archive.example/> ."]
    for row, work in enumerate(WORKS):
        lines.append(
            f'my:{row} my:called "{work[1]}" ; my:by my:painter{row} ; my:in "{work[7]}" ; '
            f'my:kind "{work[4]}" .\n'
            f'my:painter{row} <http://xmlns.com/foaf/0.1/name> "{work[2]}" ; {LABEL} "{work[2]}" .'
        )
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    query.write_text(
        "PREFIX my: <https://archive.example/>\n"
        "SELECT ?work ?title ?artist ?date ?genre WHERE {\n"
        "  ?work my:called ?title ; my:by ?artist ; my:in ?date ; my:kind ?genre\n}\n",
        encoding="utf-8",
    )


def _semart(folder: Path) -> None:
    folder.mkdir()
    names = ("IMAGE_FILE", "DESCRIPTION", "AUTHOR", "TITLE", "TECHNIQUE", "DATE", "TYPE", "SCHOOL",
             "TIMEFRAME")  # fmt: skip
    for work, split in zip(WORKS, ("train", "val", "test"), strict=True):
        row = (work[0], f"A painting of {work[5][0]}.", work[2], work[1], f"{work[6]}, 73 x 92 cm",
               work[7], work[4], work[3], "1851-1900")  # fmt: skip
        text = "\t".join(names) + "\n" + "\t".join(row) + "\n"
        (folder / f"semart_{split}.csv").write_text(text, encoding="cp1252")


def _dataset(folder: Path) -> None:
    import datasets

    kinds = {
        facet: sorted({facts_of(row)[facet][0] for row in range(len(WORKS))})
        for facet in ("artist", "style", "genre")
    }
    features = datasets.Features(
        {"file": datasets.Value("string"), "title": datasets.Value("string"),
         **{facet: datasets.ClassLabel(names=names) for facet, names in kinds.items()}}
    )  # fmt: skip
    rows = {
        "file": [work[0] for work in WORKS],
        "title": [work[1] for work in WORKS],
        **{
            facet: [names.index(facts_of(row)[facet][0]) for row in range(len(WORKS))]
            for facet, names in kinds.items()
        },
    }
    datasets.Dataset.from_dict(rows, features=features).save_to_disk(folder)
