"""The artists of the gallery, every one invented: palette, hand, years, places.

A hand is the set of manners an artist works in and how: brush size, relief of the paint,
contrast. Two artists of one manner are told apart by their palettes and their hands.
"""

# ruff: noqa: E501 - the tables below read better with one entry to a line

from __future__ import annotations

from dataclasses import dataclass

from .colour import Colour, rgb


@dataclass(frozen=True)
class Manner:
    """A way of painting: the style names it goes by and the media it is done in."""

    name: str
    styles: tuple[str, ...]
    media: tuple[str, ...]


MANNERS: dict[str, Manner] = {
    m.name: m
    for m in (
        Manner("impasto", ("Post-Impressionism", "Impressionism"), ("oil; canvas", "oil; panel")),
        Manner("points", ("Pointillism", "Divisionism"), ("oil; canvas",)),
        Manner("facets", ("Cubism", "Cubo-Futurism"), ("oil; canvas", "gouache; board")),
        Manner("outline", ("Cloisonnism", "Art Nouveau (Modern)"), ("tempera; canvas", "lithography; paper")),
        Manner("chiaroscuro", ("Baroque", "Tenebrism"), ("oil; canvas", "oil; copper")),
        Manner("wash", ("Romanticism", "Ink and wash painting"), ("watercolor; paper", "ink; silk")),
        Manner("hatching", ("Northern Renaissance", "Mannerism (Late Renaissance)"), ("etching; paper", "pen; ink; paper", "engraving; paper")),
        Manner("fauve", ("Fauvism", "Expressionism"), ("oil; canvas", "oil; cardboard")),
        Manner("glaze", ("Realism", "Academicism"), ("oil; canvas", "oil; panel")),
        Manner("gilded", ("Byzantine", "Early Renaissance"), ("tempera; panel; gold leaf",)),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Artist:
    """An invented artist.

    ``manners`` come with the share of the works in each; ``palette`` are the pigments,
    ``ground`` the colour that shows through; ``brush`` scales the strokes, ``relief`` the
    body of the paint, ``contrast`` the tones; ``periods`` name spans of the career.
    """

    name: str
    years: tuple[int, int]
    manners: tuple[tuple[str, float], ...]
    palette: tuple[Colour, ...]
    ground: Colour
    shadow: Colour
    light: Colour
    brush: float
    relief: float
    contrast: float
    chroma: float
    places: tuple[str, ...]
    periods: tuple[tuple[str, int, int], ...]


def _artist(
    name: str,
    years: tuple[int, int],
    manners: str,
    palette: str,
    tints: str,
    hand: tuple[float, float, float, float],
    places: str,
    periods: str,
) -> Artist:
    """``manners`` reads ``"impasto 3, glaze 1"``; ``tints`` are ground, shadow and light."""
    parts = [part.split() for part in manners.split(",")]
    total = sum(float(share) for _, share in parts)
    ground, shadow, light = (rgb(t) for t in tints.split())
    names = [p.strip() for p in periods.split(",")]
    start, end = years
    cuts = [start + (end - start) * k // len(names) for k in range(len(names))] + [end + 1]
    brush, relief, contrast, chroma = hand
    return Artist(
        name=name,
        years=years,
        manners=tuple((m, float(share) / total) for m, share in parts),
        palette=tuple(rgb(c) for c in palette.split()),
        ground=ground,
        shadow=shadow,
        light=light,
        brush=brush,
        relief=relief,
        contrast=contrast,
        chroma=chroma,
        places=tuple(p.strip() for p in places.split(",")),
        periods=tuple((n, cuts[k], cuts[k + 1] - 1) for k, n in enumerate(names)),
    )


# Hands: brush size, relief, contrast, chroma.
ARTISTS: tuple[Artist, ...] = (
    _artist("Odile Marchand-Vey", (1878, 1912), "impasto 4, fauve 1",
            "#2f5d9e #e6b23c #7fa650 #d9d3b0 #3a3f6b #c8643c", "#c9a877 #27306b #ffe7a0", (1.1, 1.3, 1.08, 1.15),
            "Arvenne, Port-Lucet", "Arvenne years, Port-Lucet years, Late works"),
    _artist("Teun van Hoogveld", (1624, 1668), "chiaroscuro 4, glaze 1",
            "#5a3a22 #8a5a2c #c9a05a #2e3a34 #7a2f22 #e6d3a8", "#3a2818 #22160e #f2cf8c", (0.9, 0.5, 1.2, 0.9),
            "Hoogveld, Amsmeer", "Early works, Amsmeer period"),
    _artist("Ilario Fontanesi", (1598, 1641), "chiaroscuro 1",
            "#3d1f1a #7e2b22 #b8763c #e8cf9e #1e1c20 #4f4a34", "#2a1a14 #120c0c #ffd9a0", (1.0, 0.6, 1.35, 1.0),
            "Monteverro, Castel Sàuro", "Monteverro period, Castel Sàuro period"),
    _artist("Anneliese Korbach", (1905, 1938), "fauve 4, outline 1",
            "#d8352a #1f5fa8 #f2c02e #2f8a4a #7a2f8a #f08a3c", "#efe2c4 #2a1f5c #ffe070", (1.35, 0.8, 1.15, 1.45),
            "Werrstadt, Halde", "Werrstadt period, Halde period"),
    _artist("Kenji Morisawa", (1801, 1852), "outline 1",
            "#1f3f6b #c94f3a #e8d9b0 #5f8a7a #d99a5a #33363f", "#f0e4c6 #1c2a4a #f7ecd0", (0.9, 0.2, 1.0, 0.95),
            "Edogawa, Hamanishi", "Hamanishi series, Late works"),
    _artist("Solveig Aasen", (1888, 1931), "wash 2, glaze 1",
            "#5f7f93 #a9bcc4 #3f5566 #c9c3b3 #7f8f74 #d9b59a", "#f0ede4 #34465c #f2ead6", (1.0, 0.3, 0.95, 0.75),
            "Fjellvik, Nordhamn", "Fjellvik years, Nordhamn years"),
    _artist("Bao Wenlin", (1642, 1707), "wash 1",
            "#3a3a38 #6f6a60 #a89f8c #7a4a34 #4f5f57 #d9cfb8", "#efe4c9 #26282a #f3e8cc", (1.2, 0.2, 1.05, 0.4),
            "Qinghu, Mount Yuntai", "Qinghu period, Yuntai retreat"),
    _artist("Mateo Ibarrola", (1909, 1954), "facets 1",
            "#8a7a5c #5f6a6a #b89a6a #3a3f45 #a65a3a #d6cba8", "#b3a688 #23272c #e9dcb4", (1.0, 0.4, 1.15, 0.7),
            "Zumarra, Puerto Nuevo", "Analytical years, Ochre period, Late works"),
    _artist("Ludmila Strakova", (1911, 1958), "facets 3, fauve 1",
            "#c93f4a #2f6fae #f0b53c #4a9a8a #5a3f7a #f0e0c4", "#e6d8c0 #23264f #ffe9b0", (1.3, 0.4, 1.1, 1.3),
            "Brezov, Karlin", "Brezov years, Karlin years"),
    _artist("Étienne Delarive", (1882, 1909), "points 1",
            "#4f7fc0 #e8b84a #7fae5a #d97a5a #8a6fb0 #f2e3b0", "#f2e8cc #3a4a9a #fff0b0", (1.0, 0.4, 0.98, 1.25),
            "Saint-Orme, Honfleaux", "Saint-Orme summers, Honfleaux harbour"),
    _artist("Giacinta Brunello", (1890, 1924), "points 3, impasto 1",
            "#c65a7a #6f5fb0 #e9a06a #4f8a9a #b9c46a #f0d2c0", "#e9d8cc #3f2f6b #ffd9b8", (1.4, 0.7, 1.02, 1.2),
            "Valbruna, Lago Scuro", "Valbruna period, Lago Scuro period"),
    _artist("Albrecht Steinmetz", (1498, 1541), "hatching 1",
            "#3a2a1e #6b4f34 #a8875a #d9c49a #54524a #8a3f2a", "#ead9b4 #2a1d14 #f4e8c8", (0.9, 0.1, 1.1, 0.5),
            "Rabenfels, Nürnbruck", "Journeyman years, Rabenfels workshop"),
    _artist("Cornelis de Raet", (1571, 1609), "hatching 2, glaze 1",
            "#2f3a4a #5a6f86 #a8b0a8 #d6d2bc #7a6a4a #99503a", "#e6e2d2 #1f2836 #eff0e2", (1.25, 0.1, 1.05, 0.65),
            "Leyenburg, Amsmeer", "Leyenburg period, Amsmeer period"),
    _artist("Theodora of Melnik", (1382, 1421), "gilded 1",
            "#8a2f26 #2f4a7a #c79a3a #4f6a4a #e9d6b0 #5a3a2c", "#d9a93f #3a2016 #f6dc90", (0.9, 0.2, 1.05, 1.1),
            "Melnik, Ochrida", "Monastery years, Ochrida commission"),
    _artist("Piero di Valmora", (1431, 1479), "gilded 3, glaze 1",
            "#b5433a #3f6fae #d9b96a #7a9a6a #efdcc4 #6a4a3a", "#e2b85a #3a2a2f #fbe8b8", (1.1, 0.2, 0.98, 1.0),
            "Valmora, Sansevero", "Valmora workshop, Sansevero altar years"),
    _artist("Harriet Ashcombe", (1841, 1889), "glaze 3, wash 1",
            "#4f6a3f #8aa06a #b9a77a #6f8fb0 #8a5a3f #e6dcc0", "#8a7350 #2f3a34 #fbeec4", (0.9, 0.3, 1.0, 0.95),
            "Wexcombe, Lower Tarn", "Wexcombe years, Tarn sketches"),
    _artist("Nikolai Veretin", (1866, 1913), "glaze 3, impasto 1",
            "#3f4f5a #8a4f3a #c9a87a #6a6f4f #a9b4ba #4a2f2f", "#6f5a48 #2a2530 #f6dfb8", (1.1, 0.6, 1.1, 0.9),
            "Staroye Selo, Verkhny Bor", "Academy years, Staroye Selo period"),
    _artist("Amara Okonjo-Reyes", (1948, 1991), "fauve 2, outline 1",
            "#e0562a #137a6f #f4b72f #8a1f4a #2a3f8f #f2e0b4", "#d9a05a #30103a #ffdf80", (1.15, 0.7, 1.12, 1.5),
            "Port Amara, San Telmo Bay", "Coast paintings, Red period, Late works"),
    _artist("Rosalind Fairweather", (1892, 1927), "outline 3, wash 1",
            "#7a9a6f #d9a87a #a85a4a #e9dcb4 #4f6f7f #c9b45a", "#f2e6c8 #3f3a4f #fdf0c8", (1.15, 0.2, 0.98, 0.9),
            "Thornleigh, Maple Ford", "Poster years, Thornleigh panels"),
    _artist("Vittor Salò", (1924, 1969), "impasto 3, facets 1",
            "#3a2f2a #9a3f24 #d98a2f #5f5f58 #c9b89a #1f3a3f", "#5a4030 #1a1414 #ffd080", (1.7, 1.8, 1.2, 1.05),
            "Trastaverna, Isola Lunga", "Grey years, Isola Lunga period"),
    _artist("Yasmin al-Farouqi", (1935, 1983), "gilded 1, outline 1, points 1",
            "#1f6f8a #d9a33a #b3402f #2f8a6f #f0e0bc #4a2f6a", "#e6c070 #14304a #ffe9a8", (1.1, 0.4, 1.05, 1.25),
            "Zahira, Wadi Noor", "Zahira period, Wadi Noor period"),
    _artist("Leopold Einhorn", (1897, 1935), "fauve 1, impasto 1",
            "#2f2f5f #5a7f4a #a83a5a #e0d46a #6a9aae #2a1f2a", "#4a4a5a #1f1440 #f0f0a0", (1.5, 1.2, 1.2, 1.2),
            "Grauen, Seeheim", "Grauen years, Night pictures"),
    _artist("Ines Cavalcanti", (1959, 2004), "points 1, facets 1, wash 1",
            "#f08a8a #5fb0c0 #f4d06a #7a6fb8 #a8cf8a #fbeede", "#fbf2e4 #4a3f8a #fff4d0", (1.2, 0.4, 0.92, 1.15),
            "Lagoa Azul, Ribeira", "Lagoa Azul years, Ribeira years"),
    _artist("Pádraig Ó Ceallacháin", (1903, 1947), "impasto 2, glaze 1",
            "#4a6f5f #7f9a8f #9a8a5a #c9cfc0 #5f4a5f #d9a05f", "#8a8a74 #243444 #f2f0d0", (1.35, 1.5, 1.02, 0.85),
            "Inisbeg, Carrowmore", "Inisbeg winters, Carrowmore years"),
)  # fmt: skip


# Nobody in the gallery paints an abstract picture before this year.
FIRST_ABSTRACT_YEAR = 1908
