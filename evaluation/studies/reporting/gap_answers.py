"""The answers of a study of the semantic gap, a sentence each with its number."""

from __future__ import annotations

from collections.abc import Sequence

from evaluation.studies.estimate import Estimate
from evaluation.studies.reporting.parts import Answer
from evaluation.studies.reporting.wording import apart, figure, joined, share, spread, with_spread
from evaluation.studies.semantic_gap.result import Gap, ModelTold, SemanticGap

__all__ = ["HELD_OUT", "beyond_unrelated", "first_model", "gap_answers", "shown_gallery"]

OPEN = "cannot be told from chance"
HELD_OUT = "held out"


def first_model(models: Sequence[ModelTold], *, reads: bool = False) -> ModelTold | None:
    """Give the model that the sentences are about: the first that was not drawn by lot.

    Parameters
    ----------
    models
        The models.
    reads
        Only one that reads texts.

    Returns
    -------
    ModelTold or None
        One drawn by lot where there is no other; ``None`` where none fits.
    """
    fit = [model for model in models if model.reads or not reads]
    return next((model for model in fit if not model.floor), fit[0] if fit else None)


def shown_gallery(result: SemanticGap) -> str:
    """Name the gallery that charts and answers are of, one for all models.

    Parameters
    ----------
    result
        What the study says.

    Returns
    -------
    str
        ``held out`` where any number is of that gallery: all models are then judged on it, so that
        they can be compared; else ``all``.
    """
    named = {one.gallery for one in result.gaps}
    named |= {one.gallery for one in result.retrieval} | {one.gallery for one in result.ratios}
    return HELD_OUT if HELD_OUT in named else "all"


def gap_answers(result: SemanticGap) -> tuple[Answer, ...]:
    """Say what the study says, the big result first.

    Parameters
    ----------
    result
        What the study says.

    Returns
    -------
    tuple of Answer
        Those that could be asked.
    """
    found = (_gap(result), _equal(result), _form(result), _distance(result), _floor(result))
    return tuple(one for one in found if one is not None)


def _gap(result: SemanticGap) -> Answer:
    question = "Is a painting that tells a story found less well than one that shows things?"
    own = [
        one
        for one in result.gaps
        if one.direction == "text to picture" and one.ratio.value is not None
    ]
    first = first_model(result.models, reads=True)
    if first is None:
        return Answer(question, "–", "None of these models reads, so none can be asked.", open=True)
    mine = [one for one in own if one.model == first.name]
    # Of the model's own galleries the largest says most: of few works a median says little.
    told = max(mine, key=lambda one: one.ratio.n or 0, default=None)
    if told is None:
        sentence = (
            "Not measured: it takes words to ask by, and works of narrative and of additive genres."
        )
        return Answer(question, "–", sentence, open=True)
    sentence = (
        f"Asked for by its words, a narrative work comes at place {figure(told.narrative.value)} "
        f"with {first.name}, an additive one at {figure(told.additive.value)} (medians)."
    )
    meet = [one for one in own if one.gallery == shown_gallery(result)]
    others = [(one.model, one.ratio) for one in meet if one.model != first.name]
    if told.gallery != shown_gallery(result):
        own_there = [(one.model, one.ratio) for one in meet if one.model == first.name]
        beside = _where_all_meet(result, [*own_there, *others])
    else:
        beside = _beside(others)
    is_open = not apart(told.ratio, 1.0) or not beyond_unrelated(told)
    side = _against(told.ratio, 1.0, "the story is found less well", "the story is found better")
    if apart(told.ratio, 1.0) and is_open:
        side = "Texts dealt out anew give gaps as large: it need not be the story."
    dealt = told.unrelated
    return Answer(
        question,
        f"{figure(told.ratio.value)}×",
        f"{sentence} {side}",
        _join(
            _interval(told.ratio, "×"),
            f"Texts dealt out anew: {figure(dealt[0])} to {figure(dealt[1])}×." if dealt else "",
            _judged_on(result, told),
            beside,
        ),
        open=is_open,
    )


def _equal(result: SemanticGap) -> Answer | None:
    first = first_model(result.models, reads=True)
    own = [one for one in result.content_equal if one.ratio.value is not None]
    mine = [one for one in own if first and one.model == first.name]
    told = max(mine, key=lambda one: one.pairs, default=None)
    if told is None:
        return None
    others = [
        (one.model, one.ratio)
        for one in own
        if (one.what, one.gallery) == (told.what, told.gallery) and one.model != told.model
    ]
    return Answer(
        "And if the same things are seen in both?",
        f"{figure(told.ratio.value)}×",
        f"is the gap that is left with {told.model} over {told.pairs:,} pairs of works: "
        f"{told.what}. "
        + _against(told.ratio, 1.0, "the story itself costs places", "the story even helps"),
        _sure(told.ratio, others, "×"),
        open=not apart(told.ratio, 1.0),
    )


def _form(result: SemanticGap) -> Answer | None:
    own = [one for one in result.cue_conflicts if one.form.value is not None]
    first = first_model(result.models)
    mine = [one for one in own if first and one.model == first.name]
    told = next((one for one in mine if one.by == "work"), mine[0] if mine else None)
    if told is None:
        return None
    others = [
        (one.model, one.form)
        for one in own
        if (one.maker, one.by) == (told.maker, told.by) and one.model != told.model
    ]
    return Answer(
        "Form or surface: which does it believe?",
        share(told.form.value),
        f"of the decided pictures {told.model} takes for the work that gave the form, the rest "
        f"for the one that gave colour and brushwork"
        f"{'' if told.maker == 'all' else f' ({told.maker})'}. "
        + _against(told.form, 0.5, "It believes the form", "It believes the surface"),
        _sure(told.form, others, as_share=True),
        open=not apart(told.form, 0.5),
    )


def _distance(result: SemanticGap) -> Answer | None:
    first = first_model(result.models)
    gallery = shown_gallery(result)
    mine = [
        one
        for one in result.ratios
        if first
        and one.model == first.name
        and one.gallery == gallery
        and one.pairs.value is not None
    ]
    if not mine:
        return None
    told = min(mine, key=lambda one: one.pairs.value or 0.0)
    rest = [one for one in mine if one is not told]
    figures = ", ".join(f"{one.facet} {figure(one.pairs.value)}" for one in rest)
    others = f"The others: {figures}." if rest else ""
    near = [one.facet for one in rest if _overlap(one.pairs, told.pairs)]
    unsure = f" Not surely more than {joined(near)}." if near else ""
    return Answer(
        "Which facet does its eye follow most closely?",
        told.facet,
        f"Two works that share it are {figure(told.pairs.value)} times as far apart as two that "
        f"do not, for {told.model}. "
        + _against(
            told.pairs,
            1.0,
            "They lie further apart than by chance",
            "They lie nearer than by chance",
        )
        + unsure,
        _join(_interval(told.pairs), others),
        open=not apart(told.pairs, 1.0),
    )


def _floor(result: SemanticGap) -> Answer | None:
    floors = {model.name for model in result.models if model.floor}
    if not floors:
        return None
    gallery = shown_gallery(result)
    checked = [
        (
            f"{one.direction}, R@10 of {one.group}",
            _off(one.recall_at_10, one.by_lot, one.recall_at_10.chance),
            one.recall_at_10,
        )
        for one in result.retrieval
        if one.model in floors
        and one.group == "all"
        and one.gallery == gallery
        and one.gallery_size >= 20  # of fewer, half are among the first ten
    ]
    checked += [
        (
            f"gap, {one.direction}",
            _off(one.ratio, one.by_lot or one.unrelated, 1.0),
            one.ratio,
        )
        for one in result.gaps
        if one.model in floors and one.gallery == gallery
    ]
    told = [one for one in checked if one[1] is not None]
    if not told:
        return None
    off = [f"{name}: {with_spread(own, as_share='R@' in name)}" for name, away, own in told if away]
    return Answer(
        "Does a model that knows nothing come out at chance?",
        f"{len(told) - len(off)} of {len(told)}",
        f"numbers of {joined(sorted(floors))}, whose weights were drawn by lot, cannot be told "
        f"from chance{', as it should be' if not off else ''}.",
        f"Not at chance: {joined(off)}. One in twenty may be so by chance." if off else "",
        open=bool(off),
    )


def _off(own: Estimate, by_lot: tuple[float, float] | None, chance: float | None) -> bool | None:
    """Say whether a number of weights by lot is another than other weights by lot give."""
    if by_lot is None or own.value is None:
        return apart(own, chance)
    return not by_lot[0] <= own.value <= by_lot[1]


def beyond_unrelated(gap: Gap) -> bool:
    """Say whether a gap is another than texts dealt out anew give.

    Parameters
    ----------
    gap
        The gap.

    Returns
    -------
    bool
        True also where it is not known what they give.
    """
    if gap.ratio.value is None or gap.unrelated is None:
        return True
    return not gap.unrelated[0] <= gap.ratio.value <= gap.unrelated[1]


def _against(own: Estimate, reference: float, above: str, below: str) -> str:
    """Say on which side of a reference a number lies, or that this is not known."""
    told = apart(own, reference)
    if told is None:
        return "How sure that is cannot be said."
    if not told:
        return f"That {OPEN}."
    sentence = above if (own.value or 0.0) > reference else below
    return f"{sentence[:1].upper()}{sentence[1:]}."


def _overlap(one: Estimate, other: Estimate) -> bool:
    if one.interval is None or other.interval is None:
        return False
    return one.interval[0] <= other.interval[1] and other.interval[0] <= one.interval[1]


def _interval(own: Estimate, unit: str = "", as_share: bool = False) -> str:
    told = spread(own, as_share=as_share)
    return f"95% interval {told}{unit}." if told else ""


def _sure(
    own: Estimate,
    others: Sequence[tuple[str, Estimate]],
    unit: str = "",
    *,
    as_share: bool = False,
) -> str:
    return _join(_interval(own, unit, as_share), _beside(others, as_share=as_share))


def _beside(others: Sequence[tuple[str, Estimate]], *, as_share: bool = False) -> str:
    write = share if as_share else figure
    told = ", ".join(f"{model} {write(one.value)}" for model, one in others)
    return f"Beside it {told}." if told else ""


def _where_all_meet(result: SemanticGap, models: Sequence[tuple[str, Estimate]]) -> str:
    """Set models side by side on works that none of their maps learnt from."""
    told = ", ".join(f"{model} {figure(one.value)}" for model, one in models)
    works = result.held_out.get("works")
    return f"On the {works:,} works held out, where all models meet: {told}." if told else ""


def _judged_on(result: SemanticGap, gap: Gap) -> str:
    """Say of how many works the medians are: of few they say little."""
    works = result.held_out.get("works")
    where = f"On the {works:,} works held out" if gap.gallery == HELD_OUT and works else ""
    asked = (
        f"{gap.narrative.n:,} narrative, {gap.additive.n:,} additive"
        if gap.narrative.n and gap.additive.n
        else ""
    )
    told = ": ".join(filter(None, (where, asked)))
    return f"{told[:1].upper()}{told[1:]}." if told else ""


def _join(*parts: str) -> str:
    return " ".join(filter(None, parts))
