"""From a LLaVA model's name to a model that is whole and safe, with errors that help."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Sequence
from pathlib import Path

import huggingface_hub
import pytest
import torch
from safetensors.torch import load_file, save_file

from tests.topicart.summaries.tiny_llava import write_llava_folder
from topicart.errors import ModelError
from topicart.hub import HubFileMissingError, HubUnreachableError
from topicart.summaries import llava_files, llava_loading
from topicart.summaries.llava import LLAVA_MODELS, LlavaSummarizer

COMMIT = "0123456789ab" + "c" * 28


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_llava_folder(tmp_path_factory.mktemp("models") / "llava")


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    return Path(shutil.copytree(whole, tmp_path / "llava"))


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Hugging Face cache of our own."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


@pytest.fixture
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every address that anything tries to reach."""
    tried: list[object] = []

    def connect(self: socket.socket, address: object) -> None:
        tried.append(address)
        raise OSError("no network in this test")

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *address, **_: connect(None, address))
    return tried


def load(name: str | Path, **options: object) -> LlavaSummarizer:
    return LlavaSummarizer.load(str(name), device="cpu", progress=False, **options)


def snapshot(cache: Path, repository: str) -> Path:
    place = cache / f"models--{repository.replace('/', '--')}"
    (place / "refs").mkdir(parents=True)
    (place / "refs" / "main").write_text(COMMIT)
    return place / "snapshots" / COMMIT


def test_a_folder_is_loaded_without_asking_the_network(
    whole: Path, no_sockets: list[object]
) -> None:
    assert load(whole).model.startswith("llava@")
    assert no_sockets == []


def test_loading_prints_nothing(whole: Path, capfd: pytest.CaptureFixture[str]) -> None:
    load(whole)
    assert capfd.readouterr() == ("", "")


def test_a_cached_repository_is_loaded_without_asking_the_network(
    whole: Path, cache: Path, no_sockets: list[object]
) -> None:
    shutil.copytree(whole, snapshot(cache, LLAVA_MODELS["llava-1.5-7b"]))
    llava = load("llava-1.5-7b")
    assert llava.model == "llava-hf/llava-1.5-7b-hf@0123456789ab"
    assert llava.settings["revision"] == COMMIT
    assert no_sockets == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("llava-1.6-7b", "no model 'llava-1.6-7b' for summaries. Did you mean llava-1.5-7b?"),
        ("./nowhere", "no model './nowhere' for summaries. Give one of llava-1.5-7b, llava-v1.6"),
        ("", "no model '' .*a repository of the Hugging Face hub as owner/name, or a folder"),
        ("owner/name/more", "no model 'owner/name/more' .*The engine `facts` needs no model"),
    ],
)
def test_an_unknown_name_is_told_which_are_known(name: str, said: str) -> None:
    with pytest.raises(ModelError, match=said):
        load(name)


def test_without_the_hub_the_error_says_how_to_bring_the_model(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(repository: str, names: Sequence[str]) -> Path:
        raise HubUnreachableError("name resolution failed")

    monkeypatch.setattr(llava_files, "fetch_file", unreachable)
    with pytest.raises(
        ModelError,
        match=r"hub cannot be reached \(name resolution failed\). Run `hf download "
        "llava-hf/llava-onevision-qwen2-0.5b-ov-hf --local-dir FOLDER`.*`facts` needs no model",
    ):
        load("llava-onevision-0.5b")


def hub_of(folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A hub that has one folder's files; gives what is fetched, in order."""
    fetched: list[str] = []
    place = snapshot(cache, "owner/model")
    place.mkdir(parents=True)

    def fetch(repository: str, names: Sequence[str]) -> Path:
        for name in names:
            if (place / name).is_file() or (folder / name).is_file():
                fetched.append(name)
                return Path(shutil.copy(folder / name, place / name))
        raise HubFileMissingError(f"the repository has no file {' or '.join(names)}")

    def download(repository: str, allow_patterns: Sequence[str]) -> str:
        fetched.extend(allow_patterns)
        for pattern in allow_patterns:
            for file in folder.glob(pattern):
                shutil.copy(file, place / file.name)
        return str(place)

    monkeypatch.setattr(llava_files, "fetch_file", fetch)
    monkeypatch.setattr(huggingface_hub, "snapshot_download", download)
    return fetched


def test_a_missing_model_is_downloaded_with_its_weights_alone(
    folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "model.safetensors").rename(folder / "part-1.safetensors")
    weights = dict.fromkeys(load_file(folder / "part-1.safetensors"), "part-1.safetensors")
    index = {"metadata": {}, "weight_map": weights}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    fetched = hub_of(folder, cache, monkeypatch)
    assert load("owner/model").model == "owner/model@0123456789ab"
    assert fetched[0] == "config.json"
    assert fetched[-5:] == ["*.json", "*.jinja", "*.model", "*.txt", "part-1.safetensors"]


def test_what_is_no_vision_language_model_is_refused_before_its_weights_are_fetched(
    folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "config.json").write_text('{"model_type": "bert"}')
    fetched = hub_of(folder, cache, monkeypatch)
    with pytest.raises(ModelError, match="is no vision-language model .*model_type 'bert'"):
        load("owner/model")
    assert fetched == ["config.json"]


def test_a_repository_with_pickled_weights_alone_is_refused(
    folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    hub_of(folder, cache, monkeypatch)
    with pytest.raises(ModelError, match="no file .*Only safetensors weights are read"):
        load("owner/model")


def test_a_folder_with_pickled_weights_alone_is_refused(folder: Path) -> None:
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    with pytest.raises(ModelError, match="no model.safetensors; .*Only safetensors weights"):
        load(folder)


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("config.json", "has no config.json. Expected is a folder as `hf download"),
        ("model.safetensors", "has no model.safetensors; found: chat_template.jinja, config.json"),
        ("processor_config.json", "has no preprocessor_config.json or processor_config.json"),
        ("tokenizer.json", "has no tokenizer.json or tokenizer.model or vocab.json; found"),
    ],
)
def test_an_incomplete_folder_is_told_what_it_lacks(folder: Path, file: str, said: str) -> None:
    (folder / file).unlink()
    with pytest.raises(ModelError, match=said):
        load(folder)


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("config.json", "{", "config.json cannot be read as JSON"),
        ("config.json", 50_000 * "[", "config.json cannot be read as JSON"),
        ("config.json", "[]", "config.json holds no JSON object"),
        ("config.json", '{"model_type": ["x"]}', "is no vision-language model"),
        ("model.safetensors", "cut", "cannot be loaded: .*Download the whole folder again"),
        ("tokenizer.json", "{}", "cannot be loaded: .*Download the whole folder again"),
        ("processor_config.json", "{", "cannot be loaded: .*Download the whole folder again"),
        ("chat_template.jinja", "{% for", "chat template that cannot be used"),
        ("chat_template.jinja", "Hello", "chat template that has no place for one picture"),
        ("adapter_config.json", "{}", "holds an adapter .*Merge it into its model"),
        ("model.safetensors.index.json", '{"weight_map": {}}', "is damaged: expected a 'weight_m"),
        ("model.safetensors.index.json", '{"weight_map": {"a": "../b.safetensors"}}', "is damaged"),
        ("model.safetensors.index.json", '{"weight_map": {"a": ["b"]}}', "is damaged"),
        ("processor_config.json", 50_000 * "[", "cannot be loaded"),
        ("tokenizer_config.json", 50_000 * "[", "cannot be loaded"),
        ("model.safetensors.index.json", '{"weight_map": {"a": "b.safetensors"}}', "no b.safet"),
    ],
)
def test_a_damaged_folder_is_named_with_the_fault_and_a_remedy(
    folder: Path, file: str, content: str, said: str
) -> None:
    (folder / file).write_text(content)
    with pytest.raises(ModelError, match=said) as caught:
        load(folder)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("part", ["text_config", "vision_config"])
@pytest.mark.parametrize("name", ["num_hidden_layers", "hidden_size"])
def test_a_model_larger_than_any_is_not_made(folder: Path, part: str, name: str) -> None:
    config = json.loads((folder / "config.json").read_text())
    config[part][name] = 10**10
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match=f"config.json asks for '{name}' above .*no model has"):
        load(folder)


def test_weights_that_are_not_there_are_not_made_up(folder: Path) -> None:
    weights = load_file(folder / "model.safetensors")
    absent = next(name for name in weights if "k_proj" in name)
    save_file(
        {name: tensor for name, tensor in weights.items() if name != absent},
        folder / "model.safetensors",
        {"format": "pt"},
    )
    with pytest.raises(ModelError, match="1 of its weights are missing, as .*k_proj"):
        load(folder)


def test_weights_of_another_shape_than_configured_are_refused(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    config["text_config"]["intermediate_size"] += 8
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match="cannot be loaded: .*Download the whole folder again"):
        load(folder)


def test_code_of_a_repository_is_never_run(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    config["auto_map"] = {"AutoModelForImageTextToText": "evil.Evil", "AutoConfig": "evil.Evil"}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "evil.py").write_text(f"open({str(folder / 'ran')!r}, 'w')\nclass Evil: pass\n")
    load(folder)
    assert not (folder / "ran").exists()


def test_a_model_whose_dialogue_is_unknown_is_refused(tmp_path: Path) -> None:
    folder = write_llava_folder(tmp_path / "next", "llava_next", template=False)
    with pytest.raises(ModelError, match="has no chat template, .*Expected is chat_template.jinja"):
        load(folder)


def test_four_bits_need_a_cuda_gpu_and_bitsandbytes(
    whole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ModelError, match="--four-bit.* need a CUDA GPU, and the device is cpu"):
        load(whole, four_bit=True)
    monkeypatch.setattr(llava_loading, "find_spec", lambda _: None)
    source = llava_files.resolve_llava(str(whole))
    with pytest.raises(ModelError, match=r'pip install "topicart\[quantize\]"'):
        llava_loading.load_model(source, "cuda", "bf16", True)


def test_a_model_larger_than_the_memory_is_told_what_would_fit(
    whole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from transformers import AutoModelForImageTextToText

    def full(*_: object, **__: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(AutoModelForImageTextToText, "from_pretrained", full)
    with pytest.raises(ModelError, match="does not fit into the memory of cpu. Use --four-bit"):
        load(whole)


def test_a_folders_revision_changes_with_any_of_its_files(folder: Path) -> None:
    before = llava_files.resolve_llava(str(folder)).revision
    assert llava_files.resolve_llava(str(folder)).revision == before
    (folder / "chat_template.jinja").write_text("{{ '<image>' }}")
    assert llava_files.resolve_llava(str(folder)).revision != before
