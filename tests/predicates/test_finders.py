"""``find_constraint_name`` and ``find_index_name``: the way to drop what the database named."""

from __future__ import annotations

import pytest

from alembic_helpers import AmbiguousMatch, NotSupportedError, UsageError, op


def dotted(schema, name):
    return f"{schema}.{name}" if schema else name


def test_what_the_database_named_is_found_and_can_be_dropped(connection, migrate, schema, database):
    t, u = dotted(schema, "t"), dotted(schema, "u")
    target = "u" if database.name == "sqlite" else u
    connection.exec_driver_sql(f"CREATE TABLE {u} (id int PRIMARY KEY)")
    connection.exec_driver_sql(
        f"CREATE TABLE {t} (id int PRIMARY KEY, a int UNIQUE, b int, "
        f"FOREIGN KEY (b) REFERENCES {target} (id))"
    )
    names = {"postgresql": ("t_a_key", "t_b_fkey"), "mysql": ("a", "t_ibfk_1")}
    unique, foreign = names.get(database.name, ("a", "t_ibfk_1"))
    with migrate():
        find = op.find_constraint_name
        if database.name == "sqlite":
            assert find("t", columns=["a"], schema=schema) is None
            assert find("t", columns=["b"], referred_table="u", schema=schema) is None
            return
        assert find("t", columns=["a"], schema=schema) == unique
        assert find("t", columns=["a"], type_="unique", schema=schema) == unique
        found = find("t", columns=["b"], type_="foreignkey", schema=schema)
        assert found is not None
        # MariaDB from 12.1 on counts the keys of each table by themselves.
        assert found == foreign or database.name == "mariadb"
        assert find("t", columns=["b"], referred_table="u", schema=schema) == found
        op.drop_constraint(found, "t", type_="foreignkey", schema=schema)
        assert find("t", columns=["b"], type_="foreignkey", schema=schema) is None


def test_nothing_that_fits_is_none(connection, migrate, schema, database):
    connection.exec_driver_sql(f"CREATE TABLE {dotted(schema, 't')} (id int, a int)")
    with migrate():
        assert op.find_constraint_name("t", columns=["a"], schema=schema) is None
        assert op.find_index_name("t", columns=["a"], schema=schema) is None
        assert op.find_constraint_name("nothing", columns=["a"], schema=schema) is None
        assert op.find_index_name("nothing", columns=["a"], schema=schema) is None
        assert op.find_index_name("t", columns=["a"], schema="no_such_schema") is None


def test_the_target_narrows_the_search_for_a_foreign_key(connection, migrate, database):
    for table in ("u", "v"):
        connection.exec_driver_sql(f"CREATE TABLE {table} (id int PRIMARY KEY)")
    connection.exec_driver_sql(
        "CREATE TABLE t (a int, CONSTRAINT to_u FOREIGN KEY (a) REFERENCES u (id), "
        "CONSTRAINT to_v FOREIGN KEY (a) REFERENCES v (id))"
    )
    with migrate():
        assert op.find_constraint_name("t", columns=["a"], referred_table="u") == "to_u"
        assert op.find_constraint_name("t", columns=["a"], referred_table="v") == "to_v"
        assert op.find_constraint_name("t", columns=["a"], referred_table="w") is None
        with pytest.raises(AmbiguousMatch) as caught:
            op.find_constraint_name("t", columns=["a"], type_="foreignkey")
        assert set(caught.value.candidates) == {"to_u", "to_v"}
        first, second = caught.value.candidates
        assert str(caught.value) == (
            "find_constraint_name('t', columns=['a']): 2 match: "
            f"foreign key {first} (a), foreign key {second} (a); "
            "say which one by its name, or narrow the search"
        )


@pytest.mark.capability("has_cross_schema_foreign_keys")
def test_the_schema_of_the_target_narrows_it_further(connection, migrate, database):
    other = database.other_schema
    for table in ("u", f"{other}.u"):
        connection.exec_driver_sql(f"CREATE TABLE {table} (id int PRIMARY KEY)")
    here = connection.exec_driver_sql(
        "SELECT current_schema()" if database.name == "postgresql" else "SELECT database()"
    ).scalar_one()
    connection.exec_driver_sql(
        "CREATE TABLE t (a int, CONSTRAINT near FOREIGN KEY (a) REFERENCES u (id), "
        f"CONSTRAINT far FOREIGN KEY (a) REFERENCES {other}.u (id))"
    )
    with migrate():
        with pytest.raises(AmbiguousMatch):
            op.find_constraint_name("t", columns=["a"], referred_table="u")
        for schema, name in ((other, "far"), (here, "near")):
            found = op.find_constraint_name(
                "t", columns=["a"], referred_table="u", referred_schema=schema
            )
            assert found == name


def test_kinds_are_told_apart_and_two_of_them_are_ambiguous(connection, migrate, database):
    connection.exec_driver_sql("CREATE TABLE u (id int PRIMARY KEY)")
    connection.exec_driver_sql(
        "CREATE TABLE t (a int, CONSTRAINT uq UNIQUE (a), "
        "CONSTRAINT fk FOREIGN KEY (a) REFERENCES u (id))"
    )
    with migrate():
        assert op.find_constraint_name("t", columns=["a"], type_="unique") == "uq"
        assert op.find_constraint_name("t", columns=["a"], type_="foreignkey") == "fk"
        assert op.find_constraint_name("t", columns=["a"], type_="primary") is None
        with pytest.raises(AmbiguousMatch) as caught:
            op.find_constraint_name("t", columns=["a"])
        assert set(caught.value.candidates) == {"uq", "fk"}


def test_an_index_is_found_and_two_are_ambiguous(connection, migrate, schema, database):
    t = dotted(schema, "t")
    connection.exec_driver_sql(f"CREATE TABLE {t} (a int, b int)")

    def index(name, columns, unique=""):
        on = f"{dotted(schema, name)} ON t" if database.name == "sqlite" else f"{name} ON {t}"
        connection.exec_driver_sql(f"CREATE {unique} INDEX {on} ({columns})")

    index("ix", "a, b")
    index("first", "a")
    with migrate():
        assert op.find_index_name("t", columns=["a", "b"], schema=schema) == "ix"
        assert op.find_index_name("t", columns=["a"], schema=schema) == "first"
        assert op.find_index_name("t", columns=["b", "a"], schema=schema) is None
    index("second", "a", "UNIQUE")
    with migrate(), pytest.raises(AmbiguousMatch) as caught:
        op.find_index_name("t", columns=["a"], schema=schema)
    assert caught.value.candidates == ("first", "second")
    assert str(caught.value) == (
        "find_index_name('t', columns=['a']): 2 match: index first (a), unique index second (a); "
        "say which one by its name, or narrow the search"
    )


def test_the_primary_key_is_found_by_its_columns(connection, migrate, database):
    connection.exec_driver_sql("CREATE TABLE t (a int, b int, CONSTRAINT pk PRIMARY KEY (a, b))")
    name = "pk" if database.keeps_primary_key_name else "PRIMARY"
    with migrate():
        assert op.find_constraint_name("t", columns=["a", "b"], type_="primary") == name
        assert op.find_constraint_name("t", columns=["b", "a"], type_="primary") is None


def test_a_check_is_found_by_its_columns_where_they_are_recorded(connection, migrate, database):
    connection.exec_driver_sql("CREATE TABLE t (a int, CONSTRAINT ck CHECK (a > 0))")
    with migrate():
        if database.name == "postgresql":
            assert op.find_constraint_name("t", columns=["a"], type_="check") == "ck"
            return
        with pytest.raises(NotSupportedError):
            op.find_constraint_name("t", columns=["a"], type_="check")


def test_wrong_calls_are_usage_errors(migrate):
    with migrate():
        for wrong in ("email", []):
            with pytest.raises(UsageError):
                op.find_constraint_name("t", columns=wrong)
            with pytest.raises(UsageError):
                op.find_index_name("t", columns=wrong)
        with pytest.raises(UsageError):
            op.find_constraint_name("t", columns=["a"], type_="uniq")
