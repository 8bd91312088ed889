"""Measurements: ``nox -s bench``, or ``python -m benchmarks --help``.

``stalls``  how long a write waits while an index is built
``locks``   what each statement of an online operation locks, and for how long
``speed``   what the checks cost, against plain ``alembic.op`` and against other ways to check

What belongs to ``stalls`` and ``locks``, written to docs/online-locks.md by ``page``:

``writer``  the process that writes without pause

What belongs to ``speed``, written to docs/performance.md by ``performance``:

``workload``   the operations, and ``baselines``, the ways to check them
``runs``       a migration and its second run
``upgrades``   the same as a whole ``alembic upgrade head``
``many``       a small revision, and the memory, on a database of many tables
``imports``    what ``import alembic_helpers`` adds
``batches``    ``backfill`` against one UPDATE
``targets``    what is to be reached
``one``        one measurement, in a process of its own, which ``processes`` starts

``found`` has the servers, found or started as the tests do; ``results`` what figures look like.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent

# tests/servers: a server is a server, whoever asks.
sys.path.insert(0, str(ROOT / "tests"))
