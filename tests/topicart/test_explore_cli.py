"""``topicart explore``: it says where it is, warns, refuses, and ends quietly."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette
from typer.testing import CliRunner

from tests.topicart.served_runs import gallery
from topicart.cli import app


def test_it_serves_until_it_is_interrupted(tmp_path: Path) -> None:
    run = gallery(tmp_path)
    (run.folder / "metrics.json").write_text('{"metrics": []}', encoding="utf-8")
    code = "from topicart.cli import main; main()"
    command = [sys.executable, "-c", code, "explore", str(run.folder), "--port", "0", "--no-open"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        line = process.stdout.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+/", line)
        assert address, line + process.stderr.read()
        assert "Gallery" in httpx2.get(address[0]).text
        assert httpx2.get(f"{address[0]}api/status").json()["works"] == 40
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0
        assert "Traceback" not in process.stderr.read()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Starlette]:
    """Serve nothing, but remember what would have been served."""
    served: list[Starlette] = []

    def serve(app: Starlette, taken: socket.socket) -> None:
        served.append(app)

    monkeypatch.setattr("topicart.server.serve", serve)
    return served


def _explore(run: Path, *options: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["explore", str(run), "--no-open", *options])
    return result.exit_code, " ".join(result.output.split())


def test_the_network_is_let_in_only_with_a_warning(tmp_path: Path, asked: list[Starlette]) -> None:
    run = gallery(tmp_path)
    (run.folder / "metrics.json").write_text('{"metrics": []}', encoding="utf-8")
    code, told = _explore(run.folder, "--port", "0")
    assert code == 0
    assert "anyone on the network" not in told
    code, told = _explore(run.folder, "--port", "0", "--host", "0.0.0.0")
    assert code == 0
    assert "anyone on the network can look at these works and search them" in told
    assert _explore(run.folder, "--port", "0", "--quiet") == (0, "")
    assert len(asked) == 3


def test_what_cannot_be_served_is_said(tmp_path: Path, asked: list[Starlette]) -> None:
    run = gallery(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, told = _explore(run.folder, "--port", str(port))
    assert code == 10
    assert f"Port {port} of 127.0.0.1 is in use" in told
    assert "--port 0" in told
    code, told = _explore(tmp_path / "none")
    assert code == 7
    assert "is not a run" in told
    assert not asked
