"""The questions to ``pg_catalog``. Most take the parameters ``schema`` and ``name``."""

from __future__ import annotations

import sqlalchemy as sa

RELATION = "n.nspname = :schema AND c.relname = :name"
FROM_RELATION = (
    "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
)

FREE_TYPE = (
    # A type of that name blocks a table too; tables bring a row type of their own name along,
    # indexes and sequences may stand beside a type.
    "t.typrelid = 0 AND NOT (t.typcategory = 'A' AND t.typelem <> 0)"
)
_SCHEMAS = "n.nspname = ANY(CAST(:schemas AS name[]))"
KINDS = sa.text(
    # Of a relation and a type of one name the relation, which comes last.
    f"SELECT n.nspname, CAST(c.relkind AS text), 1 AS place {FROM_RELATION} "
    f"WHERE {_SCHEMAS} AND c.relname = :name "
    "UNION ALL SELECT n.nspname, 't', 2 FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n "
    f"ON n.oid = t.typnamespace WHERE {_SCHEMAS} AND t.typname = :name AND {FREE_TYPE} "
    "ORDER BY place DESC"
)
NAMES = sa.text(
    "WITH n AS (SELECT oid, nspname FROM pg_catalog.pg_namespace "
    "WHERE nspname = ANY(CAST(:schemas AS text[]))) "
    "SELECT n.nspname, c.relname, CAST(c.relkind AS text), o.relname AS owner, "
    "1 AS place, c.oid AS made FROM n JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid "
    "LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid "
    "LEFT JOIN pg_catalog.pg_class o ON o.oid = i.indrelid "
    # The server's own names are not wanted: is_reserved() tells them.
    "WHERE n.nspname <> 'pg_catalog' OR NOT starts_with(CAST(c.relname AS text), 'pg_') "
    "UNION ALL SELECT n.nspname, t.typname, 't', NULL, 2, t.oid "
    "FROM n JOIN pg_catalog.pg_type t ON t.typnamespace = n.oid "
    f"WHERE n.nspname <> 'pg_catalog' AND {FREE_TYPE} LIMIT :limit"
)
_MADE = (
    f"(SELECT n.nspname, c.relname, CAST(c.relkind AS text) {FROM_RELATION} "
    "WHERE n.nspname = :schema AND c.relkind IN ('r', 'p', 'm', 'f') "
    f"AND c.oid {{than}} (SELECT c.oid {FROM_RELATION} WHERE {RELATION}) "
    "ORDER BY c.oid LIMIT :limit)"
)
NEIGHBOURS = sa.text(
    # In the order in which they were made, and then from the first on.
    f"{_MADE.format(than='>=')} UNION ALL {_MADE.format(than='<')} LIMIT :limit"
)
PLACE = sa.text(
    "SELECT CAST(current_schema() AS text), CAST(pg_catalog.current_schemas(true) AS text[]), "
    "EXISTS (SELECT 1 FROM pg_catalog.pg_event_trigger WHERE evtenabled <> 'D')"
)

TABLES_WITH_INDEX = sa.text(
    "SELECT c.relname FROM pg_catalog.pg_class ic "
    "JOIN pg_catalog.pg_namespace n ON n.oid = ic.relnamespace "
    "JOIN pg_catalog.pg_index i ON i.indexrelid = ic.oid "
    "JOIN pg_catalog.pg_class c ON c.oid = i.indrelid "
    "WHERE n.nspname = :schema AND ic.relname = :name"
)
ENUM = sa.text(
    "SELECT ARRAY(SELECT CAST(e.enumlabel AS text) FROM pg_catalog.pg_enum e "
    "WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder) "
    "FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace "
    "WHERE n.nspname = :schema AND t.typname = :name AND t.typtype = 'e'"
)
SEQUENCE = sa.text(
    "SELECT pg_catalog.format_type(q.seqtypid, NULL) AS type, q.seqstart, q.seqincrement, "
    f"q.seqmin, q.seqmax, q.seqcache, q.seqcycle {FROM_RELATION} "
    f"JOIN pg_catalog.pg_sequence q ON q.seqrelid = c.oid WHERE {RELATION}"
)
BUILDERS = sa.text(
    # Whoever builds an index concurrently holds this lock until the end, and so does a VACUUM.
    f"SELECT DISTINCT l.pid {FROM_RELATION} JOIN pg_catalog.pg_locks l ON l.relation = c.oid "
    f"WHERE {RELATION} AND l.mode = 'ShareUpdateExclusiveLock' AND l.granted "
    "AND l.pid <> pg_backend_pid() AND l.database = "
    "(SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()) ORDER BY l.pid"
)
TRIGGERS = sa.text(
    f"SELECT t.tgname {FROM_RELATION} JOIN pg_catalog.pg_trigger t ON t.tgrelid = c.oid "
    f"WHERE {RELATION} AND NOT t.tgisinternal"
)
VIEW = sa.text(f"SELECT pg_catalog.pg_get_viewdef(c.oid) {FROM_RELATION} WHERE {RELATION}")
OWN_TEMPORARY_SCHEMA = sa.text(
    "SELECT nspname FROM pg_catalog.pg_namespace WHERE oid = pg_my_temp_schema()"
)

SCHEMA_OF_TYPE = sa.text(
    "SELECT n.nspname FROM pg_catalog.pg_type t "
    "JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace WHERE t.oid = to_regtype(:type)"
)
"""Of the one that the search path leads to, or of an array of it."""
