"""Where the migration environment is: Alembic's configuration, or Flask-Migrate's layout."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import coerce_resource_to_filename

from .errors import EnvironmentNotFound

KINDS = ("generic", "async", "multidb", "pyproject", "pyproject_async")

_TEMPLATES = Path(__file__).parent.parent / "templates"
_FLASK_DIRECTORY = Path("migrations")


def template_directory(kind: str) -> Path:
    """The shipped template of a kind, for ``alembic init -t``.

    Example::

        >>> template_directory("async").name
        'async'
    """
    if kind not in KINDS:
        raise EnvironmentNotFound(
            f"There is no template {kind!r}. Choose one: alembic-helpers template -t "
            f"{'|'.join(KINDS)}"
        )
    return _TEMPLATES / kind


def environment(config: Config) -> ScriptDirectory:
    """The environment that the configuration names, or the one that Flask-Migrate made.

    Flask-Migrate writes its ``alembic.ini`` into the environment and leaves ``script_location``
    out. So without a ``script_location`` the environment is the directory of the configuration
    file, and without a configuration file it is ``migrations/``, if those look like one.

    Raises:
        EnvironmentNotFound: nothing is configured, and neither place holds an environment.

    Example::

        environment(Config("alembic.ini")).dir
    """
    if config.get_alembic_option("script_location") is not None:
        return ScriptDirectory.from_config(config)
    file = Path(config.config_file_name or "alembic.ini")
    for candidate in [file] if file.exists() else [file, _FLASK_DIRECTORY / "alembic.ini"]:
        if (candidate.parent / "env.py").exists() and candidate.exists():
            flask = Config(
                candidate,
                ini_section=config.config_ini_section,
                stdout=config.stdout,
                cmd_opts=config.cmd_opts,
            )
            location = str(candidate.parent.absolute())
            flask.set_main_option("script_location", location.replace("%", "%%"))
            return ScriptDirectory.from_config(flask)
    raise EnvironmentNotFound(
        f"No migration environment: neither {file} nor pyproject.toml sets script_location, and "
        f"{_FLASK_DIRECTORY}/ is none of Flask-Migrate's. Name the configuration "
        "(alembic-helpers -c PATH/alembic.ini ...) or make one: alembic-helpers init DIR"
    )


def revision_files(scripts: ScriptDirectory) -> Iterator[Path]:
    """Every Python file that Alembic would read as a revision in this environment.

    Example::

        list(revision_files(ScriptDirectory("migrations")))
    """
    locations = [coerce_resource_to_filename(str(place)) for place in scripts.version_locations]
    for location in locations or [Path(scripts.dir, "versions")]:
        yield from python_files(location, recursive=scripts.recursive_version_locations)


def python_files(directory: Path, *, recursive: bool = True) -> Iterator[Path]:
    """The Python files in a directory, sorted; ``__init__.py`` and editors' locks left out.

    Hidden directories and virtual environments are not entered.

    Example::

        list(python_files(Path("migrations/versions")))
    """
    for root, directories, names in os.walk(directory):
        for name in sorted(names):
            if name.endswith(".py") and not name.startswith((".#", "__init__")):
                yield Path(root, name)
        directories[:] = sorted(
            name
            for name in directories
            if recursive
            and not name.startswith((".", "__pycache__"))
            and not Path(root, name, "pyvenv.cfg").exists()
        )
