"""The commands that find hidden connections: search, analogies, path and blind-spots."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from topicart.door import Json, Quiet, RunFolder, door, print_json, say_where, show_progress

if TYPE_CHECKING:
    from rich.console import RenderableType

    from topicart.encoder import Encoder
    from topicart.retrieval import Neighbours, Query, Searcher

Where = Annotated[
    list[str] | None,
    typer.Option(
        "--where",
        metavar="CONDITION",
        help="Such as genre=marina, 'style!=Realism', 'date<1700', topic=3. Can be repeated: all.",
    ),
]
Page = Annotated[
    Path | None,
    typer.Option("--page", metavar="FILE.html", help="Also write a page with the pictures."),
]
Device = Annotated[str, typer.Option(help="For the model: auto, cpu, cuda, cuda:1, mps.")]
Towards = Annotated[
    str | None,
    typer.Option(
        metavar="WORDS", help="Turn what is sought towards words, such as 'an impressionist work'."
    ),
]
Strength = Annotated[
    float | None,
    typer.Option(
        help="How far --towards turns: 1 keeps most of the work, 3 follows the words; below 0 "
        "away. [default: 1.5]"
    ),
]
Work = Annotated[
    str, typer.Argument(metavar="WORK", help="A work: id, title, a part of it, or TITLE, ARTIST.")
]


def search(
    run: RunFolder,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[WORDS]", help="What the pictures are to show.")
    ] = None,
    like: Annotated[
        list[str] | None,
        typer.Option(metavar="WORK", help="Seek what is like a work. Repeated: like all of them."),
    ] = None,
    picture: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Seek what is like a picture of your own.")
    ] = None,
    topic: Annotated[
        int | None, typer.Option(metavar="N", help="Seek what is like a theme of the run.")
    ] = None,
    towards: Towards = None,
    strength: Strength = None,
    where: Where = None,
    works: Annotated[int, typer.Option("--works", "-k", min=1, help="How many to find.")] = 10,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say how the works were sought.")
    ] = False,
    page: Page = None,
    device: Device = "auto",
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Find the works nearest to words, a work, a picture or a theme, under any conditions.

    topicart search RUN "ships in a storm" --where genre=marina --where 'date<1700'
    """
    said = " ".join(words or [])
    given = [bool(said.strip()), bool(like), picture is not None, topic is not None]
    if sum(given) != 1:
        raise typer.BadParameter(
            "Say what to search for in one way: WORDS, --like WORK (once or more), --picture FILE "
            f"or --topic N; {'none is' if not any(given) else f'{sum(given)} are'} given. A work, "
            "picture or theme is turned by words with --towards WORDS."
        )
    _require_html(page)
    _require_words(towards, strength)
    with door():
        from topicart.connections_console import found_table
        from topicart.connections_json import found_as_json
        from topicart.report.connections import write_search_page

        with show_progress(quiet or as_json) as progress:
            searcher = _opened(run, device, progress.stage)
            searcher.index.facts.mask(
                where or ()
            )  # a slip there is told before the model is loaded
            if like:
                query = searcher.mean(like) if len(like) > 1 else searcher.work(like[0])
            elif picture is not None:
                query = searcher.picture(picture)
            elif topic is not None:
                query = searcher.topic(topic)
            else:
                query = searcher.words(said)
            query = _turned(searcher, query, towards, strength)
            found = searcher.search(query, works, where or (), explain=explain)
            if page is not None:
                command = _command(
                    "search", run, *(words or []), like=like, picture=picture, topic=topic,
                    towards=towards, strength=strength, where=where,
                    works=_unless(works, 10), page=page,
                )  # fmt: skip
                write_search_page(
                    searcher.run, query, found, page, where=where or (), command=command,
                )  # fmt: skip
        if as_json:
            print_json(found_as_json(searcher, query, found, where or (), _told(page)))
        elif not quiet:
            _show(found_table(searcher, query, found, _facets(where)), page)


def analogies(
    run: RunFolder,
    work: Work,
    across: Annotated[
        str, typer.Option(metavar="FACET", help="style, genre, artist, medium, place, century, …")
    ],
    towards: Towards = None,
    strength: Strength = None,
    where: Where = None,
    least: Annotated[int, typer.Option(min=1, help="Leave out values that fewer works state.")] = 1,
    most: Annotated[
        int | None, typer.Option(min=1, help="Show so many values at most, the nearest.")
    ] = 30,
    page: Page = None,
    device: Device = "auto",
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Show for each style, century, artist or other fact its work nearest to one work.

    topicart analogies RUN "Girl with a Pearl Earring" --across century
    """
    _require_html(page)
    _require_words(towards, strength)
    with door():
        from topicart.connections_console import analogies_table
        from topicart.connections_json import analogies_as_json
        from topicart.report.connections import write_analogies_page
        from topicart.retrieval import analogies as find_analogies

        facet = "_".join(across.casefold().split())
        with show_progress(quiet or as_json) as progress:
            searcher = _opened(run, device, progress.stage)
            query = _turned(searcher, searcher.work(work), towards, strength)
            found = find_analogies(
                searcher.index, query, facet, where or (), least=least, most=most
            )
            if page is not None:
                command = _command(
                    "analogies", run, work, across=across, towards=towards,
                    strength=strength, where=where, least=_unless(least, 1),
                    most=_unless(most, 30), page=page,
                )  # fmt: skip
                write_analogies_page(searcher.run, found, page, command=command)
        if as_json:
            print_json(analogies_as_json(searcher, found, where or (), _told(page)))
        elif not quiet:
            _show(analogies_table(searcher, found), page)


def path(
    run: RunFolder,
    start: Annotated[str, typer.Argument(metavar="FROM", help="A work, as its id or title.")],
    end: Annotated[str, typer.Argument(metavar="TO", help="Another work.")],
    steps: Annotated[
        int | None, typer.Option(min=1, help="Take at most so many steps. [default: as it comes]")
    ] = None,
    where: Where = None,
    later: Annotated[
        Literal["century", "half_century", "date"] | None,
        typer.Option(help="Each work in a later century, half century or year."),
    ] = None,
    once: Annotated[
        str | None, typer.Option(metavar="FACET", help="No value twice, such as artist.")
    ] = None,
    page: Page = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Walk from one work to another in small, even steps from picture to picture.

    topicart path RUN "The Milkmaid" "Water Lilies" --once artist
    """
    _require_html(page)
    with door("Repeat the same command; the graph of nearest works is kept once it is made."):
        from topicart.connections_console import path_table
        from topicart.connections_json import path_as_json
        from topicart.report.connections import write_path_page
        from topicart.retrieval import find_path

        with show_progress(quiet or as_json) as progress:
            searcher = _opened(run, "auto", progress.stage)

            def graph() -> Neighbours:
                progress.stage("neighbours")
                return searcher.graph

            ends = searcher.row(start), searcher.row(end)
            way = find_path(
                searcher.index, *ends, graph=graph, steps=steps, where=where or (), later=later,
                once=once,
            )  # fmt: skip
            if page is not None:
                command = _command(
                    "path", run, start, end, steps=steps, where=where, later=later, once=once,
                    page=page,
                )  # fmt: skip
                conditions = _conditions(steps, where or (), later, once)
                write_path_page(searcher.run, way, page, conditions=conditions, command=command)
        direct = searcher.angle(*ends)
        if as_json:
            asked = {
                "from": searcher.index.ids[ends[0]],
                "to": searcher.index.ids[ends[1]],
                "asked_steps": steps,
                "where": where or [],
                "later": later,
                "once": once,
            }
            print_json(path_as_json(searcher, way, direct, asked, _told(page)))
        elif not quiet:
            facets = [*_facets(where), *([later] if later in ("century", "half_century") else [])]
            shown = [facet for facet in (*facets, once) if facet and facet != "artist"]
            _show(path_table(searcher, way, direct, list(dict.fromkeys(shown))), page)


def blind_spots(
    run: RunFolder,
    group: Annotated[
        str, typer.Argument(metavar="FACET=VALUE", help="The works whose gaps are sought.")
    ],
    least: Annotated[int, typer.Option(min=2, help="Fewest works of a region.")] = 20,
    permutations: Annotated[
        int, typer.Option(min=99, help="How often the labels are shuffled.")
    ] = 999,
    seed: Annotated[int, typer.Option(min=0, help="Of the shuffling.")] = 0,
    page: Page = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Find where a group of works is missing among the others, and where there are more.

    topicart blind-spots RUN "style=Impressionism"
    """
    _require_html(page)
    with door():
        from topicart.connections_console import blind_spots_table
        from topicart.connections_json import blind_spots_as_json
        from topicart.errors import RetrievalError
        from topicart.report.connections import write_blind_spots_page
        from topicart.retrieval import blind_spots as find_blind_spots
        from topicart.retrieval import parse_condition

        asked = parse_condition(group)
        if asked.negated or asked.years is not None or len(asked.values) != 1:
            raise RetrievalError(
                f"Blind spots are sought for the works of one value, got {group!r}. Write it as "
                "style=Impressionism or century='17th century'."
            )
        with show_progress(quiet or as_json) as progress:
            searcher = _opened(run, "auto", progress.stage)
            found = find_blind_spots(
                searcher.index, asked.facet, asked.values[0], least=least,
                permutations=permutations, seed=seed, progress=progress,
            )  # fmt: skip
            if page is not None:
                command = _command(
                    "blind-spots", run, group, least=_unless(least, 20),
                    permutations=_unless(permutations, 999), seed=_unless(seed, 0), page=page,
                )  # fmt: skip
                write_blind_spots_page(searcher.run, found, page, command=command)
        if as_json:
            print_json(blind_spots_as_json(searcher, found, _told(page)))
        elif not quiet:
            _show(blind_spots_table(searcher, found), page)


def _opened(folder: Path, device: str, stage: Callable[[str], None]) -> Searcher:
    """Open a run; its encoder is loaded when first asked for, which takes a moment."""
    from topicart.retrieval import Searcher, encoder_of
    from topicart.run import Run

    opened = Run.open(folder)
    opened.require_whole()

    def encoder() -> Encoder:
        stage("model")
        return encoder_of(opened, device)

    stage("read")
    return Searcher(opened, encoder)


def _turned(searcher: Searcher, query: Query, towards: str | None, strength: float | None) -> Query:
    if towards is None:
        return query
    if strength is None:
        return searcher.towards(query, towards)
    return searcher.towards(query, towards, strength=strength)


def _require_words(towards: str | None, strength: float | None) -> None:
    if strength is not None and towards is None:
        raise typer.BadParameter(
            "--strength says how far --towards turns: give --towards WORDS too, or leave it out."
        )


def _require_html(page: Path | None) -> None:
    if page is not None and page.suffix.lower() not in (".html", ".htm"):
        raise typer.BadParameter(f"--page {page}: name a file that ends in .html.")


def _facets(where: Sequence[str] | None) -> list[str]:
    """The facets that conditions ask for, to be shown; artist and date are always."""
    from topicart.retrieval.conditions import facets_asked

    return [facet for facet in facets_asked(where or ()) if facet not in ("artist", "date")]


def _conditions(
    steps: int | None, where: Sequence[str], later: str | None, once: str | None
) -> list[str]:
    """What was asked of a way, for people."""
    periods = {"century": "century", "half_century": "half century", "date": "year"}
    return [
        *where,
        *([f"each work in a later {periods[later]}"] if later else []),
        *([f"no {once.replace('_', ' ')} twice"] if once else []),
        *([f"at most {steps} steps"] if steps else []),
    ]


def _unless(value: float | None, default: float) -> float | None:
    """What differs from its default, for the command that is told."""
    return None if value == default else value


def _command(name: str, *arguments: object, **options: object) -> str:
    """The command that finds the same again, as a shell takes it."""
    parts = ["topicart", name, *(str(argument) for argument in arguments)]
    for option, value in options.items():
        for one in value if isinstance(value, list) else [] if value is None else [value]:
            parts += [f"--{option}", f"{one:g}" if isinstance(one, float) else str(one)]
    return shlex.join(parts)


def _told(page: Path | None) -> str | None:
    return None if page is None else str(page)


def _show(told: RenderableType, page: Path | None) -> None:
    from rich.console import Console

    Console().print(told)
    if page is not None:
        say_where("Page", page)
