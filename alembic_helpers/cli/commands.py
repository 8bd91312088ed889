"""The commands, as Alembic registers them: the first paragraph of each docstring is its help."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from alembic import command
from alembic.config import Config

from .environment import environment, python_files, revision_files, template_directory
from .errors import EnvironmentNotFound, FilesNotRewritten, NotRewritten
from .files import Change, read, shown
from .hook import SCRIPT, hooked
from .output import print_diff
from .revisions import adopted, encoding_of


def init(config: Config, directory: str, template: str = "generic", package: bool = False) -> None:
    """Initialize a new scripts directory, with alembic_helpers' op in its template.

    It is Alembic's own init, of the Alembic that is installed, and then ``install``. Any template
    will do that ``alembic init -t`` takes, also a directory of one's own.

    Example::

        alembic-helpers init -t async migrations
    """
    stock = Path(config.get_template_directory(), template, SCRIPT)
    if stock.exists():  # refused before anything is made; else Alembic has its own error
        hooked(stock.read_bytes(), stock)
    command.init(config, directory, template=template, package=package)
    script = Path(directory, SCRIPT)
    for change in _hook_changes(script):
        change.write()
    config.print_stdout("%s: new revisions import op from alembic_helpers", shown(script))


def install(config: Config, directory: str | None = None, check: bool = False) -> None:
    """Give new revisions of an existing environment alembic_helpers' op.

    One line of the environment's ``script.py.mako`` changes; the diff is printed. Where the line
    is there already, nothing happens. Finds the environment of ``alembic.ini``, of
    ``pyproject.toml``, and Flask-Migrate's.

    Example::

        alembic-helpers install
        alembic-helpers -c migrations/alembic.ini install --check
    """
    where = Path(directory) if directory is not None else Path(environment(config).dir)
    script = where / SCRIPT
    if not script.exists():
        raise EnvironmentNotFound(
            f"{where} holds no {SCRIPT}, so it is no migration environment. Name the directory "
            "that env.py is in, or make one: alembic-helpers init DIR"
        )
    changes = _hook_changes(script)
    for change in changes:
        print_diff(config, change.diff())
    if not changes:
        config.print_stdout("%s: op comes from alembic_helpers already", shown(script))
    elif check:
        raise SystemExit(1)
    else:
        changes[0].write()
        config.print_stdout("%s: new revisions import op from alembic_helpers", shown(script))
        config.print_stdout("For the revisions that exist: alembic-helpers adopt --check")


def adopt(config: Config, paths: Sequence[str] | None = None, check: bool = False) -> None:
    """Rewrite the import of op in existing revision files to alembic_helpers'.

    Nothing but the import statement changes. If one file cannot be rewritten, none is.

    Example::

        alembic-helpers adopt --check
        alembic-helpers adopt migrations/versions/1a2b_users.py
    """
    found = _named_files(paths) if paths else revision_files(environment(config))
    files = _each_once(found)
    changes = _adopt_changes(files)
    for change in changes:
        if check:
            print_diff(config, change.diff())
        else:
            change.write()
            config.print_stdout("adopted  %s", shown(change.path))
    if check and changes:
        raise SystemExit(1)
    config.print_stdout("%d adopted, %d as before", len(changes), len(files) - len(changes))


def template(config: Config, template: str = "generic") -> None:
    """Print the directory of the template with alembic_helpers' op, for ``alembic init -t``.

    Example::

        alembic init -t "$(alembic-helpers template)" migrations
    """
    config.print_stdout("%s", template_directory(template))


def _hook_changes(script: Path) -> list[Change]:
    """The one change that the template needs, or none."""
    before = read(script)
    change = Change(script, before, hooked(before, script))
    return [change] if change.after != before else []


def _adopt_changes(files: Sequence[Path]) -> list[Change]:
    """What is to change. Every file is judged before any is written."""
    changes: list[Change] = []
    refusals: list[NotRewritten] = []
    for path in files:
        before = read(path)
        try:
            after = adopted(before, path)
        except NotRewritten as refusal:
            refusals.append(refusal)
            continue
        if after != before:
            # A byte order mark is part of the first line of a patch.
            encoding = encoding_of(before, path).removesuffix("-sig")
            changes.append(Change(path, before, after, encoding))
    if refusals:
        raise FilesNotRewritten(refusals)
    return changes


def _named_files(paths: Sequence[str]) -> Iterator[Path]:
    """The files named, and the Python files under the directories named."""
    for path in map(Path, paths):
        yield from python_files(path) if path.is_dir() else [path]


def _each_once(files: Iterable[Path]) -> list[Path]:
    """Without the files that are named twice, or lie in two version locations."""
    return list({file.resolve(): file for file in files}.values())
