"""A study as a folder: its data, its tables, its page, and what it never replaces."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from evaluation.studies.estimate import Estimate
from evaluation.studies.looking import pictures_of_works
from evaluation.studies.perception.result import PeopleTold, Perception
from evaluation.studies.reporting import require_usable, write_study
from evaluation.studies.reporting.sheets import gap_sheets
from evaluation.studies.semantic_gap.cue_conflict import conflict_pictures
from evaluation.studies.semantic_gap.result import Gap, SemanticGap
from knowledge_graph import Collection
from tests.evaluation.studies.reporting.conftest import HOSTILE, sees, sure
from topicart.errors import StudyError
from topicart.study_console import study_tables

MakeGap = Callable[..., SemanticGap]
MakePerception = Callable[..., Perception]


class Read(HTMLParser):
    """Tags, and texts by the id of the section they stand in."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self.within = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "section":
            self.within = dict(attrs).get("id") or ""

    def handle_data(self, data: str) -> None:
        self.texts[self.within] = self.texts.get(self.within, "") + data


def test_data_is_written_whole_with_the_files_that_were_used(
    gap: MakeGap, gallery: Collection, tmp_path: Path
) -> None:
    page = write_study(gap(), gallery, tmp_path / "out")
    assert page == tmp_path / "out" / "index.html"
    told = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert told["study"] == "semantic-gap"
    assert told["gaps"][0]["ratio"]["value"] == 3.1
    assert (tmp_path / "out" / "classes.toml").read_text() == "additive = []\n"


def test_a_study_of_perception_keeps_its_questions_beside(
    perceived: MakePerception, gallery: Collection, tmp_path: Path
) -> None:
    write_study(perceived(), gallery, tmp_path)
    assert (tmp_path / "dimensions.toml").read_text() == "[content]\n"


def test_tables_have_a_number_beside_its_interval_and_chance(
    gap: MakeGap, gallery: Collection, tmp_path: Path
) -> None:
    write_study(gap(), gallery, tmp_path)
    with (tmp_path / "tables" / "ratios.csv").open(encoding="utf-8", newline="") as file:
        row = next(csv.DictReader(file))
    assert (row["facet"], row["pairs"], row["pairs_chance"]) == ("genre", "0.8", "1.0")
    assert float(row["pairs_low"]) == pytest.approx(0.75)
    with (tmp_path / "tables" / "ratios_by_class.csv").open(encoding="utf-8") as file:
        assert next(csv.DictReader(file))["value"] == "still life"
    assert "booktabs" in (tmp_path / "tables" / "gaps.tex").read_text()


def test_no_cell_of_a_table_is_a_formula(gap: MakeGap, gallery: Collection, tmp_path: Path) -> None:
    (failure,) = gap().failures
    formula = type(failure)(**{**vars(failure), "text": "=HYPERLINK(1)"})
    write_study(gap(failures=(formula,)), gallery, tmp_path)
    with (tmp_path / "tables" / "failures.csv").open(encoding="utf-8", newline="") as file:
        assert next(csv.DictReader(file))["text"] == "'=HYPERLINK(1)"


def test_the_page_needs_no_other_file_and_allows_its_own_style_alone(
    gap: MakeGap, perceived: MakePerception, gallery: Collection, tmp_path: Path
) -> None:
    for name, result in (("gap", gap()), ("perception", perceived())):
        text = write_study(result, gallery, tmp_path / name).read_text(encoding="utf-8")
        read = Read(text)
        assert not [tag for tag, _ in read.tags if tag in ("script", "link", "iframe", "object")
                    and _.get("rel") != "icon"]  # fmt: skip
        assert not [own for _, own in read.tags if "style" in own]
        assert all((own.get("href") or "#").startswith(("#", "data:")) for _, own in read.tags)
        style = re.search(r"<style>(.*?)</style>", text, re.S)
        assert style
        own = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
        policy = next(own["content"] for tag, own in read.tags if "http-equiv" in own)
        assert policy is not None
        assert f"'sha256-{own}'" in policy


def test_every_picture_that_is_used_is_in_the_page_once(
    perceived: MakePerception, gallery: Collection, tmp_path: Path
) -> None:
    read = Read(write_study(perceived(), gallery, tmp_path).read_text(encoding="utf-8"))
    stored = [own["id"] for tag, own in read.tags if tag == "image"]
    used = {(own["href"] or "")[1:] for tag, own in read.tags if tag == "use"}
    assert len(stored) == len(set(stored))
    assert used <= set(stored)
    # Two deformations at four strengths, the untouched beside both.
    assert sum(str(name).startswith("m") for name in stored) == 9


def test_what_a_collection_says_is_text_and_short(
    gap: MakeGap, gallery: Collection, tmp_path: Path
) -> None:
    text = write_study(gap(), gallery, tmp_path).read_text(encoding="utf-8")
    assert "<script" not in text
    assert HOSTILE[-5_000:] not in text
    assert "&lt;script&gt;alert(1)" in text


def test_a_gap_is_said_first_with_its_number_and_interval(
    gap: MakeGap, gallery: Collection, tmp_path: Path
) -> None:
    read = Read(write_study(gap(), gallery, tmp_path).read_text(encoding="utf-8"))
    brief = " ".join(read.texts["brief"].split())
    assert brief.index("3.10×") < brief.index("31%")
    assert "95% interval 2.25 to 3.95×" in brief
    assert (
        "over 4 pairs of works: asked by the things alone. That cannot be told from chance."
        in brief
    )


def test_a_gap_whose_interval_holds_one_cannot_be_told_from_chance(
    gap: MakeGap, gallery: Collection, tmp_path: Path
) -> None:
    weak = Gap("mini", "text to picture", "all", sure(10, 2), sure(12, 6), sure(1.2, 0.5))
    read = Read(write_study(gap(gaps=(weak,)), gallery, tmp_path).read_text(encoding="utf-8"))
    assert "That cannot be told from chance." in read.texts["brief"]
    assert "mini cannot be told from no gap." in read.texts["gap"]


def test_a_floor_that_is_not_at_chance_is_named(
    gap: MakeGap, gallery: Collection, tmp_path: Path
) -> None:
    high = Gap("floor", "text to picture", "all", sure(10, 2), sure(31, 6), sure(3.1, 0.85))
    told = gap(gaps=(gap().gaps[0], high))
    read = Read(write_study(told, gallery, tmp_path).read_text(encoding="utf-8"))
    assert "Not at chance: gap, text to picture: 3.10 (2.25 to 3.95)" in read.texts["brief"]


def test_without_texts_or_narrative_works_the_page_says_so(
    gap: MakeGap, gallery: Collection, tmp_path: Path
) -> None:
    bare = gap(
        models=(sees("seer", reads=False, context_length=None, cut=None),),
        ratios=(), retrieval=(), gaps=(), content_equal=(), survival=(), cue_conflicts=(),
        failures=(), published={}, cautions=(),
    )  # fmt: skip
    read = Read(write_study(bare, gallery, tmp_path).read_text(encoding="utf-8"))
    assert "None of these models reads" in read.texts["brief"]
    assert "needs works of a narrative genre" in " ".join(read.texts["gap"].split())
    assert "nothing to show" in read.texts["instead"]
    assert "surface" not in read.texts


def test_perception_without_people_or_generated_works_has_no_such_parts(
    perceived: MakePerception, gallery: Collection, tmp_path: Path
) -> None:
    whole = Read(write_study(perceived(), gallery, tmp_path / "a").read_text(encoding="utf-8"))
    assert "Krippendorff’s alpha" in whole.texts["people"]
    assert "a generator" in whole.texts["generated"]
    bare = perceived(
        people=(),
        generated=(),
        defects=(),
        answered=(),
        dimensions=(),
        mistakes=(),
        shown_spoilt="",
    )
    read = Read(write_study(bare, gallery, tmp_path / "b").read_text(encoding="utf-8"))
    assert not {"people", "generated", "spoilt", "wrong"} & set(read.texts)
    assert "nothing could be asked" in " ".join(read.texts["answers"].split())


def test_a_model_that_reads_nothing_is_told_by_its_probe(
    perceived: MakePerception, gallery: Collection, tmp_path: Path
) -> None:
    one = perceived().answered[0]
    silent = type(one)(
        **{**vars(one), "zero_shot": Estimate(None), "zero_shot_auc": Estimate(None),
           "lift": Estimate(None), "phrasings": (), "probe": sure(0.6, chance=0.5)}
    )  # fmt: skip
    told = perceived(models=(sees(reads=False),), answered=(silent,))
    read = Read(write_study(told, gallery, tmp_path).read_text(encoding="utf-8"))
    assert "by a probe on mini, which reads no words" in " ".join(read.texts["brief"].split())


def test_what_is_invisible_is_named(
    perceived: MakePerception, gallery: Collection, tmp_path: Path
) -> None:
    read = Read(write_study(perceived(), gallery, tmp_path).read_text(encoding="utf-8"))
    brief = " ".join(read.texts["brief"].split())
    assert "1 of 2 deformations are seen by mini and said when asked" in brief
    assert "Invisible to it: compression." in brief


def test_nothing_but_such_a_study_is_ever_replaced(
    gap: MakeGap, perceived: MakePerception, gallery: Collection, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    write_study(gap(), gallery, out)
    write_study(gap(works=7), gallery, out)
    with pytest.raises(StudyError, match="no study “perception”"):
        write_study(perceived(), gallery, out)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(StudyError, match=r"holds 'letter\.txt' and no study “semantic-gap”"):
        require_usable(tmp_path / "mine", "semantic-gap")
    with pytest.raises(StudyError, match="is a file"):
        require_usable(tmp_path / "mine" / "letter.txt", "semantic-gap")


def test_an_interrupted_study_may_go_on_where_it_was(tmp_path: Path) -> None:
    (tmp_path / "seen").mkdir()
    require_usable(tmp_path, "perception")


def test_where_a_model_was_joined_all_are_shown_on_the_works_held_out(
    gap: MakeGap, gallery: Collection, tmp_path: Path
) -> None:
    gaps = tuple(
        Gap(name, "text to picture", where, sure(10, 2), sure(10 * ratio, 6), sure(ratio, 0.2))
        for name, where, ratio in (
            ("mini", "all", 2.0), ("mini", "held out", 4.0), ("cca", "held out", 3.0),
        )
    )  # fmt: skip
    told = gap(gaps=gaps, models=(sees(), sees("cca", joined=True)), held_out={"works": 2})
    read = Read(write_study(told, gallery, tmp_path).read_text(encoding="utf-8"))
    brief = " ".join(read.texts["brief"].split())
    assert "2×" in brief
    assert "On the 2 works held out, where all models meet: mini 4, cca 3." in brief


def test_a_gallery_of_test_works_alone_has_its_answer_and_its_values(
    gap: MakeGap, gallery: Collection, tmp_path: Path
) -> None:
    made = gap()
    told = replace(
        made,
        protocol="SemArt Text2Art",
        gaps=tuple(replace(one, gallery="held out") for one in made.gaps),
        ratios=tuple(replace(one, gallery="held out") for one in made.ratios),
        retrieval=tuple(replace(one, gallery="held out") for one in made.retrieval),
    )
    read = Read(write_study(told, gallery, tmp_path).read_text(encoding="utf-8"))
    assert "3.10×" in read.texts["brief"]
    assert "mini: genre by value" in read.texts["distances"]
    assert "ties count half" not in read.texts["gap"]


def test_a_gap_no_larger_than_that_of_unrelated_texts_is_open(
    gap: MakeGap, gallery: Collection, tmp_path: Path
) -> None:
    told = gap(gaps=tuple(replace(one, unrelated=(0.4, 3.5)) for one in gap().gaps))
    read = Read(write_study(told, gallery, tmp_path).read_text(encoding="utf-8"))
    brief = " ".join(read.texts["brief"].split())
    assert "Texts dealt out anew give gaps as large: it need not be the story." in brief
    assert "Texts dealt out anew: 0.40 to 3.50×." in brief
    assert "mini: no more than texts dealt out anew give." in read.texts["gap"]


def test_a_floor_whose_gap_is_that_of_unrelated_texts_is_at_chance(
    gap: MakeGap, gallery: Collection, tmp_path: Path
) -> None:
    floor = Gap(
        "floor", "text to picture", "all", sure(10, 2), sure(31, 6), sure(3.1, 0.85), (0.9, 3.3)
    )
    told = gap(gaps=(gap().gaps[0], floor))
    read = Read(write_study(told, gallery, tmp_path).read_text(encoding="utf-8"))
    assert "Not at chance: gap" not in read.texts["brief"]


def test_only_the_first_models_failures_stand_open(
    gap: MakeGap, gallery: Collection, tmp_path: Path
) -> None:
    one = gap().failures[0]
    told = gap(failures=(one, replace(one, model="floor")))
    read = Read(write_study(told, gallery, tmp_path).read_text(encoding="utf-8"))
    assert read.texts["instead"].count("mini · ") == 1
    assert "What came instead with floor" in read.texts["instead"]


def test_pictures_that_are_shown_are_those_that_models_saw(
    gap: MakeGap, gallery: Collection, tmp_path: Path
) -> None:
    made = gap_sheets(gap(), gallery)
    pictures = pictures_of_works(
        ["w2", "w3"], [gallery.root / "2.jpg", gallery.root / "3.jpg"], side=64
    )
    seen = conflict_pictures(pictures, np.array([[0, 1]]), "patches", seed=0).pictures_of(0)[0]
    coded = made["conflicts"][0].cells[-1].picture.uri.partition(",")[2]
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(coded))), float)
    seen.thumbnail((220, 220))
    assert np.abs(shown - np.asarray(seen, float)).mean() < 6


def test_every_question_has_a_models_agreement_beside_a_persons(
    perceived: MakePerception, gallery: Collection, tmp_path: Path
) -> None:
    people = (
        PeopleTold(
            "content", "nominal", 8, 24, 3, sure(0.9),
            {"mini": {"alpha": sure(0.4)}, "floor": {"alpha": sure(0.01)}}, {"alpha": sure(0.55)},
        ),
        PeopleTold(
            "deformation", "ordinal", 8, 24, 3, sure(0.8),
            {"mini": {"alpha": Estimate(None), "spearman": sure(0.3)}}, {"spearman": sure(0.7)},
        ),
    )  # fmt: skip
    read = Read(write_study(perceived(people=people), gallery, tmp_path).read_text("utf-8"))
    brief = " ".join(read.texts["brief"].split())
    assert (
        "0.40 is Krippendorff’s alpha of mini and the majority of 3 people on content "
        "(a person and the others: 0.55); on deformation Spearman 0.30 "
        "(a person and the others: 0.70)." in brief
    )
    assert "Beside it floor 0.01." in brief
    assert "0.90 is" not in brief


def test_a_work_that_came_among_the_first_is_no_failure(
    gap: MakeGap, gallery: Collection, tmp_path: Path
) -> None:
    one = gap().failures[0]
    told = gap(failures=(replace(one, rank=2.0), replace(one, work="w5", rank=6.0)))
    read = Read(write_study(told, gallery, tmp_path).read_text(encoding="utf-8"))
    assert "found at place 6" in read.texts["instead"]
    assert "found at place 2" not in read.texts["instead"]


@pytest.mark.parametrize("width", [80, 120])
def test_a_terminal_has_a_line_a_model_and_no_number_is_broken(
    gap: MakeGap, perceived: MakePerception, width: int
) -> None:
    for made, told in (("0.80", gap()), ("0.80 said", perceived())):
        console = Console(width=width, file=io.StringIO())
        console.print(study_tables(told))
        lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
        assert max(map(len, lines)) <= width
        assert any(made in line for line in lines)
        assert sum(line.startswith("mini ") for line in lines) <= 2
