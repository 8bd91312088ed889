"""``alembic-helpers``: Alembic's own command line, with four commands of ours.

=========================  ==============================================================
``init [-t KIND] DIR``     Alembic's init, with the hook in place
``install [DIR]``          puts the hook into an existing environment's ``script.py.mako``
``adopt [PATH...]``        rewrites the import of ``op`` in existing revision files
``template [-t KIND]``     prints the template directory, for ``alembic init -t``
=========================  ==============================================================

Every other command and every option is Alembic's. The hook is one line of ``script.py.mako``:
``from alembic_helpers import op`` where Alembic writes ``from alembic import op``.

Example::

    alembic-helpers init migrations
    alembic-helpers revision -m "create users"
    alembic-helpers upgrade head
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

import alembic
from alembic import config

import alembic_helpers

from . import commands

if TYPE_CHECKING:
    from alembic.config import CommandFunction

__all__ = ["CommandLine", "main"]

PROG = "alembic-helpers"


class CommandLine(config.CommandLine):
    """Alembic's command line with our commands registered.

    Example::

        CommandLine().main(["install", "--check"])
    """

    def __init__(self, prog: str | None = PROG) -> None:
        super().__init__(prog)
        for command in (commands.install, commands.adopt, commands.template):
            self.register_command(command)
        self._add_options()

    def register_command(self, fn: CommandFunction) -> None:
        """Register a command; our ``init`` takes the place of Alembic's, with its options."""
        super().register_command(commands.init if fn.__name__ == "init" else fn)

    def main(self, argv: Sequence[str] | None = None) -> None:
        """Execute the command line; ``--version`` is answered for both packages."""
        # Alembic's own would print Alembic's version under our name.
        version = argparse.ArgumentParser(PROG, add_help=False, allow_abbrev=False)
        both = f"{PROG} {alembic_helpers.__version__} (alembic {alembic.__version__})"
        version.add_argument("--version", action="version", version=both)
        version.parse_known_args(argv)
        super().main(argv)

    def _add_options(self) -> None:
        """Add the arguments that Alembic, which derives them from signatures, does not know."""
        check = "print the diff, change nothing, and exit with 1 if something would change"
        install = self.subparsers.choices["install"]
        install.add_argument("--check", action="store_true", help=check)
        install.add_argument(
            "directory",
            nargs="?",
            help="the environment, as given to init; by default the configured one, else Flask-"
            "Migrate's migrations/",
        )
        adopt = self.subparsers.choices["adopt"]
        adopt.add_argument("--check", action="store_true", help=check)
        adopt.add_argument(
            "paths",
            nargs="*",
            metavar="path",
            help="revision files, or directories of them; by default the version locations of the "
            "configured environment",
        )


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line; the console script ``alembic-helpers``.

    Example::

        main(["adopt", "--check"])
    """
    CommandLine().main(argv)
