"""All that is in a schema, as one comparable value: two snapshots are ``==`` or something differs.

An independent witness: a fresh ``Inspector`` and the database's own catalog, nothing of the
package that is tested.
"""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Inspector, Row

Snapshot = dict[str, Any]


def snapshot(connection: Connection, schema: str | None = None) -> Snapshot:
    """What ``schema`` holds (the default schema without one), rows aside.

    It ends in the transaction state, and with the ``schema_translate_map``, with which it began.
    """
    began = connection.in_transaction()
    mapping = connection.get_execution_options().get("schema_translate_map")
    # The inspector's statements are cached, which must not be under one map and then another.
    connection.execution_options(schema_translate_map=None)
    inspector = sa.inspect(connection)
    found: Snapshot = {
        "tables": {
            name: _table(inspector, name, schema) for name in inspector.get_table_names(schema)
        },
        "views": {
            name: inspector.get_view_definition(name, schema)
            for name in inspector.get_view_names(schema)
        },
        "sequences": sorted(_sequences(inspector, schema)),
        "catalog": _CATALOGS[connection.dialect.name](connection, schema),
    }
    connection.execution_options(schema_translate_map=mapping)
    if not began:
        connection.rollback()
    return found


def rows(connection: Connection, table_name: str, schema: str | None = None) -> list[Row[Any]]:
    """Every row of a table, in an order that does not depend on how it is stored."""
    began = connection.in_transaction()
    table = sa.table(table_name, schema=schema)
    # Not cached: another table of that name has other columns.
    query = sa.select(sa.text("*")).select_from(table)
    found = connection.execute(query, execution_options={"compiled_cache": None}).all()
    if not began:
        connection.rollback()
    return sorted(found, key=repr)


def _plain(value: Any) -> Any:
    """Types become their SQL, dictionaries keep only what is said; the rest is comparable."""
    if isinstance(value, sa.types.TypeEngine):
        return repr(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items() if item not in (None, {}, [])}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def _sorted(found: list[Any]) -> list[Any]:
    return sorted((_plain(dict(item)) for item in found), key=repr)


def _table(inspector: Inspector, name: str, schema: str | None) -> Snapshot:
    table: Snapshot = {
        "columns": [_plain(dict(column)) for column in inspector.get_columns(name, schema)],
        "primary key": _plain(dict(inspector.get_pk_constraint(name, schema))),
        "foreign keys": _sorted(list(inspector.get_foreign_keys(name, schema))),
        "unique": _sorted(list(inspector.get_unique_constraints(name, schema))),
        "checks": _sorted(list(inspector.get_check_constraints(name, schema))),
        "indexes": _sorted(list(inspector.get_indexes(name, schema))),
    }
    if inspector.dialect.supports_comments:
        table["comment"] = inspector.get_table_comment(name, schema)["text"]
    return table


def _sequences(inspector: Inspector, schema: str | None) -> list[str]:
    # SQLite says "not implemented" rather than "none".
    return inspector.get_sequence_names(schema) if inspector.dialect.supports_sequences else []


# -- what an Inspector does not tell ---------------------------------------------------------------


def _listed(connection: Connection, query: str, **parameters: Any) -> list[tuple[Any, ...]]:
    return sorted((tuple(row) for row in connection.execute(sa.text(query), parameters)), key=repr)


_POSTGRESQL = {
    "columns": """
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
               a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE c.relnamespace = CAST(:schema AS regnamespace) AND c.relkind = 'r'
          AND a.attnum > 0 AND NOT a.attisdropped
    """,
    "indexes": """
        SELECT c.relname, pg_get_indexdef(i.indexrelid), i.indisvalid, i.indisready
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        WHERE c.relnamespace = CAST(:schema AS regnamespace)
    """,
    "constraints": """
        SELECT CAST(CAST(conrelid AS regclass) AS text), conname, contype,
               pg_get_constraintdef(oid), convalidated
        FROM pg_constraint
        WHERE connamespace = CAST(:schema AS regnamespace) AND contype <> 't'
    """,
    "enums": """
        SELECT t.typname, array_agg(CAST(e.enumlabel AS text) ORDER BY e.enumsortorder)
        FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid
        WHERE t.typnamespace = CAST(:schema AS regnamespace) GROUP BY t.typname
    """,
    "sequences": """
        SELECT c.relname, format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement, s.seqmax,
               s.seqmin, s.seqcache, s.seqcycle
        FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid
        WHERE c.relnamespace = CAST(:schema AS regnamespace)
    """,
    "views": """
        SELECT relname, relkind, pg_get_viewdef(oid) FROM pg_class
        WHERE relnamespace = CAST(:schema AS regnamespace) AND relkind IN ('v', 'm')
    """,
    "comments": """
        SELECT c.relname, d.objsubid, d.description
        FROM pg_description d JOIN pg_class c ON c.oid = d.objoid
        WHERE d.classoid = CAST('pg_class' AS regclass)
          AND c.relnamespace = CAST(:schema AS regnamespace)
    """,
    "triggers": """
        SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE NOT t.tgisinternal AND c.relnamespace = CAST(:schema AS regnamespace)
    """,
    "schemas": """
        SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND CAST(:schema AS text) <> ''
    """,
    "extensions": "SELECT extname, extversion FROM pg_extension WHERE CAST(:schema AS text) <> ''",
}


def _postgresql(connection: Connection, schema: str | None) -> Snapshot:
    quoted = connection.dialect.identifier_preparer.quote(
        schema or connection.dialect.default_schema_name or "public"
    )
    return {
        about: _listed(connection, query, schema=quoted) for about, query in _POSTGRESQL.items()
    }


def _mysql(connection: Connection, schema: str | None) -> Snapshot:
    database = schema or connection.dialect.default_schema_name
    quote = connection.dialect.identifier_preparer.quote_identifier
    tables = _listed(
        connection,
        "SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = :schema",
        schema=database,
    )
    created = {}
    for name, kind in tables:
        word = {"VIEW": "VIEW", "SEQUENCE": "SEQUENCE"}.get(kind, "TABLE")
        statement = f"SHOW CREATE {word} {quote(database or '')}.{quote(name)}"
        created[name] = _without_counter(connection.exec_driver_sql(statement).one()[1])
    triggers = _listed(
        connection,
        "SELECT trigger_name, event_manipulation, event_object_table, action_statement"
        " FROM information_schema.triggers WHERE trigger_schema = :schema",
        schema=database,
    )
    return {"created": created, "triggers": triggers}


def _without_counter(created: str) -> str:
    # Rows that were inserted are not part of the schema: AUTO_INCREMENT=5 is where they got to.
    return re.sub(r" AUTO_INCREMENT=\d+", "", created)


def _sqlite(connection: Connection, schema: str | None) -> Snapshot:
    quote = connection.dialect.identifier_preparer.quote_identifier
    listed = _listed(
        connection,
        f"SELECT type, name, tbl_name, sql FROM {quote(schema or 'main')}.sqlite_master"
        " WHERE name <> 'sqlite_sequence'",
    )
    return {"sqlite_master": listed}


_CATALOGS = {
    "postgresql": _postgresql,
    "mysql": _mysql,
    "mariadb": _mysql,
    "sqlite": _sqlite,
}
