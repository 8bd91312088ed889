"""Rows that are changed in batches, each its own commit, along the primary key.

What is left to do is what ``where`` finds, so a run that was cut off is taken up by the next one.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import ClauseElement, ColumnElement, Grouping, TextClause

from ..catalog import Site
from ..databases.construct import DeclaredType, verbatim
from ..databases.objects import Table
from ..engine import IdempotentOperations, procedures
from ..engine.common import HelperOperation, existing_table, qualified
from ..engine.judgement import Judgement, Subject, Verdict, same
from ..errors import BackfillStalled, OnlineNotSupported, UsageError
from ..settings import Online
from .finding import matching
from .keyset import Key, Keyset
from .patience import Patience
from .progress import Report, reporting
from .session import committing, turn

log = logging.getLogger("alembic.helpers")

Where = str | ColumnElement[bool] | TextClause
Throttle = Callable[[], float | None]


class BackfillOp(HelperOperation):
    """Give the rows that ``where`` finds their values."""

    def __init__(
        self,
        table: str | sa.TableClause,
        values: Mapping[str, Any],
        where: Where,
        schema: str | None = None,
        batch_size: int = 10_000,
        pause: float = 0.0,
        throttle: Throttle | None = None,
        progress: Report | None = None,
    ) -> None:
        self.table = table
        self.values = dict(values)
        self.where = where
        self._schema = schema
        self.batch_size = batch_size
        self.pause = pause
        self.throttle = throttle
        self.progress = progress

    @property
    def table_name(self) -> str:
        return self.table if isinstance(self.table, str) else self.table.name

    @property
    def schema(self) -> str | None:
        return self._schema if isinstance(self.table, str) else getattr(self.table, "schema", None)

    @property
    def words(self) -> str:
        return f"backfill {qualified(self.schema, self.table_name)}"

    @property
    def condition(self) -> ColumnElement[bool]:
        """In parentheses, which no other condition can get into."""
        return Grouping(verbatim(self.where) if isinstance(self.where, str) else self.where)

    @property
    def written_table(self) -> sa.TableClause | None:
        """The construct that the caller has for the table."""
        if not isinstance(self.table, str):
            return self.table
        for expression in (self.where, *self.values.values()):
            if isinstance(expression, ClauseElement):
                for element in visitors.iterate(expression):
                    owner = getattr(element, "table", None)
                    if isinstance(owner, sa.TableClause) and (
                        (owner.name, owner.schema) == (self.table, self._schema)
                    ):
                        return owner
        return None

    def keyed(self, target: sa.TableClause) -> dict[str, Any]:
        """The values by the keys of the construct's columns; a key may be another word."""
        columns = dict(target.columns.items())
        keys = {column.name: key for key, column in columns.items()} | {key: key for key in columns}
        unknown = [name for name in self.values if name not in keys]
        if unknown:
            raise UsageError(
                f"{self.words}: the table that was given has no column {', '.join(unknown)}; "
                "give it one: sa.column(...), or give the table's name"
            )
        return {keys[name]: value for name, value in self.values.items()}


@procedures.register(BackfillOp)
def backfill(operation: BackfillOp, operations: IdempotentOperations) -> None:
    """Nothing is sent, and nothing committed, where there is nothing to do."""
    subject = Subject("backfill", "rows", qualified(operation.schema, operation.table_name))
    site = operations.site
    table = existing_table(subject, operation.table_name, operation.schema, site)
    work = Backfill(operation, operations, table)
    _refuse_hidden_rows(operation, table, site)
    rows = batches = 0
    if left := work.matching():
        with contextlib.ExitStack() as stack:
            work.commits = _commits(stack, operation, operations, table)
            rows, batches = work.run(left)
    done = f"{_counted(rows, 'row')} in {_counted(batches, 'batch', 'batches')}"
    operations.conclude(
        Judgement(subject, Verdict.ABSENT, done) if batches else same(subject, "no rows to change")
    )


def _refuse_hidden_rows(operation: BackfillOp, table: Table, site: Site) -> None:
    if site.door.hides_rows(table.name, table.schema):
        raise BackfillStalled(
            f"{operation.words}: row-level security may hide rows of the table from this user, and "
            "they would be left out without a word; nothing was changed. Migrate as a superuser, "
            "as a role with BYPASSRLS, or as the table's owner, whom only FORCE ROW LEVEL "
            "SECURITY binds.",
        )


def _commits(
    stack: contextlib.ExitStack,
    operation: BackfillOp,
    operations: IdempotentOperations,
    table: Table,
) -> bool:
    """Enter what is around the batches; false where they are to stay in one transaction."""
    online = operations.settings.online
    if online is Online.OFF or operations.site.door.is_new(table.name, table.schema):
        return False
    try:
        stack.enter_context(committing(operations, operation.words, only_ddl=False))
    except OnlineNotSupported as refused:
        if online is Online.REQUIRE:
            raise
        log.warning("%s: in one transaction, because %s", operation.words, refused.reason)
        return False
    thing = f"backfill {qualified(table.schema, table.name)}"
    stack.enter_context(turn(operations, thing, operation.words))
    database, connection = operations.catalog.database, operations.catalog.connection
    stack.enter_context(database.lock_timeout(connection, operations.settings.lock_timeout))
    return True


class Backfill:
    """The batches of one run."""

    def __init__(
        self, operation: BackfillOp, operations: IdempotentOperations, table: Table
    ) -> None:
        self.operation = operation
        self.operations = operations
        self.table = table
        self.connection = operations.catalog.connection
        written = operation.written_table
        self.target = _target(operation, table, operations.site) if written is None else written
        _check(operation, table)
        self.keys = Keyset(self.target, table, operations.catalog.database)
        values = {self.target.c[k]: value for k, value in operation.keyed(self.target).items()}
        self.update = sa.update(self.target).values(values).where(operation.condition)
        self.commits = False
        self._done = self._batches = 0

    def run(self, left: int) -> tuple[int, int]:
        """Rows and batches. Of those that were left, another run may have done some."""
        operation, settings = self.operation, self.operations.settings
        with reporting(operation.words, operation.progress, settings.heartbeat) as report:
            while left:
                first = self._pass(report, self._done + left)
                still = self.matching()
                if still >= left and first is not None and self.matching(self.keys.at(first)):
                    raise self._stalled(still)
                left = still
        return self._done, self._batches

    def matching(self, *among: ColumnElement[bool]) -> int:
        """How many rows are still to be done."""
        count = sa.select(sa.func.count()).select_from(self.target)
        return int(self._patiently(count.where(self.operation.condition, *among)).scalar_one())

    def _pass(self, report: Report, total: int) -> Key | None:
        """Once through the table; returns the first key."""
        first = start = self._key()
        while start is not None:
            self._wait(begun=start is not first)
            following = self._key(self.keys.since(start), offset=self.operation.batch_size)
            among = [self.keys.since(start)]
            if following is not None:
                among.append(self.keys.before(following))
            rows = self._patiently(self.update.where(*among)).rowcount
            self._done += rows
            self._batches += 1
            report(self._done, max(total, self._done))
            if start is first and following is not None:
                self._refuse_vain_work(first, rows, among)
            start = following
        return first

    def _key(self, *among: ColumnElement[bool], offset: int = 0) -> Key | None:
        """The key of the row to be done that has so many before it."""
        select = (
            sa.select(*self.keys.read)
            .select_from(self.target)
            .where(self.operation.condition, *among)
            .order_by(*self.keys.order)
            .limit(1)
            .offset(offset)
        )
        key = self._patiently(select).first()
        if key is not None and None in key:
            raise UsageError(
                f"{self.operation.words}: a row has NULL in its primary key, as SQLite allows, so "
                "that the batches, which go along the key, would never come past it; give it a "
                'value, or do it at once: op.execute("UPDATE ...")'
            )
        return key

    def _refuse_vain_work(self, first: Key, rows: int, among: list[ColumnElement[bool]]) -> None:
        """What the first batch leaves undone, the others will."""
        still = self.matching(*among)
        if still >= rows and still and self.matching(self.keys.at(first)):
            raise self._stalled(self.matching())

    def _stalled(self, rows: int) -> BackfillStalled:
        query = matching(self.target, self.operation.condition, self.operations.site)
        return BackfillStalled(
            f"{self.operation.words}: {_counted(rows, 'row')} still to be done, and of those that "
            "were, none is: with its values, a row has to be one that `where` does not find. They "
            "may not make it so, or a trigger or another session undoes them. To see the rows: "
            f"{query} Change the values or `where`, and run the migration again.",
            rows=rows,
            query=query,
        )

    def _wait(self, *, begun: bool) -> None:
        """Before a batch; not within a transaction, in which others would wait too."""
        if not self.commits:
            return
        if begun and self.operation.pause:
            time.sleep(self.operation.pause)
        throttle = self.operation.throttle
        while throttle is not None and (seconds := throttle() or 0.0) > 0:
            time.sleep(seconds)

    def _patiently(self, statement: sa.Executable) -> sa.CursorResult[Any]:
        """Each statement is a transaction, so another try changes nothing but the time."""
        database, settings = self.operations.catalog.database, self.operations.settings
        patience = Patience(settings, self.operation.words)
        while True:
            try:
                return self.connection.execute(statement)
            except sa.exc.DBAPIError as error:
                if not self.commits or not database.is_lock_failure(error):
                    raise
            with self.operations.catalog.reading():
                where = [(self.table.schema, self.table.name)]
                blockers = database.blockers(self.connection, where, readers=False)
                patience.pause(blockers, may_wait=database.may_wait(self.connection))


def _check(operation: BackfillOp, table: Table) -> None:
    """What can only be told of the table that is there."""
    key = table.primary_key
    if key is None:
        raise UsageError(
            f"{operation.words}: the table has no primary key, along which it could be done in "
            "batches; give it one (op.create_primary_key), or do it at once: "
            'op.execute("UPDATE ...")'
        )
    names = {name: _stored(operation, name) for name in operation.values}
    unknown = [name for name, stored in names.items() if table.column(stored) is None]
    if unknown:
        raise UsageError(
            f"{operation.words}: the table has no column {', '.join(unknown)}; it has "
            f"{', '.join(column.name for column in table.columns)}"
        )
    keys = table.column_keys(key.columns)
    moved = [name for name, stored in names.items() if table.key(stored) in keys]
    if moved:
        raise UsageError(
            f"{operation.words}: {', '.join(moved)} is of the primary key, along which the batches "
            'go; change it at once: op.execute("UPDATE ...")'
        )


def _stored(operation: BackfillOp, name: str) -> str:
    target = operation.written_table
    return target.columns[name].name if target is not None and name in target.columns else name


def _target(operation: BackfillOp, table: Table, site: Site) -> sa.Table:
    """The table by its name. A Table, because only that goes through schema_translate_map."""
    schema = operation.schema
    if schema is None and site.door.schema(None) == table.schema != site.door.leads_to(table.name):
        schema = table.schema  # something else, a temporary table, stands under the bare name
    columns = list(_columns(operation, table))
    return sa.Table(operation.table_name, sa.MetaData(), *columns, schema=schema)


def _columns(operation: BackfillOp, table: Table) -> Iterator[sa.Column[Any]]:
    """Those that are there; those to be changed under the names that the caller has for them."""
    for name in operation.values:
        found = table.column(name)
        if found is not None:
            # On MariaDB, JSON is another word for a text that is checked.
            is_json = isinstance(found.type, DeclaredType) and found.type.spelling == "json"
            yield sa.Column(found.name, sa.JSON() if is_json else found.type, key=name)
    named = table.column_keys(operation.values)
    for column in table.columns:
        if table.key(column.name) not in named:
            yield sa.Column(column.name, column.type)


def _counted(number: int, word: str, words: str = "") -> str:
    return f"{number:,} {word if number == 1 else words or word + 's'}"
