"""``constraint_exists`` and its four kinds: by name, by shape, by both."""

from __future__ import annotations

import pytest

from alembic_helpers import NotSupportedError, UsageError, op


def dotted(schema, name):
    return f"{schema}.{name}" if schema else name


@pytest.fixture
def table(connection, schema, database):
    # A foreign key of SQLite stays within its file and is written without a schema.
    target = "u" if database.name == "sqlite" else dotted(schema, "u")
    connection.exec_driver_sql(
        f"CREATE TABLE {dotted(schema, 'u')} (x int NOT NULL, y int NOT NULL, PRIMARY KEY (x, y))"
    )
    connection.exec_driver_sql(
        f"CREATE TABLE {dotted(schema, 't')} (id int NOT NULL, a int, b int, c int, d int, "
        "CONSTRAINT pk PRIMARY KEY (id), CONSTRAINT uq UNIQUE (a, b), "
        "CONSTRAINT ck CHECK (c > 0), "
        f"CONSTRAINT fk FOREIGN KEY (c, d) REFERENCES {target} (x, y))"
    )


@pytest.mark.usefixtures("table")
class TestOfEachKind:
    def test_a_unique_constraint(self, migrate, schema):
        with migrate():
            assert op.unique_constraint_exists("uq", "t", schema=schema)
            assert op.unique_constraint_exists(None, "t", columns=["a", "b"], schema=schema)
            assert op.unique_constraint_exists("uq", "t", columns=["a", "b"], schema=schema)
            assert not op.unique_constraint_exists("uq", "t", columns=["b", "a"], schema=schema)
            assert not op.unique_constraint_exists(None, "t", columns=["a"], schema=schema)
            for name in ("pk", "ck", "fk", "nothing"):
                assert not op.unique_constraint_exists(name, "t", schema=schema)
            assert not op.unique_constraint_exists("uq", "u", schema=schema)

    def test_a_check_constraint(self, migrate, schema):
        with migrate():
            assert op.check_constraint_exists("ck", "t", schema=schema)
            for name in ("pk", "uq", "fk", "nothing"):
                assert not op.check_constraint_exists(name, "t", schema=schema)
            assert not op.check_constraint_exists("ck", "u", schema=schema)

    def test_a_foreign_key(self, migrate, schema):
        with migrate():
            found = op.foreign_key_exists
            assert found("fk", "t", schema=schema)
            assert found(None, "t", columns=["c", "d"], schema=schema)
            assert found(None, "t", referred_table="u", schema=schema)
            assert found(
                "fk",
                "t",
                columns=["c", "d"],
                referred_table="u",
                referred_columns=["x", "y"],
                schema=schema,
            )
            assert not found("fk", "t", columns=["d", "c"], schema=schema)
            assert not found("fk", "t", referred_table="t", schema=schema)
            assert not found("fk", "t", referred_columns=["y", "x"], schema=schema)
            for name in ("pk", "uq", "ck", "nothing"):
                assert not found(name, "t", schema=schema)
            assert not found("fk", "u", schema=schema)

    def test_a_primary_key(self, migrate, schema, database):
        with migrate():
            assert op.primary_key_exists("pk", "t", schema=schema)
            assert op.primary_key_exists(None, "t", schema=schema)
            assert op.primary_key_exists("pk", "t", columns=["id"], schema=schema)
            assert not op.primary_key_exists(None, "t", columns=["a"], schema=schema)
            assert op.primary_key_exists(None, "u", columns=["x", "y"], schema=schema)
            assert not op.primary_key_exists(None, "u", columns=["y", "x"], schema=schema)
            named = database.keeps_primary_key_name
            assert op.primary_key_exists("qk", "t", schema=schema) is not named

    def test_any_of_them(self, migrate, schema, database):
        kinds = {"pk": "primary", "uq": "unique", "fk": "foreignkey", "ck": "check"}
        named = database.keeps_primary_key_name
        with migrate():
            for name, kind in kinds.items():
                assert op.constraint_exists(name, "t", type_=kind, schema=schema)
                assert op.constraint_exists(name, "t", schema=schema) is (name != "pk" or named)
                for other in set(kinds.values()) - {kind}:
                    # A primary key has no name to compare where every one is called PRIMARY.
                    unnamed = other == "primary" and not named
                    found = op.constraint_exists(name, "t", type_=other, schema=schema)
                    assert found is unnamed
            assert op.constraint_exists(None, "t", columns=["a", "b"], schema=schema)
            assert op.constraint_exists(None, "t", columns=["id"], type_="primary", schema=schema)
            assert op.constraint_exists(None, "t", type_="primary", schema=schema)
            assert not op.constraint_exists(
                None, "t", columns=["id"], type_="unique", schema=schema
            )
            assert not op.constraint_exists("nothing", "t", schema=schema)

    def test_in_another_schema_or_on_a_missing_table_there_is_none(self, migrate, schema, database):
        elsewhere = None if schema else database.other_schema
        with migrate():
            for where in (elsewhere, "no_such_schema"):
                assert not op.constraint_exists("uq", "t", schema=where)
                assert not op.primary_key_exists(None, "t", schema=where)
                assert not op.foreign_key_exists("fk", "t", schema=where)
            assert not op.constraint_exists("uq", "nothing", schema=schema)
            assert not op.unique_constraint_exists("uq", "nothing", schema=schema)
            assert not op.check_constraint_exists("ck", "nothing", columns=["c"], schema=schema)
            assert not op.primary_key_exists(None, "nothing", schema=schema)
            assert not op.foreign_key_exists("fk", "nothing", referred_table="u", schema=schema)


def test_a_unique_index_is_no_unique_constraint_unless_the_two_are_one(
    connection, migrate, database
):
    connection.exec_driver_sql("CREATE TABLE t (a int)")
    connection.exec_driver_sql("CREATE UNIQUE INDEX ux ON t (a)")
    with migrate():
        one_thing = database.unique_constraint_is_index
        assert op.unique_constraint_exists("ux", "t") is one_thing
        assert op.unique_constraint_exists(None, "t", columns=["a"]) is one_thing
        assert op.constraint_exists("ux", "t") is one_thing


def test_an_inline_unique_is_found_by_its_columns(connection, migrate):
    connection.exec_driver_sql("CREATE TABLE t (id int PRIMARY KEY, a int UNIQUE)")
    with migrate():
        assert op.unique_constraint_exists(None, "t", columns=["a"])
        assert not op.unique_constraint_exists(None, "t", columns=["id"])
        assert op.primary_key_exists(None, "t", columns=["id"])


@pytest.mark.capability("has_deferrable_constraints")
def test_a_foreign_key_without_columns_refers_to_the_primary_key(connection, migrate):
    """MySQL and MariaDB want the columns."""
    connection.exec_driver_sql("CREATE TABLE u (id int PRIMARY KEY)")
    connection.exec_driver_sql("CREATE TABLE t (a int REFERENCES u)")
    with migrate():
        assert op.foreign_key_exists(None, "t", columns=["a"], referred_columns=["id"])


@pytest.mark.capability("has_cross_schema_foreign_keys")
def test_a_foreign_key_tells_its_target_schema(connection, migrate, database):
    other = database.other_schema
    for table in ("u", f"{other}.u"):
        connection.exec_driver_sql(f"CREATE TABLE {table} (id int PRIMARY KEY)")
    connection.exec_driver_sql(
        f"CREATE TABLE t (a int, b int, CONSTRAINT far FOREIGN KEY (a) REFERENCES {other}.u (id))"
    )
    with migrate():
        assert op.foreign_key_exists(None, "t", referred_table="u")
        assert op.foreign_key_exists(None, "t", referred_table="u", referred_schema=other)
        assert not op.foreign_key_exists(
            None, "t", referred_table="u", referred_schema="no_such_schema"
        )


@pytest.mark.capability("has_exclude_constraints")
def test_an_exclude_constraint_is_a_kind_of_its_own(connection, migrate):
    connection.exec_driver_sql(
        "CREATE TABLE t (r int4range, CONSTRAINT ex EXCLUDE USING gist (r WITH &&))"
    )
    with migrate():
        assert op.constraint_exists("ex", "t")
        assert op.constraint_exists("ex", "t", type_="exclude")
        assert not op.constraint_exists("ex", "t", type_="unique")
        assert not op.index_exists("ex", "t")


@pytest.mark.capability("has_unvalidated_constraints")
def test_a_constraint_that_is_not_valid_is_there(connection, migrate):
    connection.exec_driver_sql("CREATE TABLE t (a int)")
    connection.exec_driver_sql("ALTER TABLE t ADD CONSTRAINT ck CHECK (a > 0) NOT VALID")
    with migrate():
        assert op.check_constraint_exists("ck", "t")


@pytest.mark.capability("has_unvalidated_constraints")
def test_a_check_is_found_by_the_columns_that_it_reads(connection, migrate):
    connection.exec_driver_sql("CREATE TABLE t (a int, b int, c int, CONSTRAINT ck CHECK (b > a))")
    with migrate():
        assert op.check_constraint_exists(None, "t", columns=["a", "b"])
        assert not op.check_constraint_exists(None, "t", columns=["b"])


def test_where_a_check_does_not_record_its_columns_there_is_no_answer(
    connection, migrate, database
):
    connection.exec_driver_sql("CREATE TABLE t (a int, b int, CONSTRAINT ck CHECK (a > 0))")
    connection.exec_driver_sql("CREATE TABLE u (a int)")
    with migrate():
        assert not op.check_constraint_exists(None, "u", columns=["a"])
        assert not op.check_constraint_exists("nothing", "t", columns=["a"])
        if database.name == "postgresql":
            assert op.constraint_exists("ck", "t", type_="check", columns=["a"])
            assert op.constraint_exists(None, "t", columns=["a"])
            return
        title = {"sqlite": "SQLite", "mysql": "MySQL", "mariadb": "MariaDB"}[database.name]
        with pytest.raises(NotSupportedError) as caught:
            op.check_constraint_exists(None, "t", columns=["a"])
        assert str(caught.value) == (
            f"check_constraint_exists: {title} does not record which columns a check constraint "
            "reads; ask by its name: op.check_constraint_exists('ck_...', 't')"
        )
        with pytest.raises(NotSupportedError):
            op.constraint_exists("ck", "t", type_="check", columns=["a"])
        # Without a kind the other constraints are asked, and checks by their names.
        assert not op.constraint_exists(None, "t", columns=["a"])


@pytest.mark.capability("has_exclude_constraints")
def test_a_foreign_key_to_a_partitioned_table_is_one_constraint(connection, migrate):
    """PostgreSQL keeps a row of its own for every partition of the target."""
    for statement in (
        "CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id)",
        "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10)",
        "CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20)",
        "CREATE TABLE t (a int, CONSTRAINT fk FOREIGN KEY (a) REFERENCES p (id))",
    ):
        connection.exec_driver_sql(statement)
    with migrate():
        assert op.find_constraint_name("t", columns=["a"]) == "fk"
        assert op.foreign_key_exists(None, "t", columns=["a"], referred_table="p")
        assert not op.foreign_key_exists(None, "t", referred_table="p1")
        assert op.primary_key_exists(None, "p1", columns=["id"])


@pytest.mark.capability("index_names_are_per_table", "has_functional_indexes")
def test_a_unique_expression_is_no_unique_constraint_on_its_plain_columns(connection, migrate):
    connection.exec_driver_sql("CREATE TABLE t (a int, b int, UNIQUE INDEX ux (a, (b + 1)))")
    with migrate():
        assert not op.unique_constraint_exists(None, "t", columns=["a"])
        assert op.unique_constraint_exists("ux", "t")


@pytest.mark.capability("index_names_are_per_table")
def test_a_key_and_a_foreign_key_may_share_a_name(connection, migrate):
    connection.exec_driver_sql("CREATE TABLE u (id int PRIMARY KEY)")
    connection.exec_driver_sql(
        "CREATE TABLE t (a int, b int, INDEX ia (a), CONSTRAINT x UNIQUE (b), "
        "CONSTRAINT x FOREIGN KEY (a) REFERENCES u (id))"
    )
    with migrate():
        assert op.unique_constraint_exists("x", "t", columns=["b"])
        assert not op.unique_constraint_exists("x", "t", columns=["a"])
        assert op.foreign_key_exists("x", "t", columns=["a"])
        assert not op.foreign_key_exists("x", "t", columns=["b"])


@pytest.mark.parametrize(
    ("predicate", "needed"),
    [
        ("constraint_exists", "columns=[...]"),
        ("unique_constraint_exists", "columns=[...]"),
        ("check_constraint_exists", "columns=[...]"),
        ("foreign_key_exists", "columns=[...] or referred_table="),
    ],
)
def test_nothing_to_go_by_is_a_usage_error(migrate, predicate, needed):
    with migrate(), pytest.raises(UsageError) as caught:
        getattr(op, predicate)(None, "t")
    separator = ", " if predicate == "foreign_key_exists" else ", or "
    assert str(caught.value) == f"{predicate}: give its name{separator}{needed}"


def test_an_unknown_kind_is_a_usage_error(migrate):
    with migrate(), pytest.raises(UsageError) as caught:
        op.constraint_exists("x", "t", type_="index")
    assert str(caught.value) == (
        "type_='index' is no kind of constraint; "
        "expected 'primary', 'unique', 'foreignkey', 'check', 'exclude'"
    )


@pytest.mark.parametrize("columns", ["email", []])
def test_columns_that_are_no_list_of_names_are_a_usage_error(migrate, columns):
    with migrate():
        for predicate in (
            op.constraint_exists,
            op.unique_constraint_exists,
            op.foreign_key_exists,
            op.primary_key_exists,
        ):
            with pytest.raises(UsageError) as caught:
                predicate(None, "t", columns=columns)
            assert str(caught.value) == (
                f"{predicate.__name__}: columns={columns!r} is no list of column names; "
                'write columns=["..."]'
            )
        with pytest.raises(UsageError):
            op.foreign_key_exists("fk", "t", referred_columns=columns)
