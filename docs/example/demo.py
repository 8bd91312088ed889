"""A migration is killed half-way, and run again: the whole story, on SQLite, from nothing.

python docs/example/demo.py

It works in a temporary directory and needs nothing but the installed package. The files of the
example project lie beside it: ``project/`` (models and env.py), ``revisions/`` (what the revisions
do), ``later/`` (the models as the third revision wants them), ``killed.py``.
"""

import contextlib
import difflib
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
COMMANDS = {
    "alembic": [sys.executable, "-m", "alembic"],
    "alembic-helpers": [sys.executable, "-m", "alembic_helpers.cli"],
    "killed.py": [sys.executable, "killed.py"],
}
# What Alembic says every time.
NOISE = re.compile(
    r"Context impl|Will assume non-transactional|setting up autogenerate plugin|Please edit"
)

ROWS = """
INSERT INTO users (id, login) VALUES (1, 'ada'), (2, 'grace');
INSERT INTO packages (id, name, owner_id) VALUES (1, 'engine', 1), (2, 'compiler', 2);
INSERT INTO releases (id, package_id, version) VALUES (1, 1, '1.0'), (2, 1, '1.1b1'), (3, 2, '2.0');
INSERT INTO audit_log (id, created_at, message) VALUES (1, '2024-01-01', 'ada published engine');
"""


def main() -> int:
    with tempfile.TemporaryDirectory() as directory:
        project = Project(Path(directory).resolve() / "project")
        set_up(project)
        first_revision(project)
        audit_table(project)
        autogenerate_wants_nothing(project)
        third_revision(project)
        uninterrupted = project.copy("uninterrupted")
        plain = plain_copy(project, "plain-uninterrupted")
        killed(project)
        plain_op_fails(project)
        runs_again(project)
        return proof(project, uninterrupted, plain)


def set_up(project: "Project") -> None:
    heading("A new project")
    project.run("alembic-helpers", "init", "migrations")
    project.take("project")
    project.set("alembic.ini", "driver://user:pass@localhost/dbname", "sqlite:///app.db")
    say("Added: models.py (packages, releases, users), and an env.py that imports it.")


def first_revision(project: "Project") -> None:
    heading("The first revision, by autogenerate, through the template")
    project.run("alembic", "revision", "--autogenerate", "-m", "packages", "--rev-id", "0001")
    project.show("migrations/versions/0001_packages.py", "import")
    project.run("alembic", "upgrade", "head")


def audit_table(project: "Project") -> None:
    heading("An auditing table that is not in the models, on purpose")
    project.run("alembic", "revision", "-m", "audit log", "--rev-id", "0002")
    project.write_body("0002_audit_log.py", "audit_log.py")
    project.show("migrations/versions/0002_audit_log.py", "down_revision|op\\.")
    project.run("alembic", "upgrade", "head")
    project.run("alembic", "current")
    project.run("alembic", "downgrade", "-1")
    project.run("alembic", "upgrade", "head")


def autogenerate_wants_nothing(project: "Project") -> None:
    heading("Autogenerate does not see it: include_name in env.py")
    project.show("migrations/env.py", "NOT_IN_THE_MODELS|include_name")
    project.run("alembic", "revision", "--autogenerate", "-m", "anything", "--rev-id", "0003")
    revision = "migrations/versions/0003_anything.py"
    project.show(revision, "^def |^    pass|op\\.")
    if "op." in project.text(revision):
        sys.exit("Autogenerate wants something, and should not.")
    (project.path / revision).unlink()
    say("Nothing to do, so that revision is deleted.")


def third_revision(project: "Project") -> None:
    heading("The application goes live, and a larger revision is written")
    with project.database() as database:
        database.executescript(ROWS)
    say("Rows: 2 users, 2 packages, 3 releases, 1 line of audit.")
    project.take("later")
    project.run("alembic", "revision", "-m", "channels", "--rev-id", "0003")
    project.write_body("0003_channels.py", "channels.py")
    project.show("migrations/versions/0003_channels.py", "^def |op\\.")


def killed(project: "Project") -> None:
    heading("The migrating process is killed half-way")
    say("Its table `files` is there; before it creates that table's index, it is killed (SIGKILL).")
    shutil.copy(HERE / "killed.py", project.path)
    project.run("killed.py", "CREATE INDEX ix_files_name", "upgrade", "head", fails=True)
    project.run("alembic", "current")
    say("app.db:")
    project.show_database()
    say("The database is at revision 0002, and holds the first half of 0003.")


def plain_op_fails(project: "Project") -> None:
    heading("Again with `from alembic import op`, on a copy: it cannot go on")
    plain = plain_copy(project, "plain")
    said = plain.run("alembic", "upgrade", "head", fails=True, only="already exists")
    if "already exists" not in said:
        sys.exit("The plain op did not fail as expected.")


def runs_again(project: "Project") -> None:
    heading("Again with `from alembic_helpers import op`: it goes on where it was")
    said = project.run("alembic", "upgrade", "head")
    for word in ("already there", "completed", "applied"):
        if word not in said:
            sys.exit(f"No line says {word!r}.")


def plain_copy(project: "Project", name: str) -> "Project":
    """The project with Alembic's own ``op`` in its revisions."""
    plain = project.copy(name)
    for revision in (plain.path / "migrations" / "versions").glob("*.py"):
        plain.set(revision, "from alembic_helpers import op", "from alembic import op")
    return plain


def proof(killed: "Project", *uninterrupted: "Project") -> int:
    heading("The same as if nothing had happened")
    say("Copies that were made before the kill, one with each op, are migrated in one go.")
    for other in uninterrupted:
        other.run("alembic", "upgrade", "head", only="Running")
    resumed = killed.dump()
    for other in uninterrupted:
        expected = other.dump()
        if resumed != expected:
            say("DIFFERENT:")
            say("\n".join(difflib.unified_diff(expected, resumed, other.path.name, "killed", n=0)))
            return 1
    killed.run("alembic", "check")
    words = [statement.split()[0] for statement in resumed]
    created, rows = words.count("CREATE"), words.count("INSERT")
    say(f"Equal: all {created} tables and indexes, all {rows} rows.")
    return 0


class Project:
    """A directory with models, an Alembic environment and a database, ``app.db``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(exist_ok=True)

    def copy(self, name: str) -> "Project":
        """The whole project, its database included, in another directory."""
        return Project(shutil.copytree(self.path, self.path.with_name(name)))

    def take(self, name: str) -> None:
        """Copy files of the example over the project's own."""
        shutil.copytree(HERE / name, self.path, dirs_exist_ok=True, ignore=_NO_CACHES)

    def run(self, *command: str, fails: bool = False, only: str = "") -> str:
        """Run a command as one would type it; show what it says, or the lines with ``only``."""
        name, *arguments = command
        words = (f'"{word}"' if " " in word else word for word in arguments)
        say(f"$ {'python ' if name.endswith('.py') else ''}{name} {' '.join(words)}")
        done = subprocess.run(
            [*COMMANDS[name], *arguments],
            cwd=self.path,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        said = done.stdout.replace(f"{self.path}{os.sep}", "")
        for line in said.splitlines():
            if line and only in line and not NOISE.search(line):
                say(line.rstrip())
        if done.returncode:
            say(f"(exit code {done.returncode})")
        if bool(done.returncode) is not fails:
            sys.exit(f"Expected it to {'fail' if fails else 'succeed'}.")
        say("")
        return done.stdout

    def set(self, file: "str | Path", old: str, new: str) -> None:
        """Replace one text of a file."""
        path = self.path / file
        text = path.read_text(encoding="utf-8")
        if old not in text:
            sys.exit(f"{path} does not contain {old!r}.")
        path.write_text(text.replace(old, new), encoding="utf-8")

    def write_body(self, revision: str, body: str) -> None:
        """Put what a revision does below the header that the template gave it."""
        path = self.path / "migrations" / "versions" / revision
        header, _, _ = path.read_text(encoding="utf-8").partition("def upgrade()")
        written = (HERE / "revisions" / body).read_text(encoding="utf-8")
        path.write_text(header + written[written.index("def upgrade()") :], encoding="utf-8")

    def text(self, file: str) -> str:
        return (self.path / file).read_text(encoding="utf-8")

    def show(self, file: str, pattern: str) -> None:
        """Show the lines of a file that say what matters."""
        say(f"{file}:")
        for line in self.text(file).splitlines():
            if re.search(pattern, line):
                say(f"    {line}")
        say("")

    def database(self) -> "contextlib.closing[sqlite3.Connection]":
        return contextlib.closing(sqlite3.connect(self.path / "app.db"))

    def dump(self) -> "list[str]":
        """The whole database, schema and rows, as SQL."""
        with self.database() as database:
            return sorted(database.iterdump())

    def show_database(self) -> None:
        query = (
            "SELECT m.name, group_concat(c.name, ', ') FROM sqlite_master m, "
            "pragma_table_info(m.name) c WHERE m.type = 'table' GROUP BY m.name ORDER BY m.name"
        )
        with self.database() as database:
            for table, columns in database.execute(query):
                say(f"    {table} ({columns})")
            (indexes,) = database.execute(
                "SELECT group_concat(name, ', ') FROM sqlite_master WHERE sql LIKE 'CREATE INDEX%'"
            ).fetchone()
            say(f"    indexes: {indexes}")
        say("")


_NO_CACHES = shutil.ignore_patterns("__pycache__")


def heading(text: str) -> None:
    print(f"\n== {text} ==\n", flush=True)


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
