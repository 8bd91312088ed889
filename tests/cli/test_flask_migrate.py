"""A real Flask-Migrate project, from its environment to a revision that runs twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Run, flask_environment, python

pytest.importorskip("flask_sqlalchemy")

APP = """
from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///{path}/app.db"
db = SQLAlchemy(app)
Migrate(app, db)


class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
"""


def flask(*argv: str) -> None:
    ran = python("flask", "db", *argv)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize("hook", ["install", "adopt"])
def test_a_hooked_revision_runs_and_runs_again(here: Path, run: Run, hook: str) -> None:
    (here / "app.py").write_text(APP.format(path=here.as_posix()))
    flask_environment(here)
    if hook == "install":
        assert run("install").code == 0
    flask("migrate", "-m", "users")
    if hook == "adopt":
        assert run("adopt").code == 0
    (revision,) = (here / "migrations" / "versions").glob("*.py")
    assert "\nfrom alembic_helpers import op\n" in revision.read_text()
    for command in ("upgrade", "stamp", "upgrade"):
        flask(command, *(["base"] if command == "stamp" else []))
