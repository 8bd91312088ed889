"""What scripts of the online family say, and what is not written."""

from __future__ import annotations

import re
from typing import Any

import pytest
from alembic.util import CommandError
from offline.scripts import script
from offline.test_online_script_transactions import uncommented
from offline.test_online_scripts import ALL, COLUMN, IN_PLACE, PREFER, TABLE, written
from offline.trial import META

import alembic_helpers.op
from alembic_helpers import (
    Offline,
    OfflineError,
    Online,
    OnlineNotSupported,
    Outcome,
    Settings,
    UsageError,
)


def test_what_mysql_builds_says_that_it_must_not_block() -> None:
    for dialect in ("mysql", "mariadb"):
        for name in ("create_index_online", "drop_index_online"):
            assert re.search("ALGORITHM=INPLACE,? LOCK=NONE'", written(dialect, name))
        unique = written(dialect, "create_unique_constraint_online")
        assert "UNIQUE (`select`, n), ALGORITHM=INPLACE, LOCK=NONE'" in unique
        assert written(dialect, "set_not_null_online") == (
            f"-- set_not_null_online {TABLE}.{COLUMN}\n\n"
            f"ALTER TABLE `{TABLE}` MODIFY `{COLUMN}` VARCHAR(20) NOT NULL, "
            "ALGORITHM=INPLACE, LOCK=NONE;"
        )


@pytest.mark.parametrize("name", sorted(IN_PLACE.keys() - {"validate_constraint"}))
@pytest.mark.parametrize(("dialect", "title"), [("mssql", "SQL Server"), ("oracle", "Oracle")])
def test_where_the_rows_are_read_under_a_lock_it_is_refused(
    monkeypatch: pytest.MonkeyPatch, dialect: str, title: str, name: str
) -> None:
    monkeypatch.setitem(PREFER, "online", None)
    with pytest.raises(OnlineNotSupported, match=f"{title} keeps writers out while it reads"):
        written(dialect, name)


@pytest.mark.parametrize("dialect", ["postgresql", "mysql", "mariadb", "mssql", "oracle"])
def test_online_off_writes_the_plain_operation(dialect: str) -> None:
    plain = {
        "create_index": lambda op: op.create_index("ix", "t", ["a"]),
        "drop_index": lambda op: op.drop_index("ix", "t"),
        "create_foreign_key": lambda op: op.create_foreign_key("fk", "t", "p", ["a"], ["id"]),
        "create_check_constraint": lambda op: op.create_check_constraint("ck", "t", "a > 0"),
        "create_unique_constraint": lambda op: op.create_unique_constraint("uq", "t", ["a"]),
    }

    class Suffixed:
        def __getattr__(self, name: str) -> Any:
            return getattr(alembic_helpers.op, f"{name}_online")

    off = Settings(online=Online.OFF)
    for build in plain.values():
        texts = [
            script(dialect, lambda build=build, op=op: build(op), alembic_helpers=off)
            for op in (alembic_helpers.op, Suffixed())
        ]
        assert uncommented(texts[0]) == uncommented(texts[1])


@pytest.mark.parametrize("dialect", ["mysql", "mariadb"])
def test_what_mysql_cannot_do_online_is_not_written(
    dialect: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = {
        "create_foreign_key_online": f"create_foreign_key_online {TABLE} Fk %s: {{}} a foreign key",
        "create_check_constraint_online": f"create_check_constraint_online {TABLE} Ck's: {{}} a "
        "check constraint",
    }
    for name, words in kinds.items():
        text = written(dialect, name)
        kind = words.partition("{} ")[2]
        assert f"-- blocks writers, because {kind} is added by a copy of the table\n" in text
        assert "ALGORITHM" not in text
    monkeypatch.delitem(PREFER, "online")
    for name, words in kinds.items():
        with pytest.raises(OnlineNotSupported) as refused:
            written(dialect, name)
        said = words.format("it cannot be done without blocking writers:")
        assert str(refused.value) == (
            f"{said} is added by a copy of the table. Nothing was changed. To have it done all the "
            "same, with a warning: online=Online.PREFER."
        )


@pytest.mark.parametrize("name", ALL)
def test_each_says_that_it_was_written(name: str) -> None:
    outcomes = []

    class Noting:
        def __getattr__(self, name: str) -> Any:
            return lambda *args, **kw: outcomes.append(
                getattr(alembic_helpers.op, name)(*args, **kw)
            )

    script("postgresql", lambda: ALL[name](Noting(), None), **META)
    assert set(outcomes) == {Outcome.WRITTEN}


@pytest.mark.parametrize("dialect", ["mysql", "mariadb"])
def test_mysql_needs_the_type_of_the_column(dialect: str) -> None:
    with pytest.raises(CommandError, match="require the existing type"):
        script(dialect, lambda: alembic_helpers.op.set_not_null_online("t", "a"))


def test_a_constraint_without_a_name_could_not_be_validated() -> None:
    for build in (
        lambda op: op.create_foreign_key_online(None, "t", "p", ["a"], ["id"]),
        lambda op: op.create_check_constraint_online(None, "t", "a > 0"),
        lambda op: op.create_unique_constraint_online(None, "t", ["a"]),
    ):
        with pytest.raises(UsageError, match="the constraint has no name, and no naming conv"):
            script("postgresql", lambda build=build: build(alembic_helpers.op))


@pytest.mark.parametrize("name", [name for name in IN_PLACE if name != "validate_constraint"])
def test_what_sqlite_cannot_ask_is_refused(name: str) -> None:
    with pytest.raises(OfflineError, match=f"{name} .*: the table would be made anew, so a guard"):
        written("sqlite", name)


@pytest.mark.parametrize("dialect", ["sqlite", "mysql", "mariadb", "mssql", "oracle"])
@pytest.mark.parametrize("settings", [{}, {"online": Online.OFF}])
def test_elsewhere_a_constraint_is_valid_at_once(dialect: str, settings: dict[str, Any]) -> None:
    assert written(dialect, "validate_constraint", **settings) == (
        f"-- validate_constraint {TABLE} Ck's\n\n"
        "-- a constraint is valid as soon as it is there; nothing to do"
    )


def test_unguarded_are_the_plain_statements_of_the_online_form() -> None:
    def build() -> None:
        op = alembic_helpers.op
        op.create_unique_constraint_online("uq", "t", ["a:b"])
        op.create_check_constraint_online("ck", "t", "a > 0")

    settings = Settings(offline=Offline.UNGUARDED)
    assert script("postgresql", build, alembic_helpers=settings).split("\n\n") == [
        "-- create_unique_constraint_online t uq: not guarded",
        'CREATE UNIQUE INDEX CONCURRENTLY uq ON t ("a:b");',
        "ALTER TABLE t ADD CONSTRAINT uq UNIQUE USING INDEX uq;",
        "-- create_check_constraint_online t ck: not guarded",
        "ALTER TABLE t ADD CONSTRAINT ck CHECK (a > 0) NOT VALID;",
        "ALTER TABLE t VALIDATE CONSTRAINT ck;",
        "",
    ]
    mysql = script(
        "mysql",
        lambda: [
            alembic_helpers.op.create_index_online("ix", "t", ["a"]),
            alembic_helpers.op.create_check_constraint_online("ck", "t", "a > 0", **PREFER),
        ],
        alembic_helpers=settings,
    )
    assert mysql.split("\n\n") == [
        "-- create_index_online t.ix: not guarded",
        "CREATE INDEX ix ON t (a) ALGORITHM=INPLACE LOCK=NONE;",
        "-- create_check_constraint_online t ck: not guarded",
        "-- blocks writers, because a check constraint is added by a copy of the table",
        "ALTER TABLE t ADD CONSTRAINT ck CHECK (a > 0);",
        "",
    ]
