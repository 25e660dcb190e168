"""The command ``topicart train``: teach an encoder a collection, and export what it learned."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from topicart.door import (
    Columns,
    FoldersAs,
    Format,
    Images,
    Json,
    Mapping,
    Quiet,
    Separator,
    SourceArgument,
    door,
    opened_with,
    print_json,
    show_progress,
)

_START = "start"
_EPILOG = (
    "A recipe sets whatever no option does. Next: `topicart fit SOURCE --model ADAPTER`, or "
    "`topicart train export ADAPTER --out FOLDER`, which merges it into a plain open_clip model."
)


class _SourceFirst(TyperGroup):
    """Reads ``train SOURCE`` as ``train start SOURCE``, so that only the rest has to be named."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the command that is left out before its arguments; help where there are none."""
        if not args or args[0] not in self.commands:
            args = [_START, *(args or ["--help"])]
        return super().parse_args(ctx, args)


class _Context(typer.Context):
    """Is called by the name of the group."""

    @property
    def command_path(self) -> str:
        """The group's."""
        return "" if self.parent is None else self.parent.command_path


class _Unnamed(TyperCommand):
    """Shows its usage without its name, which nobody has to write."""

    context_class = _Context


train = typer.Typer(
    cls=_SourceFirst,
    help="Teach an encoder a collection: train SOURCE --out ADAPTER.",
    rich_markup_mode=None,
)


@train.command(name=_START, cls=_Unnamed, epilog=_EPILOG)
def start(
    source: SourceArgument,
    out: Annotated[Path, typer.Option("--out", help="Folder for the adapter.")],
    also: Annotated[
        list[str] | None,
        typer.Option("--also", help="A further source to learn from; may be given again."),
    ] = None,
    recipe: Annotated[
        str | None, typer.Option(help="laptop, one-gpu, node-8gpu, multi-node, mini, or a .yaml.")
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(help="The base: MODEL/PRETRAINED of open_clip (ViT-B-32), a folder, or mini."),
    ] = None,
    method: Annotated[
        str | None, typer.Option(help="lora (default), heads, unfreeze or full.")
    ] = None,
    rank: Annotated[int | None, typer.Option(help="LoRA's rank (16).")] = None,
    modules: Annotated[
        str | None, typer.Option(help="LoRA: regular expression of the layers' names.")
    ] = None,
    loss: Annotated[
        str | None, typer.Option(help="multi-positive (default), infonce or sigmoid.")
    ] = None,
    hold_out: Annotated[
        str | None,
        typer.Option(
            "--hold-out", help="What no held-out work shares: a facet (artist), split, or work."
        ),
    ] = None,
    epochs: Annotated[int | None, typer.Option(help="How often each work is seen (10).")] = None,
    max_steps: Annotated[int | None, typer.Option(help="End after so many steps.")] = None,
    batch_size: Annotated[
        int | None,
        typer.Option(help="Pairs told apart in a step, by all processes together (256)."),
    ] = None,
    chunk_size: Annotated[
        int | None, typer.Option(help="Pairs in a process's memory at a time (64).")
    ] = None,
    learning_rate: Annotated[
        float | None, typer.Option(help="The highest; by default as the method needs it.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="The one seed of every random step (0).")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="NAME=VALUE", help="Any other setting of a recipe; may be given again."
        ),
    ] = None,
    images: Images = None,
    format: Format = None,  # noqa: A002 - the option is called so
    mapping: Mapping = None,
    column: Columns = None,
    separator: Separator = None,
    folders_as: FoldersAs = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, mps.")] = "auto",
    precision: Annotated[str, typer.Option(help="auto, fp32, bf16 or fp16.")] = "auto",
    workers: Annotated[
        int | None, typer.Option(min=1, help="Threads that decode pictures.")
    ] = None,
    cache: Annotated[
        bool, typer.Option("--cache", help="Keep decoded pictures in --out while it trains.")
    ] = False,
    track: Annotated[
        list[str] | None, typer.Option(help="tensorboard: curves in OUT/logs, too.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on where this training was cut.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the adapter in --out.")
    ] = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Teach an open_clip model the pictures and captions of a collection.

    SOURCE is whatever `topicart fit` takes. `accelerate launch -m training SOURCE …` runs the same
    on several GPUs or nodes.
    """
    with door(f"The same command with --resume goes on from the last checkpoint in {out}."):
        from knowledge_graph import open_collection
        from training.finetuning import finetune
        from training.processes import is_main_process
        from training.recipe import configure

        opening = opened_with(images, format, mapping, column, separator, folders_as)
        options: dict[str, Any] = {
            "model": model,
            "method": method,
            "rank": rank,
            "modules": modules,
            "loss": loss,
            "hold_out": hold_out,
            "epochs": epochs,
            "max_steps": max_steps,
            "batch_size": batch_size,
            "chunk_size": chunk_size,
            "learning_rate": learning_rate,
            "seed": seed,
        }
        given = {name: value for name, value in options.items() if value is not None}
        config = configure(recipe, {**_settings(settings or []), **given})
        collection = open_collection(source, **opening)
        if also:
            from knowledge_graph import join_collections

            collection = join_collections([collection, *map(open_collection, also)])
        silent = quiet or as_json or not is_main_process()
        with show_progress(silent) as progress:
            adapter = finetune(
                collection,
                out,
                config,
                resume=resume,
                overwrite=overwrite,
                progress=progress,
                device=device,
                precision=precision,
                workers=workers,
                cache=cache,
                track=tuple(track or ()),
            )
        if not is_main_process():
            return
        if as_json:
            print_json({"adapter": str(out), **adapter.model_dump(mode="json")})
        elif not quiet:
            from rich.console import Console

            from topicart.train_console import training_result

            Console().print(training_result(out, adapter))


@train.command(short_help="Merge an adapter into its base: a plain open_clip folder.")
def export(
    adapter: Annotated[Path, typer.Argument(metavar="ADAPTER", help="What `train` has written.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for the merged model.")],
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a model in --out.")
    ] = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Merge an adapter into its base, as a folder that open_clip loads without topicart."""
    with door():
        from topicart.adapter import export_merged

        folder = export_merged(adapter, out, overwrite=overwrite)
        if as_json:
            print_json({"model": str(folder)})
        elif not quiet:
            typer.echo(f"Model: {folder.resolve()}")


def main() -> None:
    """Run ``python -m training``, as ``accelerate launch -m training`` does in each process."""
    start_alone = typer.Typer(
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    start_alone.command()(start)
    start_alone()


def _settings(pairs: list[str]) -> dict[str, Any]:
    """Read ``--set NAME=VALUE``; values are YAML, as in a recipe."""
    import yaml

    found: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        try:
            found[name.strip().replace("-", "_")] = yaml.safe_load(value)
        except (yaml.YAMLError, RecursionError) as error:
            raise typer.BadParameter(f"--set {pair}: the value is no YAML ({error}).") from None
        if not name or not equals:
            raise typer.BadParameter("Write --set as NAME=VALUE, for example --set augment=none.")
    return found
