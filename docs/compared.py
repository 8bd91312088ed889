"""Writes compared.md from the databases' own tables: ``python docs/compared.py``."""

from __future__ import annotations

from pathlib import Path

from alembic_helpers.databases import Database, MariaDB, MySQL, PostgreSQL, SQLite
from alembic_helpers.databases.definition import Aspect

PAGE = Path(__file__).with_name("compared.md")
DATABASES: tuple[type[Database], ...] = (SQLite, PostgreSQL, MariaDB, MySQL)

_BEGINNING = """\
# What is compared

<!-- Written by docs/compared.py from the tables in alembic_helpers/databases. -->

When an object is there already, it is compared with the one that the operation asks for. First
what is certain without asking the server: a type of the same text, a plain index, a default
that is the same literal. For the rest the server is asked how it would keep what the revision
says. A *twin* is made, read exactly as the real object is read, and both texts are compared:

| database | the twin | what is left of it |
| --- | --- | --- |
| SQLite | a table in a database in memory | nothing |
| PostgreSQL | a temporary table in a savepoint | nothing: the savepoint is rolled back |
| MariaDB, MySQL | a temporary table, which commits nothing | nothing: it is dropped |

The real table is only read. A twin is never made under its name, and has none of its rows.
Foreign keys are compared by their structure, because a temporary table may have none.

What differs raises `DefinitionMismatch` and is named with these words. What is not said is what
the database does by itself: no default, ascending, the collation of the table.
"""

_END = """\
## What is more, and what is missing

Columns, indexes, constraints and comments that nobody asked for are no difference: later
revisions make them. What an operation asks for and only partly is there, is finished: the
index, comment or foreign key that belongs to a table or column, a PostgreSQL index that is
INVALID, a constraint that is NOT VALID.

An enum with more values than asked, in the same order, is no difference. The primary key of a
`create_table` whose columns only have `primary_key=True` may have them in any order; a
`PrimaryKeyConstraint` says the order.

## What is taken for the same

- `now()`, `transaction_timestamp()` and `CURRENT_TIMESTAMP` on PostgreSQL; `now()` and
  `CURRENT_TIMESTAMP` on MariaDB and MySQL.
- `RESTRICT` and `NO ACTION` on MariaDB and MySQL, where both check at once.
- The display width of an integer: `BOOLEAN`, `TINYINT(1)` and `TINYINT` on MariaDB and MySQL.

## What is not compared

- How a thing is stored: tablespace, fill factor, engine, `STRICT` and `WITHOUT ROWID` on
  SQLite, the partitions of a table, `ON CONFLICT` of a SQLite constraint.
- Whether a column or an index is INVISIBLE (MySQL, MariaDB) or IGNORED (MariaDB).
- A view on MariaDB and MySQL, unless the texts agree: there are no temporary views. The log
  line then says `definition not compared`. To change one, use `replace_view`.
- Anything for which the server refuses a twin: no privilege for temporary tables,
  `sql_require_primary_key` on MySQL, a function that SQLite's in-memory database does not know.
  Type, nullability and columns are compared even so, and the log line names what was not:
  `skipped add_column users.age: already there; not compared: server default (permission denied
  to create temporary tables ...)`.
- On a database without a module of its own (SQL Server, Oracle): everything but what
  SQLAlchemy's reflection shows of types, nullability, columns and foreign keys. The log line
  names the rest.
"""


def page() -> str:
    """The page as it should be."""
    kinds = dict.fromkeys(kind for database in DATABASES for kind in database.compares)
    sections = (f"## {kind[0].upper()}{kind[1:]}\n\n{table(kind)}\n" for kind in kinds)
    return "\n".join([_BEGINNING, *sections, _END])


def table(kind: str) -> str:
    """Aspects down, databases across."""
    by_database = [database.compares.get(kind, ()) for database in DATABASES]
    rows = [
        [aspect.value, *("yes" if aspect in aspects else "" for aspects in by_database)]
        for aspect in Aspect
        if any(aspect in aspects for aspects in by_database)
    ]
    head = ["", *(database.title for database in DATABASES)]
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
