"""What fine-tuning gains on paintings by artists it never saw: before and after, heads and LoRA.

``python -m evaluation.benchmarks.finetuning --base FOLDER`` teaches a base with each method and
seed, looks at the artists held out, pools the seeds and writes
``evaluation/benchmarks/results/finetuning.json``. The base of the published figures is mini-base,
mini before it saw any painting, which ``python -m training.mini`` leaves in its working folder.
Each training looks at the held-out works once, at its end: they choose nothing.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation.benchmarks.benchmark import Benchmark, Options, Row
from evaluation.benchmarks.provenance import provenance
from evaluation.benchmarks.registry import SUMMARIES
from knowledge_graph import open_collection
from knowledge_graph.atomic import write_text_atomic
from prompts import Captioner
from topicart.errors import BenchmarkError
from training import TrainConfig, configure, finetune
from training.judge import Judged, ZeroShot, compare
from training.split import Split, read_split

if TYPE_CHECKING:
    from knowledge_graph import Collection
    from topicart import Encoder
    from topicart.fit import Progress

ROOT = Path(__file__).resolve().parents[2]
RESULTS = Path(__file__).parent / "results" / "finetuning.json"
DATA = ROOT.parent / "shared" / "data" / "wikiart-sample"
BASE = ROOT / "training" / "mini" / "work" / "mini-base"
PACKAGES = ("accelerate", "open_clip_torch", "peft", "timm", "torch", "transformers")
CLASSES = {"genre": 14, "style": 18}
"""How many of the most frequent values of a facet are told apart."""
ONCE: dict[str, Any] = {"patience": 0, "validate_every": 1_000_000, "hold_out_share": 0.2}
"""The held-out works are looked at when the training has ended, and never before."""


def arms(base: str) -> dict[str, TrainConfig]:
    """Give what is compared: the recipe mini, and the same with LoRA in both towers.

    Parameters
    ----------
    base
        The model to teach.

    Returns
    -------
    dict
        Name to configuration.
    """
    heads = configure("mini", {"model": base, **ONCE})
    # Low-rank matrices, drawn at random, bear half the rate of heads that are nearly right.
    lora = configure("mini", {"model": base, "method": "lora", "learning_rate": 1e-3, **ONCE})
    return {"heads": heads, "lora": lora}


def measure(
    collection: Collection,
    trainings: Mapping[str, TrainConfig],
    seeds: Sequence[int],
    work: Path,
) -> dict[str, Any]:
    """Train with each configuration and seed, and compare with the base and with each other.

    Parameters
    ----------
    collection
        Works with pictures, artists, genres and styles.
    trainings
        Name to configuration, all of one base; the seed is set here, and decides the artists held
        out, too.
    seeds
        The seeds.
    work
        Folder for the adapters; a second run takes up what is there.

    Returns
    -------
    dict
        JSON-ready: ``seeds`` (what each held out), ``trainings`` (each against the base) and
        ``against`` (each against the first), the seeds pooled, as
        :func:`training.judge.compare` gives them; intervals are over works and over artists, and
        say nothing of how much trainings differ from each other.
    """
    from topicart import Encoder

    classes = {facet: _most_frequent(collection, facet, most) for facet, most in CLASSES.items()}
    judged: dict[str, list[Judged]] = {"base": [], **{name: [] for name in trainings}}
    seconds: dict[str, float] = dict.fromkeys(trainings, 0.0)
    splits: list[Split] = []
    for seed in seeds:
        for name, config in trainings.items():
            out = work / f"{name}-{seed}"
            print(f"{name}, seed {seed} ...", file=sys.stderr, flush=True)
            record = finetune(
                collection, out, config.model_copy(update={"seed": seed}), resume=True
            )
            seconds[name] += record.training["seconds"]
            split = read_split(out)
            look = partial(
                _look,
                collection=collection,
                split=split,
                classes=classes,
                captioner=Captioner(leave_out=config.leave_out),
            )
            if len(splits) < len(judged[name]) + 1:
                splits.append(split)
                judged["base"].append(look(Encoder.load(config.model)))
            judged[name].append(look(Encoder.load(str(out))))
    pooled = {name: _pooled(found) for name, found in judged.items()}
    judged_ids = [id_.partition(":")[2] for id_ in pooled["base"].ids]
    artist_of = {id_: group for split in splits for id_, group in split.groups.items()}
    artists = [artist_of[id_] for id_ in judged_ids]

    def _against(before: str, after: str) -> dict[str, Any]:
        """Compare; a work that two seeds held out is drawn with both of its outcomes."""
        by_artist = compare(pooled[before], pooled[after], groups=artists)
        by_work = compare(pooled[before], pooled[after], groups=judged_ids)
        for name, metric in by_artist["metrics"].items():
            metric["interval"] = by_work["metrics"][name]["group_interval"] or metric["interval"]
        return by_artist

    first, *others = trainings
    return {
        "seeds": {
            str(seed): {
                "held out": len(split.held_out),
                "trained": len(split.train),
                "artists": sorted(set(split.groups.values())),
            }
            for seed, split in zip(seeds, splits, strict=True)
        },
        "classes": classes,
        "seconds": {name: round(value, 1) for name, value in seconds.items()},
        "trainings": {name: _against("base", name) for name in trainings},
        "against": {f"{name} against {first}": _against(first, name) for name in others},
    }


def _look(
    encoder: Encoder,
    *,
    collection: Collection,
    split: Split,
    classes: Mapping[str, Sequence[str]],
    captioner: Captioner,
) -> Judged:
    """Judge an encoder on the works that a split holds out."""
    from accelerate import Accelerator

    from training.held_out import HeldOut

    held = set(split.held_out)
    works = [work for work in collection if work.id in held]
    held_out = HeldOut(
        works,
        collection.root,
        captioner,
        encoder,
        Accelerator(cpu=True),
        part="test",
        chunk_size=64,
    )
    return held_out.judge(classes=classes)


def _pooled(found: Sequence[Judged]) -> Judged:
    """Lay the works of several seeds side by side; a rank is among the works of its own seed."""
    sizes = np.cumsum([0, *(len(judged.ids) for judged in found)])
    zero_shot = {}
    for facet in found[0].zero_shot:
        parts = [judged.zero_shot[facet] for judged in found]
        n = [len(part.rows) for part in parts]
        zero_shot[facet] = ZeroShot(
            names=parts[0].names,
            rows=np.concatenate(
                [part.rows + start for part, start in zip(parts, sizes[:-1], strict=True)]
            ),
            right=np.concatenate([part.right for part in parts]),
            chance=float(np.average([part.chance for part in parts], weights=n)),
            majority=float(np.average([part.majority for part in parts], weights=n)),
        )
    return Judged(
        ids=tuple(f"{seed}:{id_}" for seed, judged in enumerate(found) for id_ in judged.ids),
        caption_to_picture=np.concatenate([judged.caption_to_picture for judged in found]),
        picture_to_caption=np.concatenate([judged.picture_to_caption for judged in found]),
        zero_shot=zero_shot,
    )


def _most_frequent(collection: Collection, facet: str, most: int) -> list[str]:
    counts = Counter(value for values in collection.facet(facet) for value in values)
    return [value for value, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))][
        :most
    ]


def _measured(options: Options, progress: Progress) -> dict[str, Any]:
    source = Path(options.source or DATA)
    for needed, remedy in (
        (source, "name works with artists and genres with --source"),
        (BASE, "`python -m training.mini` leaves mini-base there"),
    ):
        if not needed.exists():
            raise BenchmarkError(f"{needed} is missing: {remedy}.")
    progress.stage("train")
    trainings = arms(str(BASE))
    found = measure(open_collection(str(source)), trainings, range(3), options.folder / "work")
    rounded: dict[str, Any] = _rounded(_named(source, BASE, trainings) | found)
    return rounded


def _named(source: Path, base: Path, trainings: Mapping[str, TrainConfig]) -> dict[str, Any]:
    """Say what was taught, how, without where it lies."""
    return {
        "source": source.name,
        "base": base.name,
        "configurations": {
            name: {**config.plain(), "model": Path(config.model).name}
            for name, config in trainings.items()
        },
    }


def _rows(results: Mapping[str, Any]) -> list[Row]:
    return [
        Row(
            f"{metric['title']}, artists held out, {name}",
            f"{metric['after']:.3f}",
            f"{metric['before']:.3f} (before)",
            f"{metric['lift']:+.3f}".replace("-", "−"),
        )
        for name, found in results["trainings"].items()
        for metric in found["metrics"].values()
    ]


BENCHMARK = Benchmark(
    name="finetuning",
    summary=SUMMARIES["finetuning"],
    measure=_measured,
    rows=_rows,
    packages=PACKAGES,
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and write the results.

    Parameters
    ----------
    arguments
        The command line without the program; by default that of the process.
    """
    parser = argparse.ArgumentParser(prog="python -m evaluation.benchmarks.finetuning")
    parser.add_argument("--source", default=str(DATA), help="what to teach")
    parser.add_argument("--base", default=str(BASE))
    parser.add_argument("--work", type=Path, default=Path("finetuning-benchmark"))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args(arguments)
    collection = open_collection(given.source)
    trainings = arms(given.base)
    seeds = range(given.seeds)
    results = {
        **provenance("finetuning", PACKAGES),
        **_named(Path(given.source), Path(given.base), trainings),
        **measure(collection, trainings, seeds, given.work),
    }
    text = json.dumps(_rounded(results), indent=2, ensure_ascii=False)
    write_text_atomic(given.out, text + "\n")
    for name, found in (*results["trainings"].items(), *results["against"].items()):
        print(f"\n{name}: {found['works']} works, {found['groups']} groups of artists")
        for metric in found["metrics"].values():
            low, high = metric["interval"]
            print(
                f"  {metric['title']:36} {metric['before']:7.3f} -> {metric['after']:7.3f}"
                f"  {metric['lift']:+8.3f}  [{low:+.3f}, {high:+.3f}]  artists "
                f"{metric['group_interval']}"
            )


def _rounded(value: Any) -> Any:
    """Numbers to four decimals, all the way down."""
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, Mapping):
        return {key: _rounded(found) for key, found in value.items()}
    return [_rounded(found) for found in value] if isinstance(value, (list, tuple)) else value


if __name__ == "__main__":
    main()
