"""A whole comparison from one file; whatever is finished is not done again."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from evaluation.baselines import make_baseline
from evaluation.comparing import Failed, require_usable, write_report
from evaluation.comparing.of_runs import compare
from evaluation.fitting.baseline_runs import fit_baseline
from evaluation.fitting.cost import measured
from evaluation.fitting.models import OURS, our_model
from evaluation.fitting.warming import warm_up
from evaluation.judging.judges import load_judge
from evaluation.measure import OWN, evaluate_run
from evaluation.recipes.recipe import Recipe, RecipeError
from evaluation.reference import require_readable
from knowledge_graph import TopicartError, WriteError, open_collection, printable
from knowledge_graph.atomic import link_or_copy, make_folder, write_text_atomic
from topicart import Encoder, FitConfig, Run, RunError, fit_run
from topicart.fit import Silent
from topicart.run import read_record, write_record

if TYPE_CHECKING:
    from evaluation.judging.judges import Judge
    from knowledge_graph import Collection
    from topicart.fit import Progress

RECIPE, RUNS, JUDGED, REPORT = "recipe.json", "runs", "judged", "report"
"""What a comparison's folder holds."""


@dataclass(frozen=True, eq=False)
class _Kitchen:
    """What following a recipe takes."""

    recipe: Recipe
    out: Path
    collection: Collection
    encoder: Encoder
    judge: Judge | str
    progress: Progress

    def folder(self, model: str, seed: int) -> Path:
        return self.out / RUNS / f"{model}-{seed}"


@dataclass(frozen=True, eq=False)
class _Made:
    """A model's run with one seed."""

    model: str
    seed: int
    run: Run


@dataclass(frozen=True)
class _Unmade:
    """Why there is none."""

    model: str
    seed: int
    error: str


def run_recipe(recipe: Recipe, out: str | Path, *, progress: Progress | None = None) -> Path:
    """Fit all models with all seeds, measure every run, and write the report.

    A model that fails is told of in the report, and tried again the next time. Our model is fitted
    in any case: its runs have the vectors and the map that the others take.

    Parameters
    ----------
    recipe
        What to compare.
    out
        Where to: ``runs/MODEL-SEED/``, each a run, ``judged/``, what the judge saw, and
        ``report/``. What is finished there is not done again.
    progress
        Told of stages and counts.

    Returns
    -------
    Path
        The report's page.

    Raises
    ------
    RecipeError
        If ``out`` holds something else, or fewer than two runs are asked for, or came about.
    TopicartError
        If the works, the encoder or the judge cannot be had, or our own model finds nothing.
    """
    folder = Path(out)
    if len(recipe.models) * len(recipe.seeds) < 2:
        raise RecipeError(
            "A comparison needs two runs at least, and one model with one seed makes one. Add "
            "models or seeds, and run the recipe again."
        )
    require_readable(recipe.reference)
    _claim(folder, recipe)
    progress = progress or Silent()
    progress.stage("load")
    kitchen = _Kitchen(
        recipe,
        folder,
        open_collection(recipe.source, **recipe.opening()),
        Encoder.load(recipe.encoder),
        OWN if recipe.judge == OWN else load_judge(recipe.judge),
        progress,
    )
    runs, unmade = _fit_all(kitchen)
    runs, unmeasured = _measure_all(kitchen, runs)
    failed = _failures([*unmade, *unmeasured])
    if len(runs) < 2:
        told = "; ".join(f"{one.label}: {one.error}" for one in failed) or "no more was asked for"
        raise RecipeError(
            f"A comparison needs two runs at least, and {len(runs)} came about ({told}). Add models"
            " or seeds, or mend what failed, and run the recipe again."
        )
    progress.stage("Comparing")
    comparison = compare(
        [one.run for one in runs],
        labels=[one.model for one in runs],
        judge=kitchen.judge,
        reference=recipe.reference,
        cache=folder / JUDGED,
        failed=failed,
        progress=_Within(progress, ""),
    )
    progress.stage("page")
    return write_report(comparison, folder / REPORT)


def _claim(folder: Path, recipe: Recipe) -> None:
    """Note in a folder what is compared there, unless it holds something else."""
    note = folder / RECIPE
    if folder.is_file():
        raise RecipeError(f"--out {folder} is a file. Name a folder that is new or a comparison's.")
    if folder.is_dir() and not note.exists() and any(folder.iterdir()):
        raise RecipeError(
            f"--out {folder} is not empty and holds no comparison by a recipe. Name a new folder."
        )
    require_usable(folder / REPORT)
    make_folder(folder / RUNS)
    told = recipe.model_dump(mode="json", exclude_defaults=True)
    write_text_atomic(note, json.dumps(told, indent=2, ensure_ascii=False) + "\n")


def _fit_all(kitchen: _Kitchen) -> tuple[list[_Made], list[_Unmade]]:
    recipe, progress = kitchen.recipe, kitchen.progress
    ours = {seed: _fit_ours(kitchen, seed) for seed in recipe.seeds}
    progress.stage("Fitting the other models")
    pairs = [(model, seed) for model in recipe.models for seed in recipe.seeds]
    tried: list[_Made | _Unmade] = []
    for done, (model, seed) in enumerate(pairs, start=1):
        if model == OURS:
            tried.append(_Made(model, seed, ours[seed]))
        else:
            fit = partial(_fit_other, kitchen, model, seed, ours[seed])
            tried.append(_unless_it_fails(model, seed, fit))
        progress.count(done, len(pairs))
    return _sorted_out(tried)


def _fit_ours(kitchen: _Kitchen, seed: int) -> Run:
    recipe = kitchen.recipe
    folder = kitchen.folder(OURS, seed)
    config = FitConfig(
        topics=recipe.topicart.model_copy(update={"seed": seed}),
        text_weight=recipe.text_weight,
        opened_with=recipe.opening(),
    )
    record = read_record(folder)
    progress: Progress = kitchen.progress
    first = kitchen.folder(OURS, recipe.seeds[0])
    if (record is None or record.state != "finished") and first != folder:
        _lend_vectors(Run.open(first), folder)
        progress = _Within(progress, f"seed {seed}")
        kitchen.progress.stage("Fitting topicart")
    try:
        run = fit_run(kitchen.collection, folder, kitchen.encoder, config, progress=progress)
    except RunError as error:
        raise _other_recipe(error) from error
    return run if "fit" in run.record.timings_s else _with_cost(run, recipe, seed)


def _with_cost(run: Run, recipe: Recipe, seed: int) -> Run:
    """Note what the grouping alone costs, had in the same way as the other methods'."""
    model, vectors = our_model(recipe.topicart), run.embeddings.vectors
    warm_up(model, *vectors.shape)
    with measured() as cost:
        model.fit(vectors, [""] * len(vectors), None, seed)
    record = run.record.model_copy(
        update={
            "timings_s": {**run.record.timings_s, "fit": cost.seconds or 0.0},
            "peak_memory_mb": cost.peak_memory_mb,
            "parameters": {**run.record.parameters, "cost": cost.to_dict()},
        }
    )
    write_record(run.folder, record)
    return Run.open(run.folder)


def _fit_other(kitchen: _Kitchen, model: str, seed: int, source: Run) -> Run:
    n_topics = kitchen.recipe.n_topics
    return fit_baseline(
        model,
        source,
        kitchen.folder(model, seed),
        n_topics=n_topics
        if isinstance(n_topics, int) and make_baseline(model).takes_n_topics
        else None,
        seed=seed,
        encoder=kitchen.encoder,
        progress=_Within(kitchen.progress, f"{model}, seed {seed}"),
    )


def _measure_all(kitchen: _Kitchen, runs: Sequence[_Made]) -> tuple[list[_Made], list[_Unmade]]:
    kitchen.progress.stage("measure")
    tried: list[_Made | _Unmade] = []
    for done, one in enumerate(runs, start=1):
        measure = partial(_measure, kitchen, one.run, one.seed)
        tried.append(_unless_it_fails(one.model, one.seed, measure))
        kitchen.progress.count(done, len(runs))
    return _sorted_out(tried)


def _measure(kitchen: _Kitchen, run: Run, seed: int) -> Run:
    recipe = kitchen.recipe
    evaluate_run(
        run,
        judge=kitchen.judge,
        reference=recipe.reference,
        # The other seeds say for themselves how stable a model is.
        stability=recipe.stability.times if seed == recipe.seeds[0] else 0,
        cache=kitchen.out / JUDGED,
        progress=_Within(kitchen.progress, run.folder.name),
    )
    return Run.open(run.folder)  # what was read before has not the numbers


def _unless_it_fails(model: str, seed: int, make: Callable[[], Run]) -> _Made | _Unmade:
    """Return what is made, or why it could not be: the other models go on."""
    try:
        return _Made(model, seed, make())
    except (WriteError, MemoryError):
        raise
    except RunError as error:
        raise _other_recipe(error) from error
    except Exception as error:  # whatever a package raises
        told = str(error)
        if not isinstance(error, TopicartError):
            told = f"{type(error).__name__}: {told}"
        return _Unmade(model, seed, printable(" ".join(told.split())))


def _sorted_out(tried: Sequence[_Made | _Unmade]) -> tuple[list[_Made], list[_Unmade]]:
    made = [one for one in tried if isinstance(one, _Made)]
    return made, [one for one in tried if isinstance(one, _Unmade)]


def _failures(unmade: Sequence[_Unmade]) -> list[Failed]:
    """Tell each failure of a model once, with its seeds."""
    seeds: dict[tuple[str, str], list[int]] = {}
    for one in unmade:
        seeds.setdefault((one.model, one.error), []).append(one.seed)
    return [
        Failed(model, error, f"Failed with seed {', '.join(map(str, own))}.")
        for (model, error), own in seeds.items()
    ]


def _other_recipe(error: RunError) -> RecipeError:
    return RecipeError(
        f"{error} In a comparison by a recipe: delete that run's folder, or name another --out."
    )


def _lend_vectors(first: Run, folder: Path) -> None:
    """Leave the pictures' vectors where the next fit looks for them, as if it had been cut short.

    A run's files are replaced and never written into, so both may be the same on the disk.
    """
    make_folder(folder / "embeddings")
    write_record(folder, first.record.model_copy(update={"state": "fitting", "finished": None}))
    for file in sorted((first.folder / "embeddings").glob("[!.]*")):
        link_or_copy(file, folder / "embeddings" / file.name)


_DOING = {
    "load": "loading",
    "encode": "looking at the pictures",
    "reduce": "reducing",
    "cluster": "grouping",
    "map": "drawing the map",
    "label": "naming",
    "write": "writing",
    "read": "reading",
    "measure": "measuring",
    "assess": "showing pictures to the judge",
    "refit": "fitting again",
}
"""Stages, in words."""


class _Within:
    """Progress of a part, told beside the stage that it is a part of."""

    def __init__(self, outer: Progress, part: str) -> None:
        self._outer = outer
        self._part = part
        self._stage = ""

    def stage(self, name: str) -> None:
        self._stage = _DOING.get(name, name)
        self.note(self._stage)

    def count(self, done: int, total: int) -> None:
        # The outer stage counts runs; a part that takes long must be seen to move all the same.
        self.note(f"{self._stage} {done:,} of {total:,}")

    def note(self, text: str) -> None:
        self._outer.note(f"{self._part}: {text}" if self._part else text)
