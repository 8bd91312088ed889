"""What importing the package pulls in, and what the first operation does."""

from __future__ import annotations

import inspect
import subprocess
import sys

import alembic.op
import pytest
from alembic.operations import Operations

import alembic_helpers
from alembic_helpers import extras, op, predicates

EXTRAS = ["alembic_helpers.cli", "alembic_helpers.testing", "flask", "hypothesis", "pytest", "rich"]
DATABASES = ["mssql", "mysql", "oracle", "postgresql", "sqlite"]

# -- what is imported ------------------------------------------------------------------------------

SETTING_UP = """\
import contextlib, io, sys
import alembic.op, sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext

ID = sa.Column("id", sa.Integer, primary_key=True)
TABLE = sa.Table("t", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("a"))
before = set(sys.modules)
"""
"""What an env.py imports anyway."""

OPERATIONS = """\
from alembic_helpers import op
op.create_table("t", ID)
op.create_index("ix", "t", ["id"])
op.drop_index("ix", "t")
"""


def run(code: str) -> str:
    """What the code prints in a process of its own."""
    command = [sys.executable, "-c", SETTING_UP + code]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def imported(code: str) -> set[str]:
    """The modules that the code imports."""
    return set(run(f"{code}\nprint(*set(sys.modules) - before)").split())


def online(code: str) -> str:
    """The code as a migration of an SQLite database."""
    return (
        'with sa.create_engine("sqlite://").connect() as connection:\n'
        "    with Operations.context(MigrationContext.configure(connection)):\n"
    ) + indented(code, 8)


def offline(code: str, dialect: str, into: str = "text") -> str:
    """The code as a script, which it leaves in a variable."""
    return (
        f"{into} = io.StringIO()\n"
        "opts = {'as_sql': True, 'literal_binds': True, 'output_buffer': " + into + "}\n"
        f"context = MigrationContext.configure(dialect_name={dialect!r}, opts=opts)\n"
        "with Operations.context(context):\n"
    ) + indented(code, 4)


def indented(code: str, spaces: int) -> str:
    return "".join(f"{' ' * spaces}{line}\n" for line in code.splitlines())


def within(package: str, modules: set[str]) -> set[str]:
    """The parts of a package that are among the modules."""
    return {name.removeprefix(f"{package}.").partition(".")[0] for name in modules
            if name.startswith(f"{package}.")}  # fmt: skip


def test_the_package_imports_nothing_until_it_is_asked() -> None:
    assert imported("import alembic_helpers") == {"alembic_helpers", "alembic_helpers.loading"}


def test_op_imports_no_function_until_it_is_called() -> None:
    modules = imported("from alembic_helpers import op\ndir(op)")
    assert within("alembic_helpers", modules) == {"extras", "loading", "op", "predicates"}
    assert not within("alembic_helpers.extras", modules)
    assert not within("alembic_helpers.predicates", modules)
    assert not within("sqlalchemy", modules)


def test_what_env_py_imports_is_not_the_engine() -> None:
    names = "DefinitionMismatch, Offline, Online, OnMismatch, Outcome, Settings, guard_script"
    modules = imported(f"from alembic_helpers import {names}")
    assert within("alembic_helpers", modules) == {
        "errors",
        "loading",
        "offline",
        "outcomes",
        "settings",
    }
    assert within("alembic_helpers.offline", modules) == {"whole"}
    assert not within("sqlalchemy", modules)


@pytest.mark.parametrize(
    "code",
    ["import alembic_helpers", "from alembic_helpers import *", online(OPERATIONS)],
    ids=["package", "all", "online"],
)
def test_no_extra_is_imported(code: str) -> None:
    assert imported(code).isdisjoint(EXTRAS)


def test_a_migration_imports_its_own_database_and_nothing_of_the_online_family() -> None:
    modules = imported(online(OPERATIONS))
    assert within("alembic_helpers.databases", modules).intersection(DATABASES) == {"sqlite"}
    assert within("sqlalchemy.dialects", modules) <= {"sqlite"}
    assert within("alembic_helpers.online", modules) == set()


@pytest.mark.parametrize("dialect", [*DATABASES, "mariadb"])
def test_a_script_imports_its_own_database(dialect: str) -> None:
    modules = imported(offline(OPERATIONS, dialect))
    package = {"mysql" if dialect == "mariadb" else dialect}
    assert within("alembic_helpers.databases", modules).intersection(DATABASES) == package


# -- what the first operation does -----------------------------------------------------------------

LOAD_ALL = """\
import pkgutil, importlib, alembic_helpers as ours
for found in pkgutil.walk_packages(ours.__path__, "alembic_helpers."):
    if not found.name.startswith(("alembic_helpers.cli", "alembic_helpers.testing")):
        importlib.import_module(found.name)
"""

FIRST_IN_A_SCRIPT = {
    "add_column": 'ours.op.add_column("t", sa.Column("a", sa.Integer))',
    "add_column_if_not_exists": 'ours.add_column_if_not_exists("t", sa.Column("a", sa.Integer))',
    "backfill": 'ours.op.backfill(TABLE, {"a": 1}, where="a IS NULL")',
    "create_enum": 'ours.op.create_enum("e", ["a"])',
    "create_index": 'ours.op.create_index("ix", "t", ["a"], postgresql_concurrently=True)',
    "create_index_online": 'ours.op.create_index_online("ix", "t", ["a"])',
    "create_view": 'ours.op.create_view("v", "SELECT 1")',
    "drop_index_if_exists": 'ours.drop_index_if_exists("x", postgresql_concurrently=True)',
    "ensure_rows": 'ours.ensure_rows("t", [{"a": 1}], key=["a"])',
    "set_not_null_online": 'ours.op.set_not_null_online("t", "a")',
    "validate_constraint": 'ours.op.validate_constraint("ck", "t")',
}


@pytest.mark.parametrize("code", FIRST_IN_A_SCRIPT.values(), ids=FIRST_IN_A_SCRIPT)
def test_the_first_operation_of_a_script_is_written_as_when_all_is_loaded(code: str) -> None:
    before = offline(f"import alembic_helpers as ours\n{code}", "postgresql", "fresh")
    after = offline(code, "postgresql", "loaded")
    printing = "print(fresh.getvalue(), loaded.getvalue(), sep='+++', end='')"
    fresh, loaded = run(f"{before}{LOAD_ALL}{after}{printing}").split("+++")
    assert fresh == loaded != ""


FIRST_ONLINE = {
    "backfill": 'op.backfill("t", {"name": "a"}, where="name IS NULL")',
    "column_exists": 'op.column_exists("t", "id")',
    "create_index": 'op.create_index("ix", "t", ["id"])',
    "create_index_online": 'op.create_index_online("ix", "t", ["id"])',
    "create_view": 'op.create_view("v", "SELECT 1 AS one")',
    "drop_table_if_exists": 'alembic_helpers.drop_table_if_exists("t")',
    "ensure_rows": 'op.ensure_rows("t", [{"id": 1}])',
    "execute": 'op.execute("DELETE FROM t")',
}


@pytest.mark.parametrize("code", FIRST_ONLINE.values(), ids=FIRST_ONLINE)
def test_the_first_operation_is_done_as_any_other(code: str) -> None:
    table = 'connection.exec_driver_sql("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)")'
    importing = "import alembic_helpers\nfrom alembic_helpers import op"
    run(online(f"{table}\n{importing}\n{code}"))


# -- the names -------------------------------------------------------------------------------------


def test_the_public_names_are_sorted_and_there() -> None:
    assert alembic_helpers.__all__ == sorted(alembic_helpers.__all__)
    assert set(alembic_helpers.__all__) <= set(dir(alembic_helpers))
    for name in alembic_helpers.__all__:
        found = getattr(alembic_helpers, name)
        assert found is getattr(alembic_helpers, name)
        assert inspect.getmodule(found).__name__.startswith("alembic_helpers."), name


def test_a_star_imports_every_public_name() -> None:
    names: dict[str, object] = {}
    exec("from alembic_helpers import *", names)
    del names["__builtins__"]
    assert names == {name: getattr(alembic_helpers, name) for name in alembic_helpers.__all__}


def test_a_star_from_op_imports_alembics_functions_and_ours() -> None:
    names: dict[str, object] = {}
    exec("from alembic_helpers.op import *", names)
    theirs: dict[str, object] = {}
    exec("from alembic.op import *", theirs)
    # One that a test has registered, and taken away again, stays in alembic.op.
    functions = {
        name
        for name, found in theirs.items()
        if inspect.isfunction(found) and hasattr(Operations, name)
    }
    assert functions | {*extras.__all__, *predicates.__all__} <= names.keys()
    assert names["create_table"] is op.create_table is not alembic.op.create_table


@pytest.mark.parametrize("package", [alembic_helpers, extras, op, predicates])
def test_no_other_name_is_there(package: object) -> None:
    name = getattr(package, "__name__", "")
    with pytest.raises(AttributeError, match=rf"^module '{name}' has no attribute 'creat_view'"):
        package.creat_view  # type: ignore[attr-defined]  # noqa: B018
