"""The questions to ``information_schema`` about many tables at once.

On MySQL each costs the same in a schema of any size. MariaDB looks one name up, and for more of
them reads the names of all files of the schema; for a join it would open all tables besides, so
that there is none.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.sql.elements import TextClause


class Questions(NamedTuple):
    """About the tables ``:names`` of ``:schema``; in every row, ``of_table`` is the table."""

    tables: TextClause
    columns: TextClause
    constraints: TextClause
    keys: TextClause
    actions: TextClause
    indexes: TextClause


# Rows of a column as SHOW FULL COLUMNS has them.
_COLUMNS = (
    "SELECT table_name AS of_table, column_name AS `Field`, column_type AS `Type`, "
    "collation_name AS `Collation`, is_nullable AS `Null`, column_comment AS `Comment`, "
    "column_default IS NOT NULL AS filled "
    "FROM information_schema.columns WHERE table_schema = :schema AND table_name IN {names} "
    "ORDER BY ordinal_position"
)
_TABLE = "table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')"
_TABLES = (
    "SELECT table_name AS of_table, table_comment AS comment, table_collation AS collation, "
    "@@lower_case_table_names AS folds FROM information_schema.tables "
    f"WHERE table_schema = :schema AND table_name IN {{names}} AND {_TABLE}"
)
_KEYS = (
    "SELECT table_name AS of_table, constraint_name AS name, column_name AS col, "
    "referenced_table_schema AS referred_schema, referenced_table_name AS referred_table, "
    "referenced_column_name AS referred_column FROM information_schema.key_column_usage "
    "WHERE table_schema = :schema AND table_name IN {names} ORDER BY ordinal_position"
)
_ACTIONS = (
    "SELECT table_name AS of_table, constraint_name AS name, update_rule AS onupdate, "
    "delete_rule AS ondelete FROM information_schema.referential_constraints "
    "WHERE constraint_schema = :schema AND table_name IN {names}"
)
_INDEXES = (
    "SELECT table_name AS of_table, index_name AS name, non_unique AS repeats, column_name AS col "
    "FROM information_schema.statistics WHERE table_schema = :schema AND table_name IN {names} "
    "AND index_name <> 'PRIMARY' ORDER BY index_name, seq_in_index"
)
_CONSTRAINTS = (
    "SELECT t.table_name AS of_table, t.constraint_name AS name, t.constraint_type AS type, "
    "c.check_clause AS clause FROM information_schema.table_constraints t "
    "LEFT JOIN information_schema.check_constraints c ON t.constraint_type = 'CHECK' "
    "AND c.constraint_schema = t.constraint_schema AND c.constraint_name = t.constraint_name "
    "WHERE t.table_schema = :schema AND t.table_name IN {names} ORDER BY name, type"
)
# Names of a CHECK are per table there, and a column's own carries the column's name.
_MARIADB_CONSTRAINTS = (
    "SELECT table_name AS of_table, constraint_name AS name, constraint_type AS type, "
    "NULL AS clause FROM information_schema.table_constraints WHERE table_schema = :schema "
    "AND table_name IN {names} AND constraint_type <> 'CHECK' "
    "UNION ALL SELECT table_name, constraint_name, 'CHECK', check_clause "
    "FROM information_schema.check_constraints WHERE constraint_schema = :schema "
    "AND table_name IN {names} ORDER BY name, type"
)

# For a list of constants MySQL reads the whole schema, for rows of a table it uses an index if they
# are compared in the collation of the names: which they are in a character set that is not
# Unicode. This one has every character all the same.
_ROWS = (
    "(SELECT n FROM JSON_TABLE(:names, '$[*]' "
    "COLUMNS (n VARCHAR(64) CHARACTER SET gb18030 PATH '$')) asked)"
)


def _about(names: str, constraints: str, *binds: sa.BindParameter[Any]) -> Questions:
    asked = (_TABLES, _COLUMNS, constraints, _KEYS, _ACTIONS, _INDEXES)
    return Questions(*(sa.text(sql.format(names=names)).bindparams(*binds) for sql in asked))


QUESTIONS = _about(_ROWS, _CONSTRAINTS)
MARIADB_QUESTIONS = _about(":names", _MARIADB_CONSTRAINTS, sa.bindparam("names", expanding=True))


def rows_of(names: Sequence[str]) -> str:
    """The value of ``:names`` for MySQL; for MariaDB it is the names themselves."""
    return json.dumps(names)


NAMES = sa.text(
    "SELECT table_schema AS place, table_name AS name, table_type AS type, "
    "@@lower_case_table_names AS folds FROM information_schema.tables "
    # MariaDB lists temporary tables from 11.2 on, and temporary sequences.
    "WHERE table_schema IN :schemas AND table_type NOT LIKE 'TEMPORARY%' LIMIT :limit"
).bindparams(sa.bindparam("schemas", expanding=True))
_AMONG = f"FROM information_schema.tables WHERE table_schema = :schema AND {_TABLE} AND table_name"


# To sort them, MySQL would look at all tables; it comes by them in the order of their names.
NEIGHBOURS = sa.text(
    f"(SELECT 0 AS turn, table_name AS name {_AMONG} = :name) "
    f"UNION ALL (SELECT 1, table_name {_AMONG} > :name LIMIT :limit) "
    f"UNION ALL (SELECT 2, table_name {_AMONG} < :name LIMIT :limit) LIMIT :limit"
)
