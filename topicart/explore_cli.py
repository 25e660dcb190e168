"""The command ``topicart explore``: the site of a run with a search behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from topicart.door import Quiet, RunFolder, door, show_progress

if TYPE_CHECKING:
    from rich.console import Console

    from topicart.run import Run
    from topicart.server import Address


def explore(
    run: RunFolder,
    host: Annotated[
        str, typer.Option(help="Where to listen; 0.0.0.0 lets the whole network in.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 for any that is free.")] = 8765,
    open_page: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the page in the browser.")
    ] = True,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1, mps.")] = "auto",
    quiet: Quiet = False,
) -> None:
    """Show the site of a run with a search behind it, until Ctrl-C.

    Search by words or by a picture, find the nearest works of each and the ways between them.
    What is searched never leaves this machine.
    """
    with door():
        from rich.console import Console

        from topicart.make import finish_run
        from topicart.retrieval import encoder_of
        from topicart.run import Run
        from topicart.server import listen, make_app, serve

        opened = Run.open(run)
        taken, address = listen(host, port)
        with taken:
            if not (opened.page.exists() and opened.metrics):
                with show_progress(quiet) as progress:
                    opened = finish_run(opened, progress=progress)
            app = make_app(opened, lambda: encoder_of(opened, device), host=host)
            if not quiet:
                _tell(Console(), opened, address)
            if open_page:
                _open(address.url)
            serve(app, taken)


def _tell(console: Console, run: Run, address: Address) -> None:
    from rich.text import Text

    console.print(Text.assemble("Page: ", (address.url, "bold")), soft_wrap=True)
    if address.open_to_others:
        console.print(
            Text(
                f"Listening at {address.host}: anyone on the network can look at these works and "
                "search them. There is no password. Leave --host out to keep it to this machine.",
                style="yellow",
            )
        )
    if run.record.model.note:
        console.print(Text(run.record.model.note, style="dim"))
    console.print(Text("Ctrl-C ends it.", style="dim"))


def _open(url: str) -> None:
    """Open a browser, from a thread: one that is started may hold its caller."""
    import threading
    import webbrowser

    threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()
