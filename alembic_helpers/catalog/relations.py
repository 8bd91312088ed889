"""What stands under a name: asked as seldom as can be, for one name or for many at once."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from contextlib import suppress
from typing import TypeVar

import sqlalchemy as sa

from ..databases.objects import TABLE_LIKE, Kind, Name, Table
from .asking import Asking
from .effects import Effect, effect_of
from .freshness import Sent, Writing
from .names import UNKNOWN, Unknown
from .sketch import Sketch

_T = TypeVar("_T")


class Relations(Asking):
    """Kinds and definitions of what is in the schemas."""

    def kind(self, name: str, schema: str | None) -> Kind | None:
        return self._kind(name, self.schema(schema))

    def table(self, name: str, schema: str | None) -> Table | None:
        return self.relation(name, schema) if self.kind(name, schema) is Kind.TABLE else None

    def relation(self, name: str, schema: str | None) -> Table | None:
        where, tables = self.schema(schema), self._memory.tables
        found = tables.known(name, where)
        if found is not UNKNOWN:
            return found
        if self._known(name, where) not in (UNKNOWN, *TABLE_LIKE):
            return None
        ahead = tables.ahead()
        if ahead > 1:
            # That one of the others is past reading is no reason to fail here.
            with suppress(sa.exc.SQLAlchemyError, AssertionError, Warning):
                self._read(self._with_neighbours(name, where, ahead), where)
        found = tables.known(name, where)
        return self._read_one(name, where) if found is UNKNOWN else found

    def expect_more(self) -> None:
        if self.database.read_at_once:
            self._memory.tables.expect_more()

    def relation_anew(self, name: str, schema: str) -> Table | None:
        self.forget()
        return self.relation(name, schema)

    def leads_to(self, name: str) -> str | None:
        if not self._looked:
            self.look()
        return self._leads_to(name)

    def _leads_to(self, name: str) -> str | None:
        question = "leads", name
        found = self._memory.names.answers.get(question, UNKNOWN)
        return self._learned(name, question, self._first_of(name)) if found is UNKNOWN else found

    def _first_of(self, name: str) -> str | None:
        """The first schema of the search path that has something of that name to select from."""
        kinds = self._kinds(name, self._place().path)
        for schema, kind in kinds.items():
            if kind is not None and kind is not Kind.TYPE:
                return schema
        return None

    def tables_with_index(self, name: str, schema: str | None) -> list[str]:
        where, names = self.schema(schema), self._memory.names
        told = not self._is_chosen(name) and self._is_told(name, where)
        if told and not self.database.indexes_belong_to_tables:
            found = names.of_all(self.database.relation_key(name), where)
            return [found.table] if found and found.table is not None else []
        question = "index", name, where
        tables = names.answers.get(question, UNKNOWN)
        if tables is UNKNOWN:
            tables = self._ask(lambda c: self.database.tables_with_index(c, name, where))
            # It may be the name of one that comes with a foreign key (MySQL).
            if not (names.has_written and self._chooses_key(name)):
                names.learn_answer(name, question, tables)
        return tables  # type: ignore[no-any-return]

    def _read_one(self, name: str, where: str) -> Table | None:
        self._read([name], where)
        table = self._memory.tables.known(name, where)
        assert table is not UNKNOWN, "it was learned, be it there or not"
        return table

    def _read(self, names: Sequence[str], where: str) -> None:
        read = self._ask(lambda c: self.database.tables(c, names, where))
        for name in names:
            if name in read or len(names) == 1:
                self._memory.tables.learn(name, where, read.get(name))

    # -- one by one, or all at once --------------------------------------------------------------

    def _kind(self, name: str, where: str) -> Kind | None:
        known = self._known(name, where)
        return self._kinds(name, [where])[where] if known is UNKNOWN else known

    def _kinds(self, name: str, schemas: Sequence[str]) -> Mapping[str, Kind | None]:
        known = self._all_known(name, schemas)
        if known is None and self._read_names(schemas[0]):
            known = self._all_known(name, schemas)
        if known is not None:
            return known
        path = self._place().path
        # Next it will be asked to which of these the bare name leads.
        asked = path if all(schema in path for schema in schemas) else schemas
        found = self._ask(lambda c: self.database.kinds(c, name, asked))
        for schema in asked:
            self._memory.names.learn(name, schema, found.get(schema))
        return {schema: found.get(schema) for schema in asked}

    def _all_known(self, name: str, schemas: Sequence[str]) -> dict[str, Kind | None] | None:
        known: dict[str, Kind | None] = {}
        for schema in schemas:
            kind = self._known(name, schema)
            if kind is UNKNOWN:
                return None
            known[schema] = kind
        return known

    def _known(self, name: str, where: str) -> Kind | Unknown | None:
        if self._is_chosen(name):
            return UNKNOWN
        names = self._memory.names
        if self._is_told(name, where):
            found = names.of_all(self.database.relation_key(name), where)
            return found.kind if found else None
        return names.known(name, where)

    def _is_told(self, name: str, where: str) -> bool:
        """Whether a reading of all names says what is there, if the server has not chosen it."""
        return self._memory.names.tells_of(name, where) and not self.database.is_reserved(name)

    def _is_chosen(self, name: str) -> bool:
        """Whether what we have made ourselves may have got that name from the server."""
        return self._memory.names.has_written and self._chooses(name)

    def _learned(self, name: str, question: Hashable, answer: _T) -> _T:
        """The answer to a question about a name, which stands until the name changes hands."""
        if not self._is_chosen(name):
            self._memory.names.learn_answer(name, question, answer)
        return answer

    def _read_names(self, where: str) -> bool:
        """When many have been asked for, read all of them; whether that was so."""
        limit = self._memory.names.count()
        if limit is None:
            return False
        schemas = [*dict.fromkeys([where, *self._place().path])]
        found = self._ask(lambda c: self.database.names(c, schemas, limit))
        if found is None:
            return False
        key = self.database.relation_key
        self._memory.names.learn_all(schemas, ((key(each.name), each) for each in found))
        return True

    def _with_neighbours(self, name: str, where: str, ahead: int) -> list[str]:
        """The name, and those of tables that may be asked for next and have not been read yet."""
        names, tables = self._memory.names, self._memory.tables
        at_once = self.database.read_at_once + 1
        found: list[Name]
        if names.holds_all_of(where):
            following = names.following(self.database.relation_key(name), where)
            found = [each for each in following if each.kind in TABLE_LIKE]
        else:
            limit = max(ahead, at_once)
            found = self._ask(lambda c: self.database.neighbours(c, name, where, limit))
            for each in found:
                names.learn(each.name, where, each.kind)
        others = [each.name for each in found if not tables.is_known(each.name, where)]
        if not others:
            tables.stand_alone()
        if len(found) < at_once:  # these are all
            ahead = at_once
        return [*dict.fromkeys([name, *others])][:ahead]

    # -- what we do ourselves --------------------------------------------------------------------

    def writing(self) -> Writing:
        """For an operation of our own: the effect on names of what it sends is written down."""
        return self._memory.writing(self._lose_track if self._place().reacts else self._follow_all)

    def _lose_track(self, sent: Sent) -> None:
        if sent:
            self.forget()

    def _follow_all(self, sent: Sent) -> None:
        for statement in sent:
            effect = effect_of(statement, self.database)
            if effect is None or not self._follow(effect):
                self.forget()
                return

    def _follow(self, effect: Effect) -> bool:
        """Write an effect down; ``False`` when it cannot be told how far it reaches."""
        where = self._reached(effect)
        if where is None:
            return False
        names = self._memory.names
        name = self.database.stored_name(effect.table)
        sketch = self._made(name, where) if effect.makes else self._sketched(name, where)
        if sketch is None:
            return False
        sketch.add(effect.columns, effect.keys, chosen=effect.chosen)
        self._memory.answers.clear()
        names.write()
        for key in effect.keys:
            names.change(key, where)
        if effect.makes:
            names.change(name, where)
            names.learn(name, where, Kind.TABLE)
        return True

    def _reached(self, effect: Effect) -> str | None:
        """The schema of the table; ``None`` where translation makes that uncertain."""
        if self._memory.mapping:
            return None
        if effect.schema is not None and effect.schema == self.database.temporary_schema:
            return None  # the first table makes the schema, and hides others
        if effect.schema is not None or effect.makes:
            return self._schema(effect.schema)
        return self._leads_to(effect.table)

    def _sketched(self, name: str, where: str) -> Sketch | None:
        """What is known of a table; ``None`` where that is not the whole truth."""
        known = self._memory.tables.current(name, where)
        if len(known) != 1 or known[0].spreads:
            return None
        if isinstance(known[0], Sketch):
            return known[0]
        sketch = self._made(name, where)
        sketch.add_all_of(known[0])
        return sketch

    def _made(self, name: str, where: str) -> Sketch:
        sketch = Sketch(name, where, self._name_key, self._chooses_key, self._read_anew)
        self._memory.tables.change(name, where, sketch)
        return sketch

    def _read_anew(self, name: str, where: str) -> Table:
        table = self._read_one(name, where)
        assert table is not None, "what was made a line ago is gone"
        return table
