"""The questions to ``pg_catalog``. Most take the parameters ``schema`` and ``name``.

``to_jsonb(row) ->> 'column'`` reads a column that older servers do not have: NULL there.
"""

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

# -- of many tables at once: these take ``names`` -------------------------------------------------

RELATIONS = "n.nspname = :schema AND c.relname = ANY(CAST(:names AS name[]))"
TABLES = sa.text(
    "SELECT c.relname AS relation, c.relhassubclass, "
    "pg_catalog.obj_description(c.oid, 'pg_class') AS comment "
    f"{FROM_RELATION} WHERE {RELATIONS} AND c.relkind IN ('r', 'p', 'm', 'f')"
)
_PARAMETERS = (
    "concat_ws(' ', 'START', q.seqstart, 'INCREMENT', q.seqincrement, 'MIN', q.seqmin, "
    "'MAX', q.seqmax, 'CACHE', q.seqcache, CASE WHEN q.seqcycle THEN 'CYCLE' END)"
)
COLUMNS = sa.text(
    f"""
    SELECT c.relname AS relation, a.attname, a.attnum,
           pg_catalog.format_type(a.atttypid, a.atttypmod) AS spelling, o.collname,
           t.typtype = 'd' AS is_domain,
           CASE WHEN o.collnamespace <> CAST('pg_catalog' AS regnamespace)
                THEN CAST(CAST(o.collnamespace AS regnamespace) AS text) END AS collation_schema,
           pg_catalog.pg_collation_is_visible(o.oid) AS collation_is_visible,
           a.attnotnull, CAST(a.attidentity AS text) AS identity,
           pg_catalog.col_description(c.oid, a.attnum) AS comment,
           CAST(a.attgenerated AS text) AS generated,
           pg_catalog.pg_get_expr(d.adbin, d.adrelid) AS expression,
           -- The sequence that belongs to the column: of an identity, or of a SERIAL.
           own.parameters, own.feeds,
           -- What a generated column is computed from.
           ARRAY(SELECT DISTINCT CAST(o.attname AS text) FROM pg_catalog.pg_depend p
                 JOIN pg_catalog.pg_attribute o
                   ON o.attrelid = p.refobjid AND o.attnum = p.refobjsubid
                 WHERE a.attgenerated <> '' AND p.refobjid = c.oid AND o.attnum <> a.attnum
                 AND p.refclassid = CAST('pg_catalog.pg_class' AS regclass)
                 AND (p.classid = CAST('pg_catalog.pg_attrdef' AS regclass) AND p.objid = d.oid
                      OR p.classid = CAST('pg_catalog.pg_class' AS regclass) AND p.objid = c.oid
                         AND p.objsubid = a.attnum)) AS reads
    {FROM_RELATION}
    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
    JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_catalog.pg_collation o
      ON o.oid = a.attcollation AND a.attcollation <> t.typcollation
    LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    LEFT JOIN LATERAL (
      SELECT {_PARAMETERS} AS parameters,
             EXISTS (SELECT 1 FROM pg_catalog.pg_depend u WHERE u.objid = d.oid
                     AND u.classid = CAST('pg_catalog.pg_attrdef' AS regclass)
                     AND u.refobjid = q.seqrelid) AS feeds
      FROM pg_catalog.pg_depend p JOIN pg_catalog.pg_sequence q ON q.seqrelid = p.objid
      WHERE (a.atthasdef OR a.attidentity <> '')
      AND p.refclassid = CAST('pg_catalog.pg_class' AS regclass)
      AND p.refobjid = c.oid AND p.refobjsubid = a.attnum AND p.deptype IN ('a', 'i')
      AND p.classid = CAST('pg_catalog.pg_class' AS regclass)
      ORDER BY p.objid LIMIT 1) own ON true
    WHERE {RELATIONS} AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
    """
)
_KEY_PARTS = (
    "unnest(CAST(i.indkey AS int2[]), CAST(i.indcollation AS oid[])) "
    "WITH ORDINALITY o(num, id, pos) LEFT JOIN pg_catalog.pg_attribute a "
    "ON a.attrelid = i.indrelid AND a.attnum = o.num AND o.num > 0"
)
_COLLATED = f"SELECT 1 FROM {_KEY_PARTS} WHERE o.id <> 0 AND o.id <> COALESCE(a.attcollation, 100)"
CONSTRAINTS = sa.text(
    f"""
    SELECT c.relname AS relation,
           k.conname, CAST(k.contype AS text) AS contype, k.convalidated, k.condeferrable,
           k.condeferred, k.connoinherit, CAST(k.confmatchtype AS text) AS match,
           CAST(k.confupdtype AS text) AS onupdate, CAST(k.confdeltype AS text) AS ondelete,
           CASE WHEN k.contype IN ('c', 'x')
                THEN pg_catalog.pg_get_constraintdef(k.oid) END AS definition,
           pg_catalog.pg_get_expr(k.conbin, k.conrelid) AS condition,
           CASE WHEN k.contype IN ('c', 'f')
                THEN pg_catalog.to_jsonb(k) ->> 'conenforced' END AS enforced,
           CASE WHEN k.contype = 'u'
                THEN pg_catalog.to_jsonb(i) ->> 'indnullsnotdistinct' END AS nulls_not_distinct,
           k.conkey AS numbers, CAST(i.indkey AS text) AS key, i.indnkeyatts,
           rn.nspname AS referred_schema, r.relname AS referred_table,
           CASE WHEN k.contype = 'f' THEN
             ARRAY(SELECT CAST(a.attname AS text) FROM unnest(k.confkey) WITH ORDINALITY o(num, pos)
                   JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = o.num
                   ORDER BY o.pos) END AS referred_columns
    {FROM_RELATION}
    JOIN pg_catalog.pg_constraint k ON k.conrelid = c.oid
    LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = k.conindid AND k.contype IN ('p', 'u')
    LEFT JOIN pg_catalog.pg_class r ON r.oid = k.confrelid
    LEFT JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
    WHERE {RELATIONS} AND k.contype IN ('p', 'u', 'f', 'c', 'x')
      -- A foreign key to a partitioned table has a row more for every partition.
      AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint whole
                      WHERE whole.oid = k.conparentid AND whole.conrelid = k.conrelid)
    ORDER BY k.oid
    """
)
INDEXES = sa.text(
    f"""
    SELECT c.relname AS relation,
           ic.relname, i.indisunique, i.indisvalid, CAST(ic.relkind AS text) AS relkind,
           CAST(i.indkey AS text) AS key, i.indnkeyatts, CAST(i.indoption AS text) AS options,
           m.amname AS method,
           -- What most have not is made out only where there is some of it.
           CASE WHEN i.indexprs IS NOT NULL THEN
             ARRAY(SELECT pg_catalog.pg_get_indexdef(i.indexrelid, pos, false)
                   FROM generate_series(1, i.indnkeyatts) pos ORDER BY pos) END AS texts,
           CASE WHEN CAST(i.indclass AS oid[])
                     && ARRAY(SELECT oid FROM pg_catalog.pg_opclass WHERE NOT opcdefault) THEN
             ARRAY(SELECT CASE WHEN NOT s.opcdefault THEN CAST(s.opcname AS text) END
                   FROM unnest(CAST(i.indclass AS oid[])) WITH ORDINALITY o(id, pos)
                   LEFT JOIN pg_catalog.pg_opclass s ON s.oid = o.id
                   WHERE o.pos <= i.indnkeyatts ORDER BY o.pos) END AS operator_classes,
           CASE WHEN EXISTS ({_COLLATED}) THEN
             ARRAY(SELECT CASE WHEN o.id <> COALESCE(a.attcollation, 100)
                          THEN CAST(l.collname AS text) END
                   FROM {_KEY_PARTS} LEFT JOIN pg_catalog.pg_collation l ON l.oid = o.id
                   WHERE o.pos <= i.indnkeyatts ORDER BY o.pos) END AS collations,
           pg_catalog.pg_get_expr(i.indpred, i.indrelid) AS predicate,
           CASE WHEN i.indisunique AND NOT i.indisprimary
                THEN pg_catalog.to_jsonb(i) ->> 'indnullsnotdistinct' END AS nulls_not_distinct,
           -- What it reads, in expressions and predicate too.
           CASE WHEN i.indexprs IS NOT NULL OR i.indpred IS NOT NULL THEN
             ARRAY(SELECT DISTINCT CAST(a.attname AS text) FROM pg_catalog.pg_depend p
                   JOIN pg_catalog.pg_attribute a
                     ON a.attrelid = p.refobjid AND a.attnum = p.refobjsubid
                   WHERE p.classid = CAST('pg_catalog.pg_class' AS regclass)
                   AND p.objid = i.indexrelid AND p.refobjid = i.indrelid
                   AND p.refobjsubid > 0) END AS reads,
           (SELECT k.conname FROM pg_catalog.pg_constraint k
            -- By its table, which there is an index for.
            WHERE k.conrelid = i.indrelid AND k.conindid = i.indexrelid
            AND k.contype IN ('p', 'u', 'x') LIMIT 1) AS owner
    {FROM_RELATION}
    JOIN pg_catalog.pg_index i ON i.indrelid = c.oid
    JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid
    JOIN pg_catalog.pg_am m ON m.oid = ic.relam
    WHERE {RELATIONS} ORDER BY ic.relname
    """
)

# -- of one object ---------------------------------------------------------------------------------

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
