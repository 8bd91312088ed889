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

from servers.database import Database

from . import ROOT

Answer = dict[str, Any]


def ask(task: str, **arguments: Any) -> Answer:
    """What a function of ``benchmarks.one`` returns in a process of its own."""
    done = _run(["-m", "benchmarks.one"], ROOT, json.dumps([task, arguments]))
    answer: Answer = json.loads(done.stdout)
    return answer


def migrate(
    database: Database, baseline: str, tables: int, *, again: bool = False, **measured: bool
) -> Answer:
    """One run of the workload; ``measured`` says what beside its time."""
    return ask(
        "migrate",
        url=database.url,
        baseline=baseline,
        tables=tables,
        in_place=database.alters_in_place,
        again=again,
        **measured,
    )


def imported(*modules: str) -> list[float]:
    """How many seconds each of the imports takes, one after the other in one process."""
    code = (
        "import sys, time, importlib\n"
        "for name in sys.argv[1:]:\n"
        "    began = time.perf_counter()\n"
        "    [importlib.import_module(each) for each in name.split(', ')]\n"
        "    print(time.perf_counter() - began)"
    )
    return [float(line) for line in _run(["-c", code, *modules], ROOT).stdout.split()]


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
