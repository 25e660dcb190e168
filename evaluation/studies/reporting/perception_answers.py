"""The answers of a study of perception, a sentence each with its number."""

from __future__ import annotations

from evaluation.studies.estimate import Estimate
from evaluation.studies.perception.result import Answered, PeopleTold, Perception
from evaluation.studies.reporting.gap_answers import OPEN, first_model
from evaluation.studies.reporting.parts import Answer
from evaluation.studies.reporting.wording import apart, figure, joined, share, spread, with_spread
from topicart.report.wording import counted

__all__ = ["perception_answers"]

_QUESTIONS = {
    "content": "Does it say what is in a picture?",
    "scene": "Does it say what kind of scene it is?",
    "style": "Does it say in which style it is painted?",
    "period": "Does it say when it was painted?",
}


def perception_answers(result: Perception) -> tuple[Answer, ...]:
    """Say what the study says, a question after the other.

    Parameters
    ----------
    result
        What the study says.

    Returns
    -------
    tuple of Answer
        Those that could be asked.
    """
    first = first_model(result.models)
    if first is None:
        return ()
    asked = [_dimension(one.name, first.name, result) for one in result.dimensions]
    found = (*asked, _defects(first.name, result), _people(first.name, result),
             _generated(first.name, result), _floor(result))  # fmt: skip
    return tuple(one for one in found if one is not None)


def _dimension(name: str, model: str, result: Perception) -> Answer | None:
    own = [one for one in result.answered if one.dimension == name]
    told = next((one for one in own if one.model == model), None)
    if told is None:
        return None
    question = _QUESTIONS.get(name, f"Does it answer questions of {name}?")
    if told.zero_shot.value is None and told.probe.value is None:
        return Answer(question, "–", "Not measured.", open=True)
    words = told.zero_shot.value is not None
    main = told.zero_shot if words else told.probe
    chance = "" if main.chance is None else f" (chance {share(main.chance)})"
    asked = (
        f"right when {model} is asked in words"
        if words
        else f"right by a probe on {model}, which reads no words"
    )
    sentence = f"{asked}, the mean over answers{chance}"
    if words and told.probe.value is not None:
        sentence += f"; a linear probe on the same works {with_spread(told.probe, as_share=True)}"
    known = apart(main, main.chance)
    others = ", ".join(f"{one.model} {_short(one)}" for one in own if one.model != model)
    sure = f"95% interval {spread(main, as_share=True)}." if main.interval else ""
    verdict = (
        f" That {OPEN}." if known is False else f" {told.verdict[:1].upper()}{told.verdict[1:]}."
    )
    return Answer(
        question,
        share(main.value),
        f"{sentence}.{verdict}",
        " ".join(filter(None, (sure, f"Beside it {others}." if others else ""))),
        open=not known,
    )


def _short(one: Answered) -> str:
    main = one.zero_shot if one.zero_shot.value is not None else one.probe
    return share(main.value) + (" by its probe" if one.zero_shot.value is None else "")


def _defects(model: str, result: Perception) -> Answer | None:
    own = [one for one in result.defects if one.model == model]
    if not own:
        return None
    by: dict[str, list[str]] = {}
    for one in own:
        by.setdefault(one.verdict, []).append(one.deformation)
    said = by.get("seen and said", [])
    words = {
        "seen and said": "Its words move with",
        "seen, not said": "Its vectors hold, and its words do not say,",
        "seen, not asked": "Its vectors hold",
        "invisible": "Invisible to it:",
        "unsure": "Not to be told from chance:",
    }
    told = " ".join(f"{start} {joined(by[name])}." for name, start in words.items() if name in by)
    strongest = max((one for one in own if one.auc.value is not None),
                    key=lambda one: one.auc.value or 0.0, default=None)  # fmt: skip
    sure = (
        f"The clearest is {strongest.deformation}, AUC {with_spread(strongest.auc)}."
        if strongest
        else ""
    )
    return Answer(
        "Which damage does it notice?",
        f"{len(said)} of {len(own)}",
        f"deformations are seen by {model} and said when asked. {told}",
        sure,
        open=not said,
    )


def _people(model: str, result: Perception) -> Answer | None:
    measured = [(one, *_with_people(one, model)) for one in result.people]
    told = [own for own in measured if own[2] is not None and own[2].value is not None]
    if not told:
        return None
    first, name, own = told[0]
    if own is None:
        return None
    rest = "; ".join(
        f"on {one.dimension} {_named(other)}{figure(value.value)}{_a_person(one, other)}"
        for one, other, value in told[1:]
        if value is not None
    )
    others = ", ".join(
        f"{who} {figure(beside[name].value)}"
        for who, beside in first.models.items()
        if who != model and name in beside and beside[name].value is not None
    )
    measure = _MEASURES[name]
    return Answer(
        "Does it agree with people?",
        figure(own.value),
        f"is {measure} of {model} and the majority of {counted(first.annotators, 'person')} on "
        f"{first.dimension}{_a_person(first, name)}"
        f"{f'; {rest}' if rest else ''}.".replace("persons", "people")
        + (f" That {OPEN}." if apart(own, 0.0) is False else ""),
        " ".join(
            filter(
                None,
                (
                    f"95% interval {spread(own)}." if own.interval else "",
                    f"Beside it {others}." if others else "",
                ),
            )
        ),
        open=apart(own, 0.0) is False,
    )


_MEASURES = {"alpha": "Krippendorff’s alpha", "spearman": "the rank correlation (Spearman)"}


def _named(name: str) -> str:
    return "" if name == "alpha" else "Spearman "


def _with_people(one: PeopleTold, model: str) -> tuple[str, Estimate | None]:
    """Give a model's agreement with people: alpha, or of degrees the rank correlation."""
    own = one.models.get(model, {})
    for name in _MEASURES:
        if name in own and own[name].value is not None:
            return name, own[name]
    return "alpha", None


def _a_person(one: PeopleTold, name: str) -> str:
    person = one.person.get(name)
    if person is None or person.value is None:
        return ""
    return f" (a person and the others: {figure(person.value)})"


def _generated(model: str, result: Perception) -> Answer | None:
    told = next((one for one in result.generated if one.model == model), None)
    if told is None or told.accuracy.value is None:
        return None
    return Answer(
        "Does it tell painted from generated works?",
        share(told.accuracy.value),
        f"of the works held out are told right from {model}’s vectors.",
        f"95% interval {spread(told.accuracy, as_share=True)}." if told.accuracy.interval else "",
        open=apart(told.accuracy, told.accuracy.chance) is False,
    )


def _floor(result: Perception) -> Answer | None:
    floors = {model.name for model in result.models if model.floor}
    checked = [
        (
            f"{one.dimension} in words",
            one.zero_shot,
            apart(one.zero_shot, one.zero_shot.chance),
            True,
        )
        for one in result.answered
        if one.model in floors
    ]
    # A spoilt picture moves any answer; only what moves it more than other questions is said.
    checked += [
        (f"{one.deformation} in words", one.auc, one.verdict == "seen and said", False)
        for one in result.defects
        if one.model in floors and one.auc.value is not None
    ]
    known = [one for one in checked if one[2] is not None]
    if not known:
        return None
    off = [
        f"{name}: {with_spread(own, as_share=as_share)}"
        for name, own, away, as_share in known
        if away
    ]
    return Answer(
        "Does a model that knows nothing come out at chance?",
        f"{len(known) - len(off)} of {len(known)}",
        f"answers in words of {joined(sorted(floors))}, whose weights were drawn by lot, cannot "
        f"be told from chance{', as it should be' if not off else ''}.",
        f"Not at chance: {joined(off)}. One in twenty may be so by chance." if off else "",
        open=bool(off),
    )
