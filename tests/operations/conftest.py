"""How the tests of operations run one: in a migration, and then in another."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from alembic.runtime.migration import MigrationContext
from servers.migration import Statements

from alembic_helpers import Outcome
from alembic_helpers.engine.operations import operations_for

Migrate = Callable[..., AbstractContextManager[MigrationContext]]
Step = Callable[[], Any]


@pytest.fixture
def run(migrate: Migrate) -> Callable[..., list[Outcome]]:
    """``run(step, ..., **opts)``: the steps in one migration; what became of their operations."""

    def run(*steps: Step, **opts: Any) -> list[Outcome]:
        with migrate(**opts) as context:
            for step in steps:
                step()
            return [record.outcome for record in operations_for(context).records]

    return run


@pytest.fixture
def twice(run: Callable[..., list[Outcome]], statements: Statements) -> Callable[..., None]:
    """``twice(step)``: the first run applies it, the second finds it there and sends nothing."""

    def twice(step: Step, **opts: Any) -> None:
        assert run(step, **opts) == [Outcome.APPLIED]
        unchanged(step, **opts)

    def unchanged(step: Step, **opts: Any) -> None:
        statements.clear()
        assert run(step, **opts) == [Outcome.SKIPPED]
        assert (statements.ddl, statements.writes) == ([], [])

    twice.unchanged = unchanged  # type: ignore[attr-defined]
    return twice
