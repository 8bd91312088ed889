from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic_helpers import (
    DefinitionMismatch,
    NoMigrationContext,
    OnMismatch,
    Outcome,
    Settings,
    verbs,
)


@pytest.fixture
def outcomes(migrate):
    """What a verb returns, in a migration of its own, run twice."""

    def outcomes(verb, *args, **kwargs):
        found = []
        for _ in range(2):
            fresh = [a._copy() if isinstance(a, sa.Column) else a for a in args]
            with migrate():
                found.append(verb(*fresh, **kwargs))
        return found

    return outcomes


TWICE = [Outcome.APPLIED, Outcome.SKIPPED]
ID = sa.Column("id", sa.Integer, primary_key=True)
A = sa.Column("a", sa.Integer)


def test_every_verb_and_its_reverse(outcomes, schema):
    s = {"schema": schema}
    assert outcomes(verbs.create_table_if_not_exists, "t", ID, A, **s) == TWICE
    assert outcomes(verbs.add_column_if_not_exists, "t", sa.Column("b", sa.Text()), **s) == TWICE
    assert outcomes(verbs.create_index_if_not_exists, "ix", "t", ["a"], **s) == TWICE
    assert outcomes(verbs.create_unique_constraint_if_not_exists, "uq", "t", ["a"], **s) == TWICE
    assert outcomes(verbs.create_check_constraint_if_not_exists, "ck", "t", "a > 0", **s) == TWICE
    assert (
        outcomes(
            verbs.create_foreign_key_if_not_exists,
            "fk",
            "t",
            "t",
            ["a"],
            ["id"],
            source_schema=schema,
            referent_schema=schema,
        )
        == TWICE
    )
    assert outcomes(verbs.drop_constraint_if_exists, "fk", "t", type_="foreignkey", **s) == TWICE
    assert outcomes(verbs.drop_constraint_if_exists, "ck", "t", type_="check", **s) == TWICE
    assert outcomes(verbs.drop_constraint_if_exists, "uq", "t", type_="unique", **s) == TWICE
    assert outcomes(verbs.drop_index_if_exists, "ix", "t", **s) == TWICE
    assert outcomes(verbs.drop_column_if_exists, "t", "b", **s) == TWICE
    assert outcomes(verbs.drop_table_if_exists, "t", **s) == TWICE


def test_create_primary_key(outcomes):
    outcomes(verbs.create_table_if_not_exists, "t", sa.Column("a", sa.Integer, nullable=False))
    assert outcomes(verbs.create_primary_key_if_not_exists, "pk", "t", ["a"]) == TWICE


@pytest.mark.capability("has_exclude_constraints")
def test_create_exclude_constraint(outcomes):
    outcomes(verbs.create_table_if_not_exists, "t", sa.Column("r", postgresql.INT4RANGE()))
    assert (
        outcomes(
            verbs.create_exclude_constraint_if_not_exists, "ex", "t", ("r", "&&"), using="gist"
        )
        == TWICE
    )


def test_a_difference_raises_or_is_kept(outcomes, migrate):
    outcomes(verbs.create_table_if_not_exists, "t", ID, A)
    other = sa.Column("a", sa.Date)
    with pytest.raises(DefinitionMismatch), migrate():
        verbs.add_column_if_not_exists("t", other._copy())
    with migrate(alembic_helpers=Settings(on_mismatch=OnMismatch.WARN)):
        assert verbs.add_column_if_not_exists("t", other._copy()) is Outcome.KEPT


def test_completed(outcomes, migrate):
    outcomes(verbs.create_table_if_not_exists, "t", ID, A)
    with migrate():
        found = verbs.add_column_if_not_exists("t", sa.Column("a", sa.Integer, index=True))
        assert found is Outcome.COMPLETED


def test_outside_of_a_migration():
    with pytest.raises(NoMigrationContext) as caught:
        verbs.drop_table_if_exists("t")
    assert str(caught.value) == (
        "drop_table_if_exists: nothing is migrating. Call it within upgrade() or downgrade(), or "
        "around it write: with Operations.context(MigrationContext.configure(connection)): ..."
    )


def test_the_verbs_are_named_and_documented():
    for name in verbs.__all__:
        verb = getattr(verbs, name)
        assert verb.__name__ == name
        assert "returns an ``Outcome``" in (verb.__doc__ or "")
