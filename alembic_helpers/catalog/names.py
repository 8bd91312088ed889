"""Which names are taken: asked one by one, or, once many have been asked for, all at once.

What a migration makes itself is written down here, so that the next operation need not ask. Only
two things are ever concluded from it: that a table which was just made is there, and that a name
which nobody has used is free. All else is asked again.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Hashable, Iterable
from typing import Any

from ..databases.objects import Kind, Name

FIRST = 4
"""So many names are asked for one by one before all are asked for; then twice as many."""

WORTH = 100
"""So many names are read at once in the time that one takes by itself, roughly."""


Loose = Callable[[str], str]
"""Makes names equal that the database could ever take for one."""

Key = Callable[[str, str], tuple[str, str]]
"""The same of a name and its schema; the schema comes first in the answer."""


class Unknown(enum.Enum):
    """No answer, where ``None`` is one."""

    UNKNOWN = enum.auto()


UNKNOWN = Unknown.UNKNOWN


class Names:
    """What is known of the names in each schema."""

    def __init__(self, loose: Loose, key: Key) -> None:
        self._loose = loose
        self._key = key
        self.forget()

    def forget(self) -> None:
        self.has_written = False
        self._asked = 0
        self._next = FIRST
        self._single: dict[tuple[str, str], dict[tuple[str, str], Kind | None]] = {}
        self._whole: dict[str, dict[str, Name]] = {}
        self._changed: set[tuple[str, str]] = set()
        self.answers: dict[Hashable, Any] = {}
        self._questions: dict[str, list[Hashable]] = {}

    def learn_answer(self, name: str, question: Hashable, answer: Any) -> None:
        """What else was asked about a name; it is forgotten as soon as the name changes hands."""
        self.answers[question] = answer
        self._questions.setdefault(self._loose(name), []).append(question)

    # -- one by one ------------------------------------------------------------------------------

    def known(self, name: str, schema: str) -> Kind | Unknown | None:
        bucket = self._single.get(self._key(name, schema))
        return UNKNOWN if bucket is None else bucket.get((schema, name), UNKNOWN)

    def learn(self, name: str, schema: str, kind: Kind | None) -> None:
        self._single.setdefault(self._key(name, schema), {})[schema, name] = kind

    # -- all at once -----------------------------------------------------------------------------

    def count(self) -> int | None:
        """One more name is asked for; the limit under which it is time to ask for all of them."""
        self._asked += 1
        if self._asked < self._next:
            return None
        self._next *= 2
        return self._asked * WORTH

    def holds_all_of(self, schema: str) -> bool:
        return schema in self._whole

    def learn_all(self, schemas: Iterable[str], names: Iterable[tuple[str, Name]]) -> None:
        """All names of some schemas, by the keys that the database compares."""
        # What is known of others would not be true without what is cleared below.
        self._whole = {schema: {} for schema in schemas}
        for key, name in names:
            self._whole[name.schema].setdefault(key, name)
        self._changed.clear()

    def tells_of(self, name: str, schema: str) -> bool:
        """Whether the reading of all names is still true of that one."""
        return schema in self._whole and self._key(name, schema) not in self._changed

    def of_all(self, key: str, schema: str) -> Name | None:
        return self._whole[schema].get(key)

    def following(self, key: str, schema: str) -> list[Name]:
        """All names of a schema, beginning with that one."""
        names = [*self._whole[schema].items()]
        start = next((at for at, (other, _) in enumerate(names) if other == key), 0)
        return [name for _, name in (*names[start:], *names[:start])]

    # -- what we do ourselves --------------------------------------------------------------------

    def write(self) -> None:
        """From here on the server may have chosen names for what we make."""
        if not self.has_written:
            self.has_written = True
            self.answers.clear()

    def change(self, name: str, schema: str) -> None:
        """The name was given or taken away."""
        key = self._key(name, schema)
        self._single.pop(key, None)
        for question in self._questions.pop(key[1], ()):
            self.answers.pop(question, None)
        self._changed.add(key)
