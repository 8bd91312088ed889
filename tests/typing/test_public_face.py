"""The public face under two type checkers: right lines pass, wrong lines are errors."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

FACE = Path(__file__).with_name("public_face.py")
ROOT = Path(__file__).parents[2]


def _expected() -> set[int]:
    lines = FACE.read_text().splitlines()
    return {number for number, line in enumerate(lines, 1) if line.endswith("# expect-error")}


def _run(*command: str) -> str:
    return subprocess.run(
        [sys.executable, "-m", *command], capture_output=True, text=True, cwd=ROOT, check=False
    ).stdout


def test_pyright_finds_exactly_the_wrong_lines() -> None:
    report = json.loads(_run("pyright", "--pythonpath", sys.executable, "--outputjson", str(FACE)))
    errors = {
        diagnostic["range"]["start"]["line"] + 1
        for diagnostic in report["generalDiagnostics"]
        if diagnostic["severity"] == "error"
    }
    assert errors == _expected()


def test_mypy_finds_exactly_the_wrong_lines() -> None:
    output = _run("mypy", "--strict", "--no-error-summary", str(FACE))
    errors = {int(n) for n in re.findall(r"public_face\.py:(\d+): error:", output)}
    assert errors == _expected(), output
