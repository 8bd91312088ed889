"""Each measurement in a process of its own: nothing is warm that would be cold in ``alembic``."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import ROOT

Answer = dict[str, Any]


def ask(task: str, **arguments: Any) -> Answer:
    """What a function of ``benchmarks.one`` returns in a process of its own."""
    done = _run(["-m", "benchmarks.one"], ROOT, json.dumps([task, arguments]))
    answer: Answer = json.loads(done.stdout)
    return answer


def timed(arguments: Sequence[str], directory: Path = ROOT) -> float:
    """How many seconds a whole Python process takes."""
    began = time.perf_counter()
    _run(arguments, directory)
    return time.perf_counter() - began


def _run(
    arguments: Sequence[str], directory: Path, given: str = ""
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=directory,
        env=_environment(),
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)} failed:\n{done.stderr}")
    return done


@functools.cache
def _environment() -> dict[str, str]:
    """With the package to be found, and with compiled modules, as an installed package has them."""
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": _compiled().name}


@functools.cache
def _compiled() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory()
