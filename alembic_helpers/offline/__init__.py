"""``--sql`` scripts: what the judges ask online is written into the script.

``capture`` collects what Alembic would print, ``guards`` says for each statement what is to be
asked (a value of ``questions``), ``writers`` says it in the SQL of one database. ``versions`` does
the same for whole revisions.
"""

from typing import TYPE_CHECKING

from ..loading import lazily

if TYPE_CHECKING:
    from .guards import Scene, guard
    from .script import ANEW, Note, Part, Script, comment, guarded, parts_of, splitting
    from .transaction import Transaction
    from .whole import guard_script

__all__ = [
    "ANEW",
    "Note",
    "Part",
    "Scene",
    "Script",
    "Transaction",
    "comment",
    "guard",
    "guard_script",
    "guarded",
    "parts_of",
    "splitting",
]

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazily(__name__, __all__, ("whole", "guards", "script", "transaction"))
