"""Under every kind of env.py: synchronous, asynchronous, several databases, Flask-Migrate."""

from __future__ import annotations

import shutil

import flask
import flask_migrate
import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

STEPS = """
op.create_table("users", sa.Column("id", sa.Integer, primary_key=True))
op.add_column("users", sa.Column("email", sa.String(50), nullable=True))
op.create_index("ix_users_email", "users", ["email"])
op.create_unique_constraint("uq_users_email", "users", ["email", "id"])
op.bulk_insert(sa.table("users", sa.column("id"), sa.column("email")), [{"id": 1, "email": "a"}])
"""
UNDO = """
op.drop_constraint("uq_users_email", "users", type_="unique")
op.drop_index("ix_users_email", "users")
op.drop_column("users", "email")
op.drop_table("users")
"""


def without_logging(env) -> None:
    """fileConfig() takes the root's handlers away, pytest's too."""
    env.write_text(env.read_text().replace("fileConfig(", "str("))


def lines(caplog) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.name == "alembic.helpers"]


@pytest.fixture
def helper_log(caplog):
    caplog.set_level("INFO", "alembic.helpers")
    return caplog


def test_a_revision_that_has_run_is_skipped_line_by_line(project, look, helper_log) -> None:
    project.revision(STEPS, UNDO)
    project.upgrade()
    assert lines(helper_log)[-1] == "5 applied"
    before = sorted(i["name"] for i in look().get_indexes("users"))
    project.stamp("base")
    helper_log.clear()
    project.upgrade()
    assert lines(helper_log) == [
        "skipped   create_table users: already there",
        "skipped   add_column users.email: already there",
        "skipped   create_index ix_users_email: already there",
        "skipped   create_unique_constraint users uq_users_email: already there",
        "skipped   bulk_insert users: all 1 rows are there",
        "5 already there",
    ]
    assert sorted(i["name"] for i in look().get_indexes("users")) == before
    project.downgrade()
    assert not look().has_table("users")
    project.stamp("head")
    helper_log.clear()
    project.downgrade()
    assert lines(helper_log)[-1] == "4 already there"


@pytest.mark.parametrize("per_migration", ["True", "False"])
def test_with_transaction_per_migration(project, look, helper_log, per_migration) -> None:
    project.edit_env(
        "connection=connection, target_metadata=target_metadata",
        "connection=connection, target_metadata=target_metadata, "
        f"transaction_per_migration={per_migration}",
    )
    project.revision('op.create_table("a", sa.Column("id", sa.Integer, primary_key=True))')
    project.revision(
        """
        op.create_table("b", sa.Column("id", sa.Integer, primary_key=True))
        if os.environ.get("BREAK"):
            raise RuntimeError("broken on purpose")
        op.add_column("a", sa.Column("x", sa.Integer))
        """
    )
    with pytest.MonkeyPatch.context() as patch, pytest.raises(RuntimeError, match="on purpose"):
        patch.setenv("BREAK", "1")
        project.upgrade()
    project.upgrade()
    assert {"a", "b"} <= set(look().get_table_names())
    assert [c["name"] for c in look().get_columns("a")] == ["id", "x"]
    summaries = [line for line in lines(helper_log) if ":" not in line and "create" not in line]
    assert summaries[-1] in ("2 applied", "1 applied, 1 already there")


def test_in_an_asynchronous_env(database, new_project, look, helper_log) -> None:
    project = new_project(database.async_url, "async")
    project.revision(STEPS, UNDO)
    project.upgrade()
    project.stamp("base")
    helper_log.clear()
    project.upgrade()
    assert lines(helper_log)[-1] == "5 already there"
    project.downgrade()
    assert not look().has_table("users")


def test_what_run_async_made_is_seen_by_the_next_operation(
    database, new_project, look, helper_log
) -> None:
    project = new_project(database.async_url, "async")
    project.revision(
        """
        async def create(connection):
            await connection.execute(sa.text("CREATE TABLE users (id INTEGER PRIMARY KEY)"))

        if not op.table_exists("users"):
            op.run_async(create)
        op.add_column("users", sa.Column("a", sa.Integer))
        """
    )
    project.upgrade()
    assert [column["name"] for column in look().get_columns("users")] == ["id", "a"]


def test_in_a_multidb_env(database, new_project, look, helper_log, tmp_path) -> None:
    project = new_project("unused", "multidb")
    ini = project.folder / "alembic.ini"
    text = ini.read_text()
    other = f"sqlite:///{tmp_path / 'second.db'}"
    text = text.replace("unused2", other)
    ini.write_text(text.replace("sqlalchemy.url = unused", f"sqlalchemy.url = {database.url}"))
    assert database.url in ini.read_text()
    project.revision(STEPS, UNDO)
    project.upgrade()
    project.stamp("base")
    helper_log.clear()
    project.upgrade()
    assert lines(helper_log).count("5 already there") == 2
    assert look().has_table("users")
    second = sa.create_engine(other)
    assert sa.inspect(second).has_table("users")
    second.dispose()
    project.downgrade()
    assert not look().has_table("users")


def test_under_flask_migrate(database, look, helper_log, tmp_path, monkeypatch) -> None:
    app = flask.Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = database.url
    db = SQLAlchemy()
    db.init_app(app)
    folder = tmp_path / "migrations"
    flask_migrate.Migrate(app, db, directory=str(folder))
    # As `flask db init` lays it out (which fails on Alembic 1.16: "No such template").
    stock = tmp_path / "stock"
    shutil.copytree(
        f"{flask_migrate.__path__[0]}/templates/flask",
        stock,
    )
    shutil.copytree(stock, folder)
    (folder / "alembic.ini.mako").rename(folder / "alembic.ini")
    (folder / "versions").mkdir()
    without_logging(folder / "env.py")
    body = REVISION.replace("STEPS", indented(STEPS)).replace("UNDO", indented(UNDO))
    (folder / "versions" / "r1.py").write_text(body)
    monkeypatch.chdir(tmp_path)
    with app.app_context():
        flask_migrate.upgrade()
        assert lines(helper_log)[-1] == "5 applied"
        flask_migrate.stamp(revision="base")
        helper_log.clear()
        flask_migrate.upgrade()
        assert lines(helper_log)[-1] == "5 already there"
        flask_migrate.downgrade(revision="base")
    assert not look().has_table("users")


REVISION = """
import sqlalchemy as sa
from alembic_helpers import op

revision = "r1"
down_revision = branch_labels = depends_on = None


def upgrade():
STEPS

def downgrade():
UNDO
"""


def indented(body: str) -> str:
    return "\n".join(f"    {line}" for line in body.strip().splitlines()) + "\n"


def test_settings_come_from_env_py(project, look, helper_log) -> None:
    project.edit_env(
        "from alembic import context", "from alembic import context\nimport alembic_helpers"
    )
    project.edit_env(
        "connection=connection, target_metadata=target_metadata",
        "connection=connection, target_metadata=target_metadata, alembic_helpers="
        "alembic_helpers.Settings(on_mismatch=alembic_helpers.OnMismatch.WARN)",
    )
    project.revision('op.create_table("a", sa.Column("id", sa.Integer, primary_key=True))')
    project.revision('op.create_table("a", sa.Column("id", sa.String(9), primary_key=True))')
    project.upgrade()
    assert lines(helper_log)[-1] == "1 kept though different"
    assert isinstance(look().get_columns("a")[0]["type"], sa.Integer)
