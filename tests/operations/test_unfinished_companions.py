"""What comes with a table, a column or a type in statements of its own, and was left out."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from alembic_helpers import Outcome, op


@pytest.fixture
def by_hand(connection):
    def by_hand(*sqls):
        for sql in sqls:
            connection.exec_driver_sql(sql)
        connection.commit()

    return by_hand


@pytest.fixture
def finished(run, statements):
    """``finished(step, n)``: a run completes it by ``n`` statements, and the next sends nothing."""

    def finished(step, count=1, outcome=Outcome.COMPLETED):
        statements.clear()
        assert run(step) == [outcome]
        sent = [sql.strip() for sql in statements.ddl]
        assert len(sent) == count, sent
        statements.clear()
        assert run(step) == [Outcome.SKIPPED]
        assert not statements.ddl
        return sent

    return finished


def table(*items):
    op.create_table("t", sa.Column("id", sa.Integer), sa.Column("a", sa.Integer), *items)


class TestWithATableOrColumn:
    def test_an_index_of_the_table(self, run, finished):
        run(table)
        step = lambda: table(sa.Index("ix", "a"))  # noqa: E731
        assert finished(step)[0].startswith("CREATE INDEX ix")

    @pytest.mark.capability("has_comments")
    def test_comments(self, run, finished):
        def step(**options):
            op.create_table("t", sa.Column("a", sa.Integer, **options), **options)

        run(step)
        sent = finished(lambda: step(comment="it's 100%"), 2)
        assert all("it''s 100" in sql for sql in sent)

    def test_a_foreign_key_of_a_column(self, run, finished):
        def step(*key):
            op.add_column("t", sa.Column("u", sa.Integer, *key))

        run(
            table,
            lambda: op.create_table("u", sa.Column("id", sa.Integer, primary_key=True)),
            step,
        )
        run_again = lambda: step(sa.ForeignKey("u.id", name="fk"))  # noqa: E731
        assert run(run_again) == [Outcome.COMPLETED]
        assert run(run_again) == [Outcome.SKIPPED]


def letters(*members, name="ck_a"):
    """A VARCHAR with a CHECK of its own, on every database."""
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True)


BOOLEAN = sa.Boolean(create_constraint=True, name="ck_a")


@pytest.mark.capability("alters_in_place")
class TestAlterColumn:
    """Alembic drops the old type's CHECK, alters the column, and adds the new type's CHECK."""

    @pytest.fixture(autouse=True)
    def column(self, run):
        run(
            lambda: op.create_table(
                "t",
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("a", sa.String(20), nullable=False, server_default="xx"),
            )
        )

    def to(self, type_, **options):
        return lambda: op.alter_column("t", "a", type_=type_, existing_nullable=False, **options)

    def dropped(self, run, name="ck_a"):
        drop = lambda: op.drop_constraint(name, "t", type_="check")  # noqa: E731
        assert run(drop) == [Outcome.APPLIED]

    def checks(self, connection):
        found = [check["name"] for check in sa.inspect(connection).get_check_constraints("t")]
        connection.rollback()
        return found

    def test_before_the_check_was_added(self, run, finished, connection):
        step = self.to(letters("xx", "yyy"), existing_type=sa.String(20))
        assert run(step) == [Outcome.APPLIED]
        assert self.checks(connection) == ["ck_a"]
        self.dropped(run)
        (sent,) = finished(step)
        assert sent.startswith("ALTER TABLE t ADD CONSTRAINT ck_a CHECK (a IN ('xx', 'yyy')")
        assert self.checks(connection) == ["ck_a"]

    @pytest.mark.lacks("has_native_boolean")
    def test_before_the_check_of_a_boolean_was_added(self, run, finished, connection):
        run(lambda: op.add_column("t", sa.Column("b", sa.Integer)))
        step = lambda: op.alter_column(  # noqa: E731
            "t", "b", type_=BOOLEAN, existing_type=sa.Integer()
        )
        assert run(step) == [Outcome.APPLIED]
        assert self.checks(connection) == ["ck_a"]
        self.dropped(run)
        (sent,) = finished(step)
        assert sent.startswith("ALTER TABLE t ADD CONSTRAINT ck_a CHECK (b IN (0, 1))")
        assert self.checks(connection) == ["ck_a"]

    def test_between_the_old_check_and_the_column(self, run, finished, connection):
        run(self.to(letters("xx", "yyy"), existing_type=sa.String(20)))
        self.dropped(run)
        step = self.to(sa.String(30), existing_type=letters("xx", "yyy"))
        (sent,) = finished(step, outcome=Outcome.APPLIED)
        assert "30" in sent
        assert self.checks(connection) == []

    def test_between_the_old_check_and_the_column_of_a_new_one(self, run, finished, connection):
        old, new = letters("xx", "yyy"), letters("xx", "wwww", name="ck_new")
        run(self.to(old, existing_type=sa.String(20)))
        self.dropped(run)
        step = self.to(new, existing_type=old)
        assert len(finished(step, 2, Outcome.APPLIED)) == 2
        assert self.checks(connection) == ["ck_new"]

    # On MySQL and MariaDB, Alembic leaves the CHECK of the old type.
    @pytest.mark.capability("transactional_ddl")
    def test_uninterrupted(self, run, finished, connection):
        old, new = letters("xx", "yyy"), letters("xx", "wwww", name="ck_new")
        run(self.to(old, existing_type=sa.String(20)))
        assert len(finished(self.to(new, existing_type=old), 3, Outcome.APPLIED)) == 3
        assert self.checks(connection) == ["ck_new"]

    def test_the_rest_of_the_column_is_kept(self, run, connection):
        run(self.to(letters("xx", "yyy"), existing_type=sa.String(20)))
        self.dropped(run)
        run(self.to(letters("xx", "yyy"), existing_type=sa.String(20)))
        (column,) = [c for c in sa.inspect(connection).get_columns("t") if c["name"] == "a"]
        assert not column["nullable"]
        assert "xx" in column["default"]
