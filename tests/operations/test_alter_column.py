from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from alembic_helpers import AmbiguousMatch, MissingObject, Outcome, op


@pytest.fixture
def table(run, schema):
    def create():
        t = op.create_table(
            "t",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("a", sa.String(20), nullable=False, server_default="x"),
            sa.Column("b", sa.Integer),
            schema=schema,
        )
        op.bulk_insert(t, [{"id": 1, "a": "7", "b": 2}])

    run(create)


@pytest.fixture
def alter(schema):
    def alter(name="a", **kwargs):
        return lambda: op.alter_column("t", name, schema=schema, **kwargs)

    return alter


@pytest.fixture
def found(connection, schema):
    def found(name="a"):
        columns = sa.inspect(connection).get_columns("t", schema=schema)
        connection.rollback()
        return next(c for c in columns if c["name"] == name)

    return found


@pytest.mark.usefixtures("table")
class TestAlterColumn:
    def test_nullable_there_and_back(self, twice, alter, found):
        twice(alter(nullable=True, existing_type=sa.String(20), existing_server_default="x"))
        assert found()["nullable"]
        twice(alter(nullable=False, existing_type=sa.String(20), existing_server_default="x"))
        assert not found()["nullable"]

    def test_type_there_and_back(self, twice, alter, found):
        more = {"existing_nullable": False, "existing_server_default": "x"}
        twice(alter(type_=sa.String(50), existing_type=sa.String(20), **more))
        assert found()["type"].length == 50
        twice(alter(type_=sa.String(20), existing_type=sa.String(50), **more))
        assert found()["type"].length == 20

    def test_type_with_using(self, run, twice, alter, found):
        run(alter(server_default=None))
        twice(alter(type_=sa.Integer(), postgresql_using="a::integer"))
        assert isinstance(found()["type"], sa.Integer)

    def test_default_set_changed_and_removed(self, twice, alter, found):
        more = {"existing_type": sa.String(20), "existing_nullable": False}
        twice(alter(server_default="it's 100% :new", **more))
        assert "it''s 100% :new" in found()["default"]
        twice(alter(server_default=None, **more))
        assert found()["default"] is None
        twice(alter(server_default=sa.text("'y'"), **more))
        twice(alter(server_default="", **more))

    def test_default_of_a_number(self, twice, alter):
        for default in ("5", sa.text("6"), "-1"):
            twice(alter("b", server_default=default, existing_type=sa.Integer()))

    def test_default_of_a_boolean_and_a_time(self, run, twice, schema):
        def add(name, type_):
            run(lambda: op.add_column("t", sa.Column(name, type_), schema=schema))

        add("flag", sa.Boolean())
        add("at", sa.DateTime())
        for name, type_, default in (
            ("flag", sa.Boolean(), sa.true()),
            ("flag", sa.Boolean(), sa.false()),
            ("at", sa.DateTime(), sa.func.now()),
            ("at", sa.DateTime(), "2020-01-02 03:04:05"),
            ("at", sa.DateTime(), sa.text("CURRENT_TIMESTAMP")),
        ):
            twice(
                lambda name=name, type_=type_, default=default: op.alter_column(
                    "t", name, server_default=default, existing_type=type_, schema=schema
                )
            )

    def test_rename_there_and_back(self, twice, alter, found):
        more = {
            "existing_type": sa.String(20),
            "existing_nullable": False,
            "existing_server_default": "x",
        }
        twice(alter(new_column_name="z", **more))
        assert (found("z")["nullable"], "x" in found("z")["default"]) == (False, True)
        twice(alter("z", new_column_name="a", **more))

    def test_rename_with_another_change(self, twice, alter, found):
        twice(
            alter(
                new_column_name="z",
                nullable=True,
                type_=sa.String(40),
                existing_type=sa.String(20),
                existing_server_default="x",
            )
        )
        column = found("z")
        assert (column["nullable"], column["type"].length) == (True, 40)
        assert "x" in column["default"]

    def test_only_what_differs_is_sent(self, run, alter, found, statements):
        run(alter(type_=sa.String(40), existing_nullable=False, existing_server_default="x"))
        both = alter(type_=sa.String(40), nullable=True, existing_server_default="x")
        statements.clear()
        assert run(both) == [Outcome.COMPLETED]
        assert found()["nullable"]
        assert found()["type"].length == 40
        assert "x" in found()["default"]
        assert run(both) == [Outcome.SKIPPED]

    def test_nothing_differs(self, run, alter, statements):
        statements.clear()
        same = alter(
            type_=sa.String(20), nullable=False, server_default="x", existing_type=sa.Text()
        )
        assert run(same) == [Outcome.SKIPPED]
        assert not statements.ddl

    def test_what_is_not_asked_stays(self, run, alter, found):
        """MySQL restates the column: what nobody said to change must not change."""
        run(alter(nullable=True))
        assert "x" in (found()["default"] or "")
        assert found()["type"].length == 20
        run(alter(type_=sa.String(60)))
        assert "x" in (found()["default"] or "")
        assert found()["nullable"]

    def test_rename_alone_keeps_the_definition(self, run, alter, found):
        run(alter(new_column_name="z"))
        column = found("z")
        assert (column["nullable"], column["type"].length) == (False, 20)
        assert "x" in column["default"]

    def test_rename_when_both_are_there(self, run, alter, statements):
        statements.clear()
        with pytest.raises(AmbiguousMatch) as caught:
            run(alter(new_column_name="b"))
        assert caught.value.candidates == ("a", "b")
        assert "the table 't' has both columns; nothing was changed. Move what is needed" in str(
            caught.value
        )
        assert not statements.ddl

    def test_rename_when_neither_is_there(self, run, alter):
        with pytest.raises(MissingObject, match="has neither; it has id, a, b"):
            run(alter("old", new_column_name="new"))

    def test_a_column_that_is_not_there(self, run, alter):
        with pytest.raises(MissingObject) as caught:
            run(alter("nope", nullable=True))
        assert str(caught.value).partition(": ")[2] == (
            "the table 't' has no column 'nope'; it has id, a, b. If a later revision renamed or "
            "dropped it, stamp that revision: alembic stamp REVISION"
        )

    @pytest.mark.capability("has_comments")
    def test_comment_set_changed_and_removed(self, twice, alter, found):
        more = {
            "existing_type": sa.String(20),
            "existing_nullable": False,
            "existing_server_default": "x",
        }
        twice(alter(comment="it's 100% :done", **more))
        assert found()["comment"] == "it's 100% :done"
        twice(alter(comment="other", existing_comment="it's 100% :done", **more))
        twice(alter(comment=None, existing_comment="other", **more))
        assert found()["comment"] is None
        assert "x" in found()["default"]

    @pytest.mark.capability("has_comments")
    def test_a_comment_stays_when_something_else_is_altered(self, run, alter, found):
        run(alter(comment="kept"))
        run(alter(nullable=True, existing_type=sa.String(20)))
        assert found()["comment"] == "kept"

    @pytest.mark.capability("has_identity_columns")
    def test_identity_added_and_removed(self, run, twice, alter, found):
        run(alter("b", nullable=False))
        twice(alter("b", server_default=sa.Identity(always=True)))
        assert found("b")["identity"]["always"]
        twice(alter("b", server_default=None))
        assert "identity" not in found("b")

    def test_no_row_is_lost(self, run, alter, connection, schema):
        run(alter(nullable=True), alter(type_=sa.String(44)), alter("b", new_column_name="c"))
        t = sa.table("t", sa.column("id"), sa.column("a"), sa.column("c"), schema=schema)
        assert connection.execute(sa.select(t)).all() == [(1, "7", 2)]


@pytest.mark.capability("has_inline_enums")
def test_autoincrement(run, twice, found, schema):
    run(
        lambda: op.create_table(
            "t", sa.Column("a", sa.Integer, primary_key=True, autoincrement=False), schema=schema
        )
    )

    def alter(value):
        return lambda: op.alter_column(
            "t",
            "a",
            autoincrement=value,
            existing_type=sa.Integer(),
            existing_nullable=False,
            schema=schema,
        )

    twice(alter(True))
    assert found("a")["autoincrement"] is True
    run(lambda: op.alter_column("t", "a", type_=sa.BigInteger(), schema=schema))
    assert found("a")["autoincrement"] is True
    twice(alter(False))


@pytest.mark.capability("has_inline_enums")
def test_on_update_stays(run, found, connection, schema):
    on_update = sa.text("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP")
    run(
        lambda: op.create_table(
            "t",
            sa.Column(
                "a", mysql.TIMESTAMP(), server_default=on_update, nullable=False, comment="c"
            ),
            schema=schema,
        )
    )
    run(lambda: op.alter_column("t", "a", new_column_name="z", schema=schema))
    assert "on update" in found("z")["default"].lower()
    assert (found("z")["comment"], found("z")["nullable"]) == ("c", False)


@pytest.mark.capability("has_inline_enums")
@pytest.mark.parametrize(
    "default", ["DEFAULT '2000-01-02 03:04:05'", "DEFAULT NULL", "DEFAULT CURRENT_TIMESTAMP"]
)
@pytest.mark.parametrize(
    "change",
    [
        {"nullable": False},
        {"comment": "c"},
        {"nullable": False, "type_": mysql.DATETIME(), "existing_type": mysql.TIMESTAMP()},
        {"type_": mysql.DATETIME()},
        {"nullable": False, "existing_type": mysql.TIMESTAMP()},
    ],
)
def test_on_update_stays_behind_any_default(connection, run, default, change):
    connection.exec_driver_sql(
        f"CREATE TABLE t (a timestamp NULL {default} ON UPDATE CURRENT_TIMESTAMP)"
    )
    assert run(lambda: op.alter_column("t", "a", **change)) == [Outcome.APPLIED]
    kept = connection.exec_driver_sql("SHOW CREATE TABLE t").one()[1].upper()
    assert "ON UPDATE CURRENT_TIMESTAMP" in kept
    assert ("2000-01-02" in kept) == ("2000" in default)
    connection.rollback()
    assert run(lambda: op.alter_column("t", "a", **change)) == [Outcome.SKIPPED]


@pytest.mark.capability("has_inline_enums")
def test_on_update_goes_with_a_type_that_has_none(connection, run):
    connection.exec_driver_sql("CREATE TABLE t (a timestamp NULL ON UPDATE CURRENT_TIMESTAMP)")
    run(lambda: op.alter_column("t", "a", type_=sa.String(40)))
    kept = connection.exec_driver_sql("SHOW CREATE TABLE t").one()[1].upper()
    assert "VARCHAR(40)" in kept
    assert "ON UPDATE" not in kept


@pytest.mark.capability("has_inline_enums")
def test_enum_values(run, twice, found, schema):
    run(
        lambda: op.create_table(
            "t", sa.Column("a", sa.Enum("x", "y"), nullable=False), schema=schema
        )
    )
    twice(lambda: op.alter_column("t", "a", type_=sa.Enum("x", "y", "z"), schema=schema))
    assert (found("a")["type"].enums, found("a")["nullable"]) == (["x", "y", "z"], False)


def test_a_generated_column_keeps_its_expression(run, connection, database, schema):
    run(
        lambda: op.create_table(
            "t",
            sa.Column("a", sa.Integer),
            sa.Column("b", sa.Integer, sa.Computed("a + 1", persisted=True)),
            schema=schema,
        )
    )
    assert run(
        lambda: op.alter_column("t", "b", existing_type=sa.Integer(), nullable=True, schema=schema)
    ) == [Outcome.SKIPPED]


@pytest.mark.capability("has_inline_enums")
def test_on_update_goes_with_a_default_that_does_not_say_it(run, connection):
    touched = sa.text("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP")
    run(lambda: op.create_table("t", sa.Column("at", sa.DateTime, server_default=touched)))

    def step():
        now = sa.text("CURRENT_TIMESTAMP")
        op.alter_column("t", "at", existing_type=sa.DateTime(), server_default=now)

    assert run(step) == [Outcome.APPLIED]
    assert "ON UPDATE" not in connection.exec_driver_sql("SHOW CREATE TABLE t").one()[1].upper()
    connection.rollback()
    assert run(step) == [Outcome.SKIPPED]
