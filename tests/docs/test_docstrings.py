"""The example of every public docstring runs, and the reference page is what they say."""

from __future__ import annotations

import doctest
import importlib
import importlib.util
import inspect
import io
import pkgutil
import re
import textwrap
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from example_database import prepare, prepare_later
from pages import ROOT
from running import Log, run_migration
from sqlalchemy.engine import Connection

import alembic_helpers
from alembic_helpers import OnMismatch, Settings, extras, guard_script, op, predicates, verbs

MODULES = [
    importlib.import_module(found.name)
    for found in pkgutil.walk_packages(alembic_helpers.__path__, "alembic_helpers.")
    if not found.name.endswith("__main__")
]
ENUMS_SCHEMAS_EXTENSIONS = {
    name
    for name in extras.__all__
    if re.search("enum|schema|extension", name)
} | {"schema_exists"}  # fmt: skip
SEQUENCES = {"create_sequence", "drop_sequence"}


def _example(documented: object) -> str | None:
    """The indented block below ``Example::``."""
    found = re.search(r"Example::\n\n((?:    .*\n?|\n)+)", f"{inspect.getdoc(documented)}\n")
    return textwrap.dedent(found[1]) if found else None


EXAMPLES = {
    name: example
    for name, documented in [
        *((name, getattr(alembic_helpers, name)) for name in alembic_helpers.__all__),
        ("op", op),
        ("verbs", verbs),
    ]
    if (example := _example(documented)) and documented not in (Settings, guard_script)
}


def _run_twice(name: str, connection: Connection) -> list[str]:
    """What the log says the second time."""
    source = EXAMPLES[name]
    if "def upgrade()" in source:
        source += "\nupgrade()\n"
    run_migration(source, connection, name)
    with Log() as log:
        run_migration(source, connection, name)
    return log.lines


def _assert_nothing_left(lines: list[str]) -> None:
    assert not [line for line in lines if line.startswith(("applied", "completed"))]


@pytest.mark.parametrize("prepared", [prepare, prepare_later], ids=["early", "later"])
@pytest.mark.parametrize("name", sorted(EXAMPLES.keys() - ENUMS_SCHEMAS_EXTENSIONS - SEQUENCES))
def test_an_example_runs_and_runs_again(name: str, prepared: Callable[[Connection], None]) -> None:
    with sa.create_engine("sqlite://").connect() as connection:
        prepared(connection)
        _assert_nothing_left(_run_twice(name, connection))


@pytest.mark.capability("has_enums")
@pytest.mark.parametrize("name", sorted(ENUMS_SCHEMAS_EXTENSIONS))
def test_an_example_with_enums_schemas_or_extensions(name: str, connection: Connection) -> None:
    if "enum_value" in name:
        run_migration(EXAMPLES["create_enum"], connection, "create_enum")
    _assert_nothing_left(_run_twice(name, connection))


@pytest.mark.capability("has_sequences")
@pytest.mark.parametrize("name", sorted(SEQUENCES))
def test_an_example_with_sequences(name: str, connection: Connection) -> None:
    _assert_nothing_left(_run_twice(name, connection))


def test_the_settings_example_configures_alembic() -> None:
    script = ScriptDirectory(str(ROOT / "docs/example/project/migrations"))
    with (
        sa.create_engine("sqlite://").connect() as connection,
        EnvironmentContext(Config(), script) as context,
    ):
        names: dict[str, Any] = {"context": context, "connection": connection}
        names |= {"Settings": Settings, "OnMismatch": OnMismatch, "target_metadata": None}
        exec(_example(Settings) or "", names)
        assert Settings.of(context.get_context().opts).on_mismatch is OnMismatch.WARN


def test_the_guard_script_example_writes_a_version_table_that_is_asked_for() -> None:
    script = ScriptDirectory(str(ROOT / "docs/example/project/migrations"))
    buffer = io.StringIO()
    config = Config(output_buffer=buffer)
    with EnvironmentContext(config, script, fn=lambda *_: (), as_sql=True) as context:
        url = "postgresql://"
        exec(
            _example(guard_script) or "", {"context": context, "url": url, **vars(alembic_helpers)}
        )
    assert buffer.getvalue().startswith("BEGIN;\n\nSET client_encoding = 'UTF8';")


@pytest.mark.parametrize("module", [predicates, extras], ids=["predicates", "extras"])
def test_every_function_has_an_example(module: ModuleType) -> None:
    assert [name for name in module.__all__ if name not in EXAMPLES] == []


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_the_doctests_of_a_module(module: ModuleType) -> None:
    assert doctest.testmod(module).failed == 0


def test_the_reference_page_is_current() -> None:
    """Otherwise: python docs/reference.py."""
    spec = importlib.util.spec_from_file_location("reference", ROOT / "docs/reference.py")
    assert spec is not None
    assert spec.loader is not None
    reference = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(reference)
    assert reference.PAGE.read_text(encoding="utf-8") == reference.page()
