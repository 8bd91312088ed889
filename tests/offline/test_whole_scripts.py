"""``alembic upgrade base:head --sql`` with ``guard_script()`` in env.py: the version table too."""

from __future__ import annotations

import io
import re
import runpy
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import produce_migrations, render_python_code
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from laws.runs import state
from offline.scripts import cuts
from servers.clients import run_script
from servers.database import Database

EXAMPLE = Path(__file__).parent.parent.parent / "docs/example"
ENV = """
import sqlalchemy as sa
from alembic import context
from alembic_helpers import Settings, guard_script

options = {{
    "transaction_per_migration": True,
    "alembic_helpers": Settings(),
    "target_metadata": context.config.attributes.get("metadata"),
}}
if context.is_offline_mode():
    context.configure(
        dialect_name={dialect!r},
        literal_binds=True,
        dialect_opts={{"paramstyle": "named"}},
        **options,
    )
    with context.begin_transaction():
        guard_script()
        context.run_migrations()
else:
    with context.config.attributes["engine"].connect() as connection:
        context.configure(connection=connection, **options)
        with context.begin_transaction():
            context.run_migrations()
"""

REVISION = """
import sqlalchemy as sa
from alembic_helpers import op

revision, down_revision, depends_on = {revision!r}, {down!r}, {depends_on!r}
branch_labels = None


def upgrade():
{upgrade}


def downgrade():
{downgrade}
"""


@dataclass
class Project:
    folder: Path
    database: Database
    metadata: sa.MetaData | None = None

    def __post_init__(self) -> None:
        (self.folder / "versions").mkdir()
        env = ENV.format(dialect=self.database.name)
        (self.folder / "env.py").write_text(env, encoding="utf-8")

    def revision(
        self,
        revision: str,
        down: Any,
        upgrade: str = "pass",
        downgrade: str = "pass",
        depends_on: str | None = None,
    ) -> None:
        bodies = {"upgrade": upgrade, "downgrade": downgrade}
        bodies = {n: textwrap.indent(textwrap.dedent(b).strip(), "    ") for n, b in bodies.items()}
        text = REVISION.format(revision=revision, down=down, depends_on=depends_on, **bodies)
        (self.folder / "versions" / f"{revision}.py").write_text(text, encoding="utf-8")

    def script(self, revisions: str, run: Callable[..., None] = command.upgrade) -> str:
        buffer = io.StringIO()
        config = Config(output_buffer=buffer, attributes={"metadata": self.metadata})
        config.set_main_option("script_location", str(self.folder))
        run(config, revisions, sql=True)
        return buffer.getvalue()

    def online(self, revision: str, run: Callable[..., None] = command.upgrade) -> Any:
        attributes = {"engine": self.database.engine, "metadata": self.metadata}
        config = Config(attributes=attributes)
        config.set_main_option("script_location", str(self.folder))
        run(config, revision)
        return self.state

    @property
    def state(self) -> Any:
        with self.database.engine.connect() as connection:
            return state(connection, None)

    def run(self, *scripts: str) -> Any:
        for text in scripts:
            run_script(self.database, text)
        return self.state


@pytest.fixture
def project(tmp_path: Path, database: Database) -> Project:
    return Project(tmp_path, database)


def create(name: str, *columns: str) -> str:
    made = ", ".join(f'sa.Column("{column}", sa.String(20))' for column in columns)
    return f'op.create_table("{name}", sa.Column("id", sa.Integer, primary_key=True), {made})'


def with_a_history(project: Project) -> None:
    """Revisions of which later ones undo the earlier, with a branch and a merge."""
    project.revision(
        "r1",
        None,
        f"""
        table = {create("users", "name", "odd")}
        op.bulk_insert(table, [{{"id": 1, "name": "it's :a 100%", "odd": None}}])
        {create("gone", "a")}
        """,
        'op.drop_table("gone")\nop.drop_table("users")',
    )
    project.revision(
        "r2",
        "r1",
        """
        op.alter_column("users", "name", new_column_name="login", type_=sa.String(40),
                        existing_type=sa.String(20))
        op.drop_table("gone")
        op.drop_column("users", "odd")
        """,
        f"""
        op.add_column("users", sa.Column("odd", sa.String(20)))
        {create("gone", "a")}
        op.alter_column("users", "login", new_column_name="name", type_=sa.String(20),
                        existing_type=sa.String(40))
        """,
    )
    project.revision(
        "r3",
        "r2",
        f'{create("gone", "b", "c")}\nop.rename_table("users", "people")',
        'op.rename_table("people", "users")\nop.drop_table("gone")',
    )
    project.revision(
        "left",
        "r3",
        f"""
        op.create_index("ix_left", "people", ["login"], unique=True)
        {create("left_side", "a")}
        """,
        'op.drop_table("left_side")\nop.drop_index("ix_left", "people")',
    )
    project.revision("right", "r3", create("right_side", "a"), 'op.drop_table("right_side")')
    project.revision(
        "merged",
        ("left", "right"),
        """
        op.rename_table("left_side", "from_left")
        op.rename_table("right_side", "from_right")
        """,
        """
        op.rename_table("from_right", "right_side")
        op.rename_table("from_left", "left_side")
        """,
    )


@pytest.mark.capability("alters_in_place")
def test_a_script_from_base_can_be_cut_and_run_again_from_its_beginning(project: Project) -> None:
    with_a_history(project)
    project.revision("apart", None, create("apart", "a"), depends_on="r2")
    expected = project.online("heads")
    text = project.script("base:heads")
    project.database.wipe()
    assert project.run(text) == expected
    assert project.run(text) == expected
    project.database.wipe()
    assert project.run(*cuts(text, project.database), text) == expected


@pytest.mark.capability("alters_in_place")
def test_a_script_back_to_base_can_be_cut_and_run_again(project: Project) -> None:
    with_a_history(project)
    project.online("heads")
    expected = project.online("base", command.downgrade)
    text = project.script("merged:base", command.downgrade)
    project.database.wipe()
    project.online("heads")
    assert project.run(text) == expected
    project.database.wipe()
    project.online("heads")
    assert project.run(*cuts(text, project.database), text, text) == expected


@pytest.mark.capability("alters_in_place")
@pytest.mark.parametrize("down_to", ["left", "right", "r3"])
def test_a_script_back_over_a_merge_leaves_all_its_branches(project: Project, down_to: str) -> None:
    with_a_history(project)
    project.online("heads")
    expected = project.online(down_to, command.downgrade)
    text = project.script(f"merged:{down_to}", command.downgrade)
    for scripts in ([text], [text, text], [*cuts(text, project.database), text]):
        project.database.wipe()
        project.online("heads")
        assert project.run(*scripts) == expected


@pytest.mark.capability("alters_in_place")
def test_a_script_for_a_part_leaves_a_database_beyond_it_alone(project: Project) -> None:
    with_a_history(project)
    expected = project.online("heads")
    assert project.run(project.script("base:r2"), project.script("r1:r3")) == expected


@pytest.mark.capability("alters_in_place")
@pytest.mark.parametrize("at", ["r1", "left", "right"])
def test_a_database_may_have_taken_another_branch_first(project: Project, at: str) -> None:
    """The script takes one branch first, whose row replaces the one that both stand on."""
    with_a_history(project)
    expected = project.online("merged")
    text = project.script("base:merged")
    project.database.wipe()
    project.online(at)
    assert project.run(text) == expected
    assert project.run(text) == expected


@pytest.mark.capability("alters_in_place")
def test_a_branch_that_nothing_merges_is_not_left_out(project: Project) -> None:
    project.revision("r1", None, create("t", "a"))
    project.revision("left", "r1", create("left_side", "a"))
    project.revision("right", "r1", create("right_side", "a"))
    expected = project.online("heads")
    text = project.script("base:heads")
    for at in ("left", "right"):
        project.database.wipe()
        project.online(at)
        assert project.run(text, text) == expected


@pytest.mark.capability("alters_in_place")
@pytest.mark.parametrize("apart", [False, True])
def test_a_script_leaves_alone_what_is_of_a_later_day(project: Project, apart: bool) -> None:
    """Its database stands at a revision that was not written yet when the script was."""
    project.revision("r1", None, create("t", "a"))
    project.revision("r2", "r1", 'op.rename_table("t", "u")')
    if apart:
        project.revision("x1", None, create("x", "a"))
    early = project.script("base:heads")
    project.revision("r3", "r2", 'op.drop_table("u")')
    if apart:
        project.revision("x2", "x1")
    expected = project.online("heads")
    assert project.run(early) == expected


@pytest.mark.capability("alters_in_place")
@pytest.mark.parametrize("transactional_ddl", [False, True])
def test_a_merge_holds_together_whoever_commits(project: Project, transactional_ddl: bool) -> None:
    env = project.folder / "env.py"
    given = f"**options, transactional_ddl={transactional_ddl})"
    env.write_text(env.read_text().replace("**options,\n    )", given))
    with_a_history(project)
    expected = project.online("heads")
    text = project.script("base:heads")
    found = cuts(text, project.database)
    merging = [cut for cut in found if "Running upgrade left, right" in cut]
    assert merging
    if transactional_ddl and project.database.transactional_ddl:
        assert text.count("BEGIN;") == text.count("-- Running upgrade")
    for cut in merging:
        project.database.wipe()
        assert project.run(cut, text) == expected


@pytest.mark.capability("alters_in_place")
def test_the_scripts_of_the_example_project(project: Project) -> None:
    models = runpy.run_path(str(EXAMPLE / "project/models.py"))
    project.metadata = models["metadata"]
    with project.database.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        made = produce_migrations(context, models["metadata"])
    assert made.upgrade_ops is not None
    assert made.downgrade_ops is not None
    bodies = [render_python_code(ops) for ops in (made.upgrade_ops, made.downgrade_ops)]
    project.revision("r1", None, *bodies)
    for number, name in enumerate(("audit_log", "channels"), 2):
        text = (EXAMPLE / f"revisions/{name}.py").read_text(encoding="utf-8")
        _, upgrade, downgrade = re.split(r"def \w+\(\) -> None:\n", text)
        project.revision(f"r{number}", f"r{number - 1}", upgrade, downgrade)
    expected = project.online("head")
    text = project.script("base:head")
    project.database.wipe()
    assert project.run(text, text) == expected
    project.database.wipe()
    assert project.run(*cuts(text, project.database), text) == expected


def test_a_script_of_tables_indexes_and_rows_runs_again_everywhere(project: Project) -> None:
    project.revision(
        "r1",
        None,
        f"""
        table = {create("users", "name")}
        op.bulk_insert(table, [{{"id": 1, "name": "it's"}}])
        {create("gone", "a")}
        op.create_view("v", "SELECT id, name FROM users")
        """,
    )
    project.revision(
        "r2",
        "r1",
        """
        op.drop_view("v")
        op.drop_table("gone")
        op.create_index("ix_name", "users", ["name"])
        op.ensure_rows("users", [{"id": 2, "name": "two"}], key=["id"])
        """,
    )
    expected = project.online("heads")
    text = project.script("base:heads")
    project.database.wipe()
    assert project.run(text) == expected
    assert project.run(text) == expected
    project.database.wipe()
    assert project.run(*cuts(text, project.database), text) == expected


@pytest.mark.capability("has_concurrent_indexes")
def test_a_concurrent_index_is_made_once_in_the_history(project: Project) -> None:
    concurrently = """
    with op.get_context().autocommit_block():
        op.{}_index("it's", "t", {}postgresql_concurrently=True)
    """
    project.revision("r1", None, create("t", "a"))
    project.revision("r2", "r1", concurrently.format("create", '["a"], unique=True, '))
    project.revision("r3", "r2", concurrently.format("drop", ""))
    project.revision("r4", "r3", 'op.drop_table("t")')
    for target in ("r2", "r4"):
        text = project.script(f"base:{target}")
        expected = project.online(target)
        project.database.wipe()
        assert project.run(*cuts(text, project.database), text, text) == expected
        project.database.wipe()


def test_a_row_that_a_later_revision_deletes_does_not_come_back(project: Project) -> None:
    project.revision("r1", None, f'op.bulk_insert({create("t", "a")}, [{{"id": 1, "a": "x"}}])')
    project.revision("r2", "r1", 'op.execute("DELETE FROM t WHERE id = 1")')
    text = project.script("base:r1")
    project.run(text)
    with project.database.engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM t WHERE id = 1"))
    found = project.run(text)
    assert not found["rows"]["t"]


def test_the_version_table_may_have_another_name_and_schema(
    project: Project, schema: str | None
) -> None:
    env = project.folder / "env.py"
    given = f'**options, version_table="it\'s", version_table_schema={schema!r})'
    env.write_text(env.read_text().replace("**options,\n    )", given))
    project.revision("r1", None, create("t", "a"))
    project.revision("r2", "r1")
    text = project.script("base:heads")
    project.run(text, text)
    with project.database.engine.connect() as connection:
        table = sa.table("it's", sa.column("version_num"), schema=schema)
        assert connection.scalars(sa.select(table.c.version_num)).all() == ["r2"]


@pytest.mark.capability("has_concurrent_indexes")
def test_the_version_table_is_the_one_that_the_search_path_finds(project: Project) -> None:
    project.revision("r1", None, create("t", "a"))
    project.online("r1")
    project.revision("r2", "r1", create("u", "a"))
    path = f"SET search_path = {project.database.other_schema}, public;\n"
    text = project.script("base:heads")
    project.run(path + text, path + text)
    with project.database.engine.connect() as connection:
        assert not sa.inspect(connection).has_table("t", project.database.other_schema)
        assert not sa.inspect(connection).has_table(
            "alembic_version", project.database.other_schema
        )
        assert connection.scalars(sa.text("SELECT version_num FROM alembic_version")).all() == [
            "r2"
        ]


@pytest.mark.capability("has_concurrent_indexes")
def test_backslashes_are_backslashes_whatever_the_server_takes_them_for(project: Project) -> None:
    value = "back\\tslash\\"
    project.revision(
        "r1", None, f'op.bulk_insert({create("t", "a")}, [{{"id": 1, "a": {value!r}}}])'
    )
    text = project.script("base:heads")
    off = "SET standard_conforming_strings = off;\n"
    assert project.run(off + text, off + text)["rows"]["t"] == [(1, value)]


@pytest.mark.lacks("alters_in_place")
def test_a_batch_stands_within_the_transaction_of_its_script(project: Project) -> None:
    env = project.folder / "env.py"
    env.write_text(
        env.read_text().replace("**options,\n    )", "**options, transactional_ddl=True)")
    )
    project.revision("r1", None, create("t", "a"))
    project.revision(
        "r2",
        "r1",
        """
        table = sa.Table("t", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True))
        with op.batch_alter_table("t", copy_from=table) as batch_op:
            batch_op.create_check_constraint("ck", "id > 0")
        """,
    )
    found = project.run(project.script("base:heads"))
    assert found["rows"]["alembic_version"] == [("r2",)]


def test_without_the_hook_the_script_says_that_the_version_table_is_not_guarded(
    project: Project,
) -> None:
    env = project.folder / "env.py"
    env.write_text(env.read_text().replace("        guard_script()\n", ""))
    project.revision("r1", None, create("t", "a"))
    project.revision("r2", "r1", create("u", "a"))
    text = project.script("base:heads")
    comment = "-- the version table is not guarded: call guard_script() in env.py\n"
    assert text.count(comment) == 1
    assert "VALUES ('r1')" in text


def test_stamp_can_be_run_again(project: Project) -> None:
    project.revision("r1", None, create("t", "a"))
    project.revision("r2", "r1")
    project.online("r1")
    text = project.script("r1:r2", command.stamp)
    found = project.run(text, text)
    assert found["rows"]["alembic_version"] == [("r2",)]
