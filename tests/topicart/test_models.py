"""From a model's name to its files, with errors that help."""

from __future__ import annotations

import hashlib
import json
import pickle
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import huggingface_hub.constants
import pytest

from tests.topicart.tiny_models import write_clip_folder, write_hf_folder, write_json
from topicart import hub
from topicart.encoder import Encoder
from topicart.errors import ModelError
from topicart.model_files import resolve_model
from topicart.models import DEFAULT_MODEL, MINI, MINI_NOTE, list_models
from topicart.openclip import build_model


@pytest.fixture(scope="module")
def clip_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip_folder(tmp_path_factory.mktemp("models") / "clip")


@pytest.fixture
def folder(clip_folder: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    return Path(shutil.copytree(clip_folder, tmp_path / "clip"))


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Hugging Face cache of our own."""
    cache = tmp_path / "hub"
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(cache))
    return cache


@pytest.fixture
def no_network(empty_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hub at an address where nobody answers."""
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr(
        huggingface_hub.constants,
        "HUGGINGFACE_CO_URL_TEMPLATE",
        "http://127.0.0.1:9/{repo_id}/resolve/{revision}/{filename}",
    )


def in_cache(cache: Path, repository: str, folder: Path) -> None:
    """Put a folder's files where the hub's client puts what it downloads."""
    place = cache / f"models--{repository.replace('/', '--')}"
    commit = "0" * 40
    (place / "refs").mkdir(parents=True)
    (place / "refs" / "main").write_text(commit)
    shutil.copytree(folder, place / "snapshots" / commit)


def change_config(folder: Path, **text_cfg: object) -> None:
    file = folder / "open_clip_config.json"
    content = json.loads(file.read_text())
    content["model_cfg"]["text_cfg"] |= text_cfg
    write_json(file, content)


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize(
    ("name", "repository"),
    [
        (DEFAULT_MODEL, "laion/CLIP-ViT-B-32-laion2B-s34B-b79K"),
        ("hf-hub:owner/paintings", "owner/paintings"),
        ("ViT-B-16-SigLIP2/webli", "timm/ViT-B-16-SigLIP2"),
    ],
)
def test_without_the_hub_the_error_says_what_is_wanted_and_what_works(
    name: str, repository: str
) -> None:
    start = time.monotonic()
    with pytest.raises(ModelError, match="hub cannot be reached") as caught:
        resolve_model(name)
    assert time.monotonic() - start < 20
    said = str(caught.value)
    assert f"file open_clip_model.safetensors of the repository {repository}" in said
    assert "--model FOLDER" in said
    assert "HF_HOME" in said
    assert said.endswith("--model mini works offline.")
    assert "\n" not in said


@pytest.mark.usefixtures("empty_cache")
def test_offline_mode_of_the_hub_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(ModelError, match="hub cannot be reached.*--model mini works offline"):
        resolve_model(DEFAULT_MODEL)


@pytest.mark.usefixtures("empty_cache")
def test_a_full_disk_while_downloading_is_not_taken_for_a_missing_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(huggingface_hub, "get_hf_file_metadata", full)
    with pytest.raises(ValueError, match="disk is full: open_clip_model.safetensors"):
        resolve_model(DEFAULT_MODEL)


@pytest.fixture
def local_hub(
    clip_folder: Path, empty_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[str]]:
    """A hub on this machine with the repository owner/paintings; gives the files downloaded."""
    served: list[str] = []

    class Hub(BaseHTTPRequestHandler):
        def answer(self) -> bytes:
            prefix, _, name = self.path.partition("/resolve/main/")
            file = clip_folder / name
            if prefix != "/owner/paintings" or not name or not file.is_file():
                self.send_response(404)
                missing = "EntryNotFound" if prefix == "/owner/paintings" else "RepoNotFound"
                self.send_header("X-Error-Code", missing)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return b""
            content = file.read_bytes()
            self.send_response(200)
            self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
            self.send_header("X-Repo-Commit", "1" * 40)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            return content

        def do_HEAD(self) -> None:
            self.answer()

        def do_GET(self) -> None:
            if "/resolve/" in self.path:  # the client asks for other things besides
                served.append(self.path.rpartition("/")[2])
            self.wfile.write(self.answer())

        def log_message(self, *args: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", address)
    monkeypatch.setattr(
        huggingface_hub.constants,
        "HUGGINGFACE_CO_URL_TEMPLATE",
        address + "/{repo_id}/resolve/{revision}/{filename}",
    )
    yield served
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def bars_without_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the hub's client show its bars although nobody looks."""
    monkeypatch.setenv("TQDM_POSITION", "-1")


@pytest.mark.usefixtures("bars_without_terminal")
def test_a_model_is_downloaded_once(
    local_hub: list[str], clip_folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    encoder = Encoder.load("hf-hub:owner/paintings", device="cpu")
    weights = (clip_folder / "open_clip_model.safetensors").read_bytes()
    assert encoder.weights_sha256 == hashlib.sha256(weights).hexdigest()
    assert sorted(local_hub) == ["open_clip_config.json", "open_clip_model.safetensors"]
    shown = capfd.readouterr()
    assert shown.out == ""
    assert "open_clip_model.safetensors" in shown.err
    Encoder.load("hf-hub:owner/paintings", device="cpu")
    assert len(local_hub) == 2


@pytest.mark.usefixtures("bars_without_terminal")
def test_a_download_can_be_silent(local_hub: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    Encoder.load("hf-hub:owner/paintings", device="cpu", progress=False)
    assert len(local_hub) == 2
    assert capfd.readouterr() == ("", "")


@pytest.mark.usefixtures("local_hub")
def test_what_the_hub_has_not_is_named(clip_folder: Path) -> None:
    with pytest.raises(ModelError, match="cannot be fetched: the hub has no repository owner/none"):
        resolve_model("hf-hub:owner/none")
    with pytest.raises(hub.HubFileMissingError, match="owner/paintings has no file a or b"):
        hub.fetch_file("owner/paintings", ["a", "b"])
    found = hub.fetch_file("owner/paintings", ["a", "open_clip_config.json"])
    assert found.read_bytes() == (clip_folder / "open_clip_config.json").read_bytes()


@pytest.mark.usefixtures("no_network")
def test_a_repository_in_the_cache_needs_no_network(clip_folder: Path, empty_cache: Path) -> None:
    in_cache(empty_cache, "owner/paintings", clip_folder)
    assert hub.cached_file("owner/paintings", ["open_clip_model.safetensors"]) is not None
    source = resolve_model("hf-hub:owner/paintings")
    assert source.weights.name == "open_clip_model.safetensors"
    assert build_model(source).dim == 24


@pytest.mark.usefixtures("no_network")
def test_a_text_tower_from_another_repository_is_found_in_the_cache(
    tmp_path: Path, empty_cache: Path
) -> None:
    whole = write_hf_folder(tmp_path / "hf")
    text = tmp_path / "text"
    text.mkdir()
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        shutil.move(whole / name, text / name)
    change_config(whole, hf_model_name="owner/text", hf_tokenizer_name="owner/text")
    with pytest.raises(ModelError, match="tokenizer.json of the repository owner/text"):
        resolve_model(str(whole))
    in_cache(empty_cache, "owner/text", text)
    assert build_model(resolve_model(str(whole))).context_length == 16


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("minni", "Did you mean mini"),
        ("ViT-B/32", "Did you mean ViT-B-32/laion2b_s34b_b79k"),
        ("vit_b_32:laion2b_s34b_b79k", "Did you mean ViT-B-32/laion2b_s34b_b79k"),
        ("ViT-B-32/laion2b_s34b_b79", "Did you mean ViT-B-32/laion2b_s34b_b79k"),
        ("ViT-L-14", "no weights. Its weights are: ViT-L-14/openai"),
        ("qqqqq", "no model 'qqqqq'. `topicart models` lists"),
        ("./no/such/folder", "no model folder './no/such/folder'"),
        ("local-dir:/no/such/folder", "no model folder '/no/such/folder'"),
        ("hf-hub:paintings", "expected hf-hub:owner/name"),
        ("", "is empty"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(name: str, hint: str) -> None:
    with pytest.raises(ModelError, match=hint):
        resolve_model(name)


def test_a_weights_file_instead_of_its_folder_is_explained(folder: Path) -> None:
    with pytest.raises(ModelError, match="Give the folder around it"):
        resolve_model(str(folder / "open_clip_model.safetensors"))


def test_a_folder_without_weights_or_configuration_says_what_is_missing(folder: Path) -> None:
    (folder / "open_clip_model.safetensors").rename(folder / "weights.dat")
    with pytest.raises(ModelError, match=r"has no weights.*found: open_clip_config.json"):
        resolve_model(str(folder))
    (folder / "open_clip_config.json").unlink()
    with pytest.raises(ModelError, match="has no open_clip_config.json"):
        resolve_model(str(folder))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "cannot be read as JSON"),
        ("[]", "expected an object 'model_cfg'"),
        ('{"model_cfg": {"embed_dim": 4, "vision_cfg": {}}}', "expected an object 'model_cfg'"),
        (
            '{"model_cfg": {"embed_dim": "x", "vision_cfg": {}, "text_cfg": {}}}',
            "expected a whole number",
        ),
        (
            '{"model_cfg": {"embed_dim": 4, "vision_cfg": {"nonsense": 1}, "text_cfg": {}}}',
            "cannot be built",
        ),
    ],
)
def test_a_damaged_configuration_is_named(folder: Path, content: str, said: str) -> None:
    (folder / "open_clip_config.json").write_text(content)
    with pytest.raises(ModelError, match=said):
        build_model(resolve_model(str(folder)))


def test_truncated_weights_are_named(folder: Path) -> None:
    weights = folder / "open_clip_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:5000])
    with pytest.raises(ModelError, match="damaged or truncated"):
        build_model(resolve_model(str(folder)))


def test_weights_of_another_model_are_refused(folder: Path) -> None:
    change_config(folder, width=32)
    with pytest.raises(ModelError, match="do not fit the model's configuration"):
        build_model(resolve_model(str(folder)))


class Trap:
    """What a pickle can do: call anything."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (self.file,))


@pytest.mark.filterwarnings("ignore")  # torch warns of each kind in its own words
@pytest.mark.parametrize("kind", ["pickle", "torch", "torchscript"])
def test_weights_that_run_code_are_refused_and_do_not_run(
    folder: Path, tmp_path: Path, kind: str
) -> None:
    import torch

    (folder / "open_clip_model.safetensors").unlink()
    weights, sprung = folder / "open_clip_pytorch_model.bin", tmp_path / "sprung"
    if kind == "pickle":
        weights.write_bytes(pickle.dumps(Trap(sprung)))
    elif kind == "torch":
        torch.save({"state_dict": Trap(sprung)}, weights)
    else:
        torch.jit.save(torch.jit.trace(torch.nn.Linear(2, 2), torch.zeros(1, 2)), str(weights))
    with pytest.raises(ModelError, match="without running code"):
        build_model(resolve_model(str(folder)))
    assert not sprung.exists()


def test_pytorch_weights_load_where_there_is_no_safetensors_file(folder: Path) -> None:
    import torch
    from safetensors.torch import load_file

    tensors = load_file(folder / "open_clip_model.safetensors")
    torch.save(tensors, folder / "open_clip_pytorch_model.bin")
    assert resolve_model(str(folder)).weights.suffix == ".safetensors"
    (folder / "open_clip_model.safetensors").unlink()
    built = build_model(resolve_model(str(folder)))
    state = built.model.state_dict()
    assert all(torch.equal(state[name], tensor) for name, tensor in tensors.items())


@pytest.mark.parametrize("file", ["config.json", "tokenizer_config.json"])
def test_a_model_that_brings_its_own_code_is_refused(tmp_path: Path, file: str) -> None:
    folder = write_hf_folder(tmp_path / "hf")
    content = json.loads((folder / file).read_text())
    write_json(folder / file, {**content, "auto_map": {"AutoModel": "trap.Trap"}})
    with pytest.raises(ModelError, match="topicart runs no code from models"):
        build_model(resolve_model(str(folder)))


def test_tokenizer_settings_that_could_run_code_are_refused(folder: Path) -> None:
    change_config(folder, tokenizer_kwargs={"trust_remote_code": True})
    with pytest.raises(ModelError, match="tokenizer settings trust_remote_code"):
        build_model(resolve_model(str(folder)))


def test_a_folder_without_its_tokenizer_says_so(tmp_path: Path) -> None:
    folder = write_hf_folder(tmp_path / "hf")
    (folder / "tokenizer.json").unlink()
    with pytest.raises(ModelError, match="has no tokenizer file"):
        resolve_model(str(folder))


def test_quick_gelu_follows_the_weights(
    clip_folder: Path, empty_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import open_clip

    weights = clip_folder / "open_clip_model.safetensors"
    monkeypatch.setattr("topicart.model_files.fetch_file", lambda *_: weights)
    source = resolve_model("ViT-B-32/openai")
    assert source.quick_gelu
    assert not resolve_model(DEFAULT_MODEL).quick_gelu
    # And reaches the model: its blocks then have QuickGELU.
    asked: dict[str, object] = {}

    def create(*args: object, **kwargs: object) -> None:
        asked.update(kwargs)
        raise RuntimeError("seen")

    monkeypatch.setattr(open_clip, "create_model", create)
    with pytest.raises(ModelError, match="seen"):
        build_model(source)
    assert asked["force_quick_gelu"] is True


def test_the_catalogue_is_quick_and_names_what_open_clip_has() -> None:
    import open_clip

    rows = list_models()
    assert rows[0].name == MINI
    assert rows[0].note == MINI_NOTE
    assert rows[1].name == DEFAULT_MODEL
    for row in rows[1:]:
        architecture, _, tag = row.name.partition("/")
        assert open_clip.get_pretrained_cfg(architecture, tag)["hf_hub"]
        assert open_clip.get_model_config(architecture)["embed_dim"] == row.dim
    every = {row.name for row in list_models(every=True)}
    assert len(every) > 100
    assert every >= {row.name for row in rows}

    program = (
        "import sys; from topicart.models import list_models; list_models(); "
        "sys.exit('torch' in sys.modules or 'open_clip' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_mini_is_described_from_its_own_files(
    clip_folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("topicart.models.mini_folder", lambda: clip_folder)
    mini = list_models()[0]
    assert (mini.name, mini.dim, mini.parameters, mini.available) == (
        MINI,
        24,
        1_000_000,
        "bundled",
    )
    monkeypatch.setattr("topicart.models.mini_folder", lambda: tmp_path)
    assert list_models()[0].available == "missing"


def test_a_missing_bundled_model_asks_to_install_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("topicart.model_files.mini_folder", lambda: tmp_path / "mini")
    with pytest.raises(ModelError, match="bundled model is missing.*Install topicart again"):
        resolve_model(MINI)


def test_the_catalogue_shows_what_is_cached(clip_folder: Path, empty_cache: Path) -> None:
    assert {row.available for row in list_models()[1:]} == {"download"}
    in_cache(empty_cache, "laion/CLIP-ViT-B-32-laion2B-s34B-b79K", clip_folder)
    available = {row.name: row.available for row in list_models()}
    assert available.pop(DEFAULT_MODEL) == "cached"
    assert "cached" not in available.values()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"device": "gpu"}, "device must be one of auto, cpu, cuda, mps"),
        ({"device": "cuda:x"}, "device must be one of"),
        ({"device": "cuda:²"}, "device must be one of"),
        ({"device": "cuda:"}, "device must be one of"),
        ({"device": "cuda:99"}, r"torch .* sees \d+ CUDA GPUs here"),
        ({"precision": "fp8"}, "precision must be one of auto, fp32, bf16, fp16, got 'fp8'"),
    ],
)
def test_a_device_or_precision_that_cannot_be_had_is_explained(
    clip_folder: Path, settings: dict[str, str], said: str
) -> None:
    with pytest.raises(ModelError, match=said):
        Encoder.load(str(clip_folder), **settings)
