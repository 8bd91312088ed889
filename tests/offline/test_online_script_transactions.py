"""Each online operation stands between two transactions of its script."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from offline.scripts import cuts
from offline.test_whole_scripts import Project, create
from servers.database import Database


@pytest.fixture
def project(tmp_path: Path, database: Database) -> Project:
    return Project(tmp_path, database)


ONLINE = """
op.create_index_online("ix_a", "t", ["a"], unique=True)
op.create_check_constraint_online("ck", "t", "up > 0", online=Online.PREFER)
op.create_foreign_key_online("fk", "t", "t", ["up"], ["id"], online=Online.PREFER)
op.create_unique_constraint_online("uq", "t", ["b"], online=Online.PREFER)
op.set_not_null_online("t", "b", existing_type=sa.String(20), online=Online.PREFER)
op.drop_index_online("ix_a", "t")
"""
BLOCK = "with op.get_context().autocommit_block():\n    pass\n    {}"


def with_revisions(project: Project, *, within_a_block: bool = False) -> None:
    online = ONLINE.strip().replace("Online.", "alembic_helpers.Online.")
    if within_a_block:
        online = BLOCK.format(online.replace("\n", "\n    "))
    table = create("t", "a", "b")[:-1] + ', sa.Column("up", sa.Integer))'
    project.revision("r1", None, table)
    more = 'op.add_column("t", sa.Column("{}", sa.Integer))\n'
    whole = f"import alembic_helpers\n{more.format('c')}{online}\n{more.format('d')}"
    project.revision("r2", "r1", whole)
    project.revision("r3", "r2", 'op.rename_table("t", "u")')


def transactions(text: str) -> list[str]:
    return re.findall(r"^(BEGIN|COMMIT|BEGIN TRANSACTION);$", text, re.MULTILINE)


def uncommented(text: str) -> str:
    return re.sub(r"^-- .*\n+", "", text, flags=re.MULTILINE)


@pytest.mark.capability("alters_in_place")
@pytest.mark.parametrize("within_a_block", [False, True])
def test_a_whole_script_leaves_its_transactions_and_can_be_cut(
    project: Project, within_a_block: bool
) -> None:
    with_revisions(project, within_a_block=within_a_block)
    expected = project.online("heads")
    text = project.script("base:heads")
    project.database.wipe()
    assert project.run(text, text) == expected
    project.database.wipe()
    assert project.run(*cuts(text, project.database), text) == expected


def offline_project(tmp_path: Path, dialect: str, **replaced: str) -> Project:
    class Named:
        name = dialect

    project = Project(tmp_path, Named())  # type: ignore[arg-type]
    env = project.folder / "env.py"
    text = env.read_text()
    for old, new in replaced.items():
        assert old in text
        text = text.replace(old, new)
    env.write_text(text)
    return project


WITHOUT_THE_HOOK = {"        guard_script()\n": ""}
ONE_TRANSACTION = {'    "transaction_per_migration": True,\n': ""}
UNGUARDED = {
    "Settings()": "Settings(offline=Offline.UNGUARDED)",
    "guard_script\n": "guard_script, Offline\n",
}


# Four of the six read the rows under a lock on SQL Server: with PREFER they are plain.
@pytest.mark.parametrize(("dialect", "plain"), [("postgresql", 0), ("mssql", 4)])
@pytest.mark.parametrize(
    ("replaced", "count"),
    [({}, 8), (ONE_TRANSACTION, 7), (WITHOUT_THE_HOOK, 8), (UNGUARDED, 8)],
    ids=["guarded", "one transaction", "without the hook", "unguarded"],
)
def test_each_operation_stands_between_two_transactions(
    tmp_path: Path, dialect: str, plain: int, replaced: dict[str, str], count: int
) -> None:
    project = offline_project(tmp_path, dialect, **replaced)
    with_revisions(project)
    found = transactions(project.script("base:r2"))
    begin = "BEGIN" if dialect == "postgresql" else "BEGIN TRANSACTION"
    assert found == [begin, "COMMIT"] * (count - plain)


@pytest.mark.parametrize("dialect", ["postgresql", "mssql"])
def test_within_an_autocommit_block_no_transaction_begins(tmp_path: Path, dialect: str) -> None:
    project = offline_project(tmp_path, dialect)
    with_revisions(project, within_a_block=True)
    begin = "BEGIN" if dialect == "postgresql" else "BEGIN TRANSACTION"
    assert transactions(project.script("base:r2")) == [begin, "COMMIT"] * 3


@pytest.mark.parametrize("replaced", [{}, ONE_TRANSACTION], ids=["guarded", "one transaction"])
def test_alembics_own_flag_leaves_the_transaction_too(
    tmp_path: Path, replaced: dict[str, str]
) -> None:
    build = 'op.create_index("ix", "t", ["a"], postgresql_concurrently=True)'
    project = offline_project(tmp_path, "postgresql", **replaced)
    project.revision("r1", None, build)
    text = project.script("base:heads")
    assert transactions(text.partition("CREATE INDEX")[0])[-1] == "COMMIT"
    assert transactions(text) == ["BEGIN", "COMMIT"] * (len(transactions(text)) // 2)
    block = BLOCK.format(build)
    project.revision("r1", None, block)
    by_hand = project.script("base:heads")
    assert uncommented(by_hand) == uncommented(text)


@pytest.mark.parametrize("dialect", ["mysql", "mariadb", "oracle"])
def test_where_ddl_commits_by_itself_there_is_no_transaction_to_leave(
    tmp_path: Path, dialect: str
) -> None:
    project = offline_project(tmp_path, dialect)
    with_revisions(project)
    assert not transactions(project.script("base:r2"))
