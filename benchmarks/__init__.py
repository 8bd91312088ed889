"""Measurements: ``nox -s bench``, or ``python -m benchmarks --help``.

``stalls``  how long a write waits while an index is built
``locks``   what each statement of an online operation locks, and for how long
``writer``  the process that writes without pause
``found``   the servers, found or started as the tests do
``page``    docs/online-locks.md, written from the results
"""

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent

# tests/servers: a server is a server, whoever asks.
sys.path.insert(0, str(ROOT / "tests"))
