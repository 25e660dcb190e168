"""The benchmark of coherence, run whole on few captions; no test asserts speed."""

from __future__ import annotations

import json

import pytest

from evaluation.benchmarks import coherence
from evaluation.coherence import Coherence


def test_every_measure_is_timed_checked_and_written_down() -> None:
    results = json.loads(json.dumps(coherence.measure(300, 12, 2)))
    assert results["captions"]["works"] == 300
    assert results["captions"]["topics"] == 12
    assert results["captions"]["tokens"] == pytest.approx(300 * 15, rel=0.1)
    assert {name: found["window"] for name, found in results["measures"].items()} == {
        "c_v": 110,
        "c_npmi": 10,
        "c_uci": 10,
        "u_mass": None,
    }
    for found in results["measures"].values():
        assert found["largest_difference"] <= 1e-9
        theirs, ours = found["seconds"]["gensim"], found["seconds"]["topicart"]
        assert len(theirs) == len(ours) == 2
        assert found["ratio"] == pytest.approx(min(theirs) / min(ours), abs=0.06)
    together = results["together"]["seconds"]
    each = [min(found["seconds"]["gensim"]) for found in results["measures"].values()]
    assert together["gensim"] == pytest.approx(sum(each))
    assert len(together["topicart"]) == 2
    assert len(coherence.BENCHMARK.rows(results)) == 5


def test_the_same_captions_are_invented_again() -> None:
    assert coherence.invent(50, 12) == coherence.invent(50, 12)
    texts, topics = coherence.invent(50, 12)
    told = {word for text in texts for word in text}
    assert len(texts) == 50
    assert [len(set(topic)) for topic in topics] == [10] * 12
    assert told.issuperset(word for topic in topics for word in topic)


def test_other_numbers_than_gensims_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    right = coherence.topic_coherence

    def wrong(*arguments: object, **options: object) -> Coherence:
        found = right(*arguments, **options)  # type: ignore[arg-type]
        off = (found.per_topic[0] + 1e-6, *found.per_topic[1:])
        return Coherence(**{**vars(found), "per_topic": off})

    monkeypatch.setattr(coherence, "topic_coherence", wrong)
    with pytest.raises(RuntimeError, match="c_v is 1.0e-06 apart from gensim's"):
        coherence.measure(50, 3, 1)
