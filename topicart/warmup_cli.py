"""The command ``topicart warmup``: compile now, so that no fit waits for it."""

from __future__ import annotations

from topicart.door import Json, Quiet, door, print_json, say_where, show_progress


def warmup(quiet: Quiet = False, as_json: Json = False) -> None:
    """Compile once what fits run, which takes a minute or two; then it is found compiled."""
    with door("Repeat the same command; what is compiled is kept."):
        from pathlib import Path

        from topicart.warming import warm_up

        with show_progress(quiet or as_json) as progress:
            done = warm_up(progress)
        if as_json:
            print_json(done)
        elif not quiet:
            say_where("Compiled", Path(done["folder"]))
