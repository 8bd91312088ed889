"""How far a backfill is: on a terminal, in the log, or as the caller will have it."""

from __future__ import annotations

import io
import sys

import pytest

from alembic_helpers.online.progress import reporting


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def clock(monkeypatch):
    """Ten seconds pass from one look to the next."""
    times = iter(range(0, 1000, 10))
    monkeypatch.setattr("time.monotonic", lambda: next(times))


@pytest.fixture
def log(caplog):
    caplog.set_level("INFO", "alembic.helpers")
    return caplog


def test_a_line_of_the_log_at_intervals_tells_rate_and_time(log, clock):
    with reporting("backfill t", None, 15) as report:
        for done in (0, 2000, 2500, 4000, 9000, 10000):
            report(done, 10000)
    assert log.messages == [
        "running   backfill t: 2,000 of 10,000 rows, 100 rows/s, 0:01:20 left",
        "running   backfill t: 4,000 of 10,000 rows, 100 rows/s, 0:01:00 left",
    ]


def test_nothing_done_yet_has_no_rate(log, clock):
    with reporting("backfill t", None, 1) as report:
        report(0, 10)
    assert log.messages == ["running   backfill t: 0 of 10 rows, 0 rows/s, unknown time left"]


def test_a_bar_on_a_terminal(log, monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    with reporting("backfill [t]", None, 0.001) as report:
        report(10, 40)
        report(40, 40)
    assert "backfill [t]" in terminal.getvalue()
    assert "40/40" in terminal.getvalue()
    assert "rows/s" in terminal.getvalue()
    assert log.messages == []


def test_lines_on_a_terminal_without_rich(log, clock, monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setitem(sys.modules, "rich", None)
    with reporting("backfill t", None, 1) as report:
        report(1, 2)
    assert log.messages == ["running   backfill t: 1 of 2 rows, 0 rows/s, 0:00:10 left"]


def test_the_callers_own_report_takes_their_place(log, clock, monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    told = []
    with reporting("backfill t", lambda *numbers: told.append(numbers), 1) as report:
        report(1, 2)
    assert told == [(1, 2)]
    assert log.messages == []
    assert sys.stderr.getvalue() == ""
