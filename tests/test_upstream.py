"""Every private name of Alembic and SQLAlchemy that ``alembic_helpers.upstream`` leans on.

A test here fails when one of them moves; the docstrings there say what each is for.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import alembic.op
import pytest
import sqlalchemy as sa
from alembic.operations import Operations, ops
from alembic.runtime.migration import HeadMaintainer, MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.schema import CreateTable

from alembic_helpers import upstream


@pytest.fixture
def context():
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        yield MigrationContext.configure(connection)


def test_current_context_is_that_of_the_running_migration(context) -> None:
    operations = Operations(context)
    operations._install_proxy()
    try:
        assert upstream.current_context() is context
        assert alembic.op.get_context() is context
    finally:
        operations._remove_proxy()
    assert upstream.current_context() is None


def test_final_name_applies_convention_and_shortening() -> None:
    metadata = sa.MetaData(naming_convention={"uq": "uq_%(table_name)s_%(column_0_name)s"})
    table = sa.Table("t", metadata, sa.Column("a", sa.Integer))
    named = sa.UniqueConstraint(table.c.a)
    assert upstream.final_name(named, sqlite.dialect()) == "uq_t_a"
    long = sa.UniqueConstraint(table.c.a, name=sa.schema.conv("x" * 80))
    stored = upstream.final_name(long, postgresql.dialect())
    assert stored is not None
    assert len(stored) <= 63
    plain = sa.Table("t", sa.MetaData(), sa.Column("a", sa.Integer))
    assert upstream.final_name(sa.UniqueConstraint(plain.c.a), sqlite.dialect()) is None


def test_whole_engine_is_that_of_which_all_others_were_made() -> None:
    engine = sa.create_engine("sqlite://")
    made = engine.execution_options(logging_token="a").execution_options(logging_token="b")
    assert made is not engine
    assert upstream.whole_engine(made) is engine
    assert upstream.whole_engine(engine) is engine


def test_has_listeners_knows_of_those_on_an_engine_and_on_all() -> None:
    def nothing(*_: object) -> None: ...

    engine, other = sa.create_engine("sqlite://"), sa.create_engine("sqlite://")
    assert not upstream.has_listeners(engine.dialect, ["do_execute", "do_executemany"])
    sa.event.listen(engine, "do_executemany", nothing)
    assert not upstream.has_listeners(engine.dialect, ["do_execute"])
    assert upstream.has_listeners(engine.dialect, ["do_execute", "do_executemany"])
    sa.event.listen(sa.Engine, "do_execute", nothing)
    try:
        assert upstream.has_listeners(other.dialect, ["do_execute"])
    finally:
        sa.event.remove(sa.Engine, "do_execute", nothing)
    assert not upstream.has_listeners(other.dialect, ["do_execute"])


def test_copied_belongs_to_no_table() -> None:
    table = sa.Table("t", sa.MetaData(), sa.Column("a", sa.Integer))
    assert upstream.copied(table.c.a).table is None


def test_copied_onto_has_the_columns_of_the_other_table() -> None:
    table, other = (
        sa.Table(name, sa.MetaData(), sa.Column("a", postgresql.INT4RANGE)) for name in "tu"
    )
    constraint = postgresql.ExcludeConstraint((table.c.a, "&&"), name="ex", using="gist")
    table.append_constraint(constraint)
    copy = upstream.copied_onto(constraint, other)
    assert copy is not constraint
    assert [column.table for column in copy.columns] == [other]  # type: ignore[attr-defined]
    assert constraint.table is table


def test_index_expression_is_the_text_that_was_asked_for() -> None:
    text, column = sa.text("lower(a)"), sa.column("a").desc()
    operation = ops.CreateIndexOp("ix", "t", [text, column, "a"])
    expressions = operation.to_index().expressions
    assert expressions[0] is not text
    assert upstream.index_expression(expressions[0]) is text
    assert [upstream.index_expression(item) is item for item in expressions[1:]] == [True, True]


@pytest.mark.parametrize(
    ("column", "counts"),
    [
        (sa.Column("id", sa.Integer, primary_key=True), True),
        (sa.Column("id", sa.Integer, primary_key=True, autoincrement=False), False),
        (sa.Column("id", sa.Integer, sa.ForeignKey("u.id"), primary_key=True), False),
        (sa.Column("id", sa.Integer, primary_key=True, default=7), False),
        (sa.Column("id", sa.Integer, sa.Sequence("s"), primary_key=True), False),
        (sa.Column("id", sa.Integer, sa.Sequence("s", optional=True), primary_key=True), True),
        (sa.Column("id", sa.Integer), False),
        (sa.Column("id", sa.String(9), primary_key=True), False),
    ],
    ids=str,
)
def test_is_autoincrement_as_create_table_sees_it(column: sa.Column[Any], counts: bool) -> None:
    assert not upstream.is_autoincrement(column)  # of no table yet
    metadata = sa.MetaData()
    sa.Table("u", metadata, sa.Column("id", sa.Integer, primary_key=True))
    table = sa.Table("t", metadata, column, sa.Column("b", sa.Integer))
    assert upstream.is_autoincrement(column) is counts
    assert not upstream.is_autoincrement(table.c.b)
    ddl = str(CreateTable(table).compile(dialect=postgresql.dialect()))
    assert ("SERIAL" in ddl) is counts


def test_schema_objects_carry_the_naming_convention() -> None:
    metadata = sa.MetaData(naming_convention={"ix": "ix_%(column_0_label)s"})
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"target_metadata": metadata})
        table = upstream.schema_objects(context).table("t", sa.Column("a", sa.Integer, index=True))
    (index,) = table.indexes
    assert upstream.final_name(index, sqlite.dialect()) == "ix_t_a"


def test_no_table_is_what_alembic_drops_an_index_from(context) -> None:
    table = ops.DropIndexOp("ix").to_index(context).table
    assert table is not None
    assert table.name == upstream.NO_TABLE


def test_batch_temporary_name_is_the_one_that_alembic_uses(context) -> None:
    assert upstream.batch_temporary_name("t") == "_alembic_tmp_t"
    assert len(upstream.batch_temporary_name("t" * 80)) == 50


def test_in_external_transaction_is_the_callers() -> None:
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        assert not upstream.in_external_transaction(MigrationContext.configure(connection))
        with connection.begin():
            assert upstream.in_external_transaction(MigrationContext.configure(connection))


def test_own_transaction_is_the_one_that_alembic_began() -> None:
    with sa.create_engine("sqlite://").connect() as connection:
        context = MigrationContext.configure(connection)
        connection.execute(sa.text("SELECT 1"))
        assert upstream.own_transaction(context) is None
        connection.rollback()
        with context.begin_transaction(_per_migration=True):
            assert upstream.own_transaction(context) is connection.get_transaction()
        assert upstream.own_transaction(context) is None


def test_by_class_finds_a_function_for_a_subclass_too() -> None:
    found: upstream.ByClass[Any] = upstream.ByClass()
    found.register(ops.AddConstraintOp)(len)
    assert found.of(ops.CreateUniqueConstraintOp("uq", "t", ["a"])) is len
    assert found.of(ops.DropTableOp("t")) is None


def test_is_emitted_reads_the_rule_of_a_types_constraint(context) -> None:
    boolean = sa.Boolean(create_constraint=True, name="ck")
    table = sa.Table("t", sa.MetaData(), sa.Column("a", boolean))
    (check,) = (c for c in table.constraints if isinstance(c, sa.CheckConstraint))
    assert upstream.is_type_bound(check)
    assert upstream.is_emitted(check, context)
    native = MigrationContext.configure(dialect=postgresql.dialect())
    assert not upstream.is_emitted(check, native)
    assert not upstream.is_type_bound(sa.CheckConstraint("a > 0"))


def test_types_already_there_keeps_create_type_from_being_sent() -> None:
    context = MigrationContext.configure(dialect=postgresql.dialect(), opts={"as_sql": True})
    sent: list[str] = []
    context.impl.static_output = sent.append  # type: ignore[method-assign]
    operations = Operations(context)
    column = sa.Column("a", sa.Enum("x", name="letters"))
    with upstream.types_already_there(context, [(None, "letters")]):
        operations.create_table("t", column)
    assert not [s for s in sent if "CREATE TYPE" in s]
    operations.create_table("u", sa.Column("a", sa.Enum("x", name="letters")))
    assert [s for s in sent if "CREATE TYPE" in s]


def test_dialect_type_is_the_dialects_own() -> None:
    enum = sa.Enum("x", name="letters")
    assert isinstance(upstream.dialect_type(enum, postgresql.dialect()), postgresql.ENUM)


@pytest.mark.parametrize(("ansi", "quote"), [(False, "`"), (True, '"')])
def test_columns_shown_are_read_as_the_inspector_reads_them(ansi: bool, quote: str) -> None:
    dialect = mysql.dialect()
    dialect.identifier_preparer = dialect.preparer(dialect, server_ansiquotes=ansi)
    name = quote.join("ab")
    sql = f"CREATE TABLE {quote}t{quote} (\n  {quote}a{quote * 2}b{quote} varchar(9) NOT NULL,\n"
    sql += f"  PRIMARY KEY ({quote}a{quote * 2}b{quote})\n) ENGINE=InnoDB"
    (column,) = upstream.columns_shown(dialect, sql)
    assert (column["name"], column["nullable"]) == (name, False)
    assert isinstance(column["type"], mysql.VARCHAR)
    assert column["type"].length == 9
    (column,) = upstream.columns_shown(dialect, sql.replace("varchar(9)", "vector(9)"))
    assert (column["name"], column["nullable"]) == (name, False)
    assert isinstance(column["type"], sa.types.NullType)


def test_dispatcher_finds_the_nearest_class() -> None:
    dispatcher = upstream.Dispatcher()
    dispatcher.dispatch_for(Exception)("general")
    assert dispatcher.dispatch(ValueError()) == "general"
    with pytest.raises(ValueError, match="no dispatch function"):
        dispatcher.dispatch(object())


def offline(dialect: str, **opts) -> MigrationContext:
    opts = {"as_sql": True, "output_buffer": io.StringIO(), **opts}
    return MigrationContext.configure(dialect_name=dialect, opts=opts)


def test_capturing_context_hands_over_what_would_be_printed() -> None:
    context, found = offline("mssql"), []
    second = upstream.capturing_context(context, lambda *kept: found.append(kept))
    column = sa.Column("a", sa.Enum("x", name="letters"))
    Operations(second).create_table("t", column)
    ((construct, sql),) = found
    assert isinstance(construct, sa.schema.CreateTable)
    assert sql.startswith("CREATE TABLE t (")
    assert context.output_buffer.getvalue() == ""


def test_capturing_context_hands_over_what_events_print() -> None:
    found: list[str] = []
    context = offline("postgresql")
    second = upstream.capturing_context(context, lambda _, sql: found.append(sql))
    Operations(second).create_table("t", sa.Column("a", sa.Enum("x", name="letters")))
    assert [sql.split(" ", 2)[1] for sql in found] == ["TYPE", "TABLE"]


def test_offline_dialect_leaves_backslashes_alone() -> None:
    literal = sa.literal("a\\b")
    compiled = literal.compile(
        dialect=upstream.offline_dialect(offline("postgresql")),
        compile_kwargs={"literal_binds": True},
    )
    assert str(compiled) == "'a\\b'"


@pytest.mark.parametrize("dialect", ["mysql", "mariadb"])
def test_offline_dialect_casts_to_float(dialect: str) -> None:
    cast = sa.cast(sa.literal_column("0.1"), sa.Float)
    compiled = cast.compile(dialect=upstream.offline_dialect(offline(dialect)))
    assert str(compiled) == "CAST(0.1 AS FLOAT)"


def test_variant_is_what_is_asked_for_on_the_dialect() -> None:
    exact = postgresql.TIMESTAMP(precision=0)
    type_ = sa.DateTime().with_variant(exact, "postgresql")
    assert upstream.variant(type_, offline("postgresql").dialect) is exact
    assert upstream.variant(type_, offline("mysql").dialect) is type_


def test_intercept_shows_each_construct_and_prints_the_rest() -> None:
    context, seen = offline("sqlite"), []
    memo = context.impl.memo

    def takes(construct) -> bool:
        seen.append(construct)
        return isinstance(construct, sa.schema.CreateTable)

    upstream.intercept(context, takes)
    assert context.impl.memo is memo
    upstream.version_table(context).create(context.connection)
    context.execute("SELECT 1")
    assert len(seen) == 2
    assert context.output_buffer.getvalue() == "SELECT 1;\n\n"


def test_follow_transactions_tells_what_alembic_begins_and_commits() -> None:
    context, told = offline("postgresql"), []
    upstream.follow_transactions(context, told.append)
    with context.begin_transaction(), context.autocommit_block():
        assert told == [True, False]
    assert told == [True, False, True, False]
    assert context.output_buffer.getvalue().split() == ["BEGIN;", "COMMIT;"] * 2


def history(tmp_path: Path) -> ScriptDirectory:
    (tmp_path / "versions").mkdir()
    for revision, down, on in (("a", None, None), ("b", "a", None), ("c", None, "b")):
        text = f"revision, down_revision, depends_on = {revision!r}, {down!r}, {on!r}\n"
        text += "branch_labels = None\ndef upgrade(): pass\n"
        (tmp_path / "versions" / f"{revision}.py").write_text(text)
    return ScriptDirectory(str(tmp_path))


def test_follow_steps_tells_each_revision_and_the_heads_before_it(tmp_path: Path) -> None:
    scripts, told = history(tmp_path), []
    context = offline("sqlite", fn=lambda heads, _: scripts._upgrade_revs("heads", heads))
    upstream.follow_steps(context, lambda step, heads: told.append((step.revision.revision, heads)))
    context.run_migrations()
    assert told == [("a", set()), ("b", {"a"}), ("c", {"b"})]


def test_stands_on_resolves_dependencies(tmp_path: Path) -> None:
    found = {s.revision: upstream.stands_on(s) for s in history(tmp_path).walk_revisions()}
    assert found == {"a": set(), "b": {"a"}, "c": {"b"}}


def test_inserted_is_what_the_head_maintainer_inserts() -> None:
    context, found = offline("sqlite"), []
    upstream.intercept(context, lambda insert: bool(found.append(upstream.inserted(insert))))
    HeadMaintainer(context, ())._insert_version("1a2b")
    ((name, value),) = found[0].items()
    assert (name, str(value)) == ("version_num", "'1a2b'")


def test_sqlite_columns_are_those_that_get_columns_reads() -> None:
    ddl = (
        "CREATE TABLE t (a VARCHAR(20) NOT NULL, b NUMERIC(10, 2) DEFAULT '1', c foo, "
        "d INTEGER GENERATED ALWAYS AS (abs(a)) STORED, PRIMARY KEY (c))"
    )
    with sa.create_engine("sqlite://").connect() as connection:
        connection.exec_driver_sql(ddl)
        rows = connection.exec_driver_sql("PRAGMA table_xinfo(t)").all()
        read: list[Any] = upstream.sqlite_columns(connection.dialect, rows, ddl)
        assert upstream.sqlite_columns(connection.dialect, [], ddl) == []
        reflected: list[Any] = sa.inspect(connection).get_columns("t")
    for column in (*read, *reflected):
        column["type"] = repr(column["type"])
    assert read == reflected
    assert [column["name"] for column in read] == ["a", "b", "c", "d"]
    assert read[3]["computed"]["persisted"]


def test_a_decorated_type_and_one_with_variants_do_not_stand_for_themselves():
    class Decorated(sa.types.TypeDecorator):
        impl = sa.Integer
        cache_ok = True

    assert upstream.stands_for_itself(sa.Integer())
    assert upstream.stands_for_itself(sa.Enum("a", name="e"))
    assert not upstream.stands_for_itself(Decorated())
    assert not upstream.stands_for_itself(sa.Integer().with_variant(sa.String(), "postgresql"))
