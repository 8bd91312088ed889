"""The questions to ``pg_catalog`` about many tables at once.

After the first they are asked of ``tables``, oids, and their columns stand as rows.py names them.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from .queries import FROM_RELATION

_CLASS = "CAST('pg_catalog.pg_class' AS regclass)"
TABLES = sa.text(
    "SELECT c.oid, c.relname, c.relhassubclass, s.description "
    f"{FROM_RELATION} LEFT JOIN pg_catalog.pg_description s "
    f"ON s.classoid = {_CLASS} AND s.objoid = c.oid AND s.objsubid = 0 "
    "WHERE n.nspname = :schema AND c.relname = ANY(CAST(:names AS name[])) "
    "AND c.relkind IN ('r', 'p', 'm', 'f')"
)

_OF_TABLES = "= ANY(CAST(:tables AS oid[]))"
_PARAMETERS = (
    "concat_ws(' ', 'START', q.seqstart, 'INCREMENT', q.seqincrement, 'MIN', q.seqmin, "
    "'MAX', q.seqmax, 'CACHE', q.seqcache, CASE WHEN q.seqcycle THEN 'CYCLE' END)"
)
COLUMNS = sa.text(
    f"""
    SELECT a.attrelid, a.attname, a.attnum,
           pg_catalog.format_type(a.atttypid, a.atttypmod), o.collname,
           CASE WHEN o.collnamespace <> CAST('pg_catalog' AS regnamespace)
                THEN CAST(CAST(o.collnamespace AS regnamespace) AS text) END,
           pg_catalog.pg_collation_is_visible(o.oid),
           t.typtype = 'd', a.attnotnull, CAST(a.attidentity AS text),
           s.description, CAST(a.attgenerated AS text),
           pg_catalog.pg_get_expr(d.adbin, d.adrelid),
           -- The sequence that belongs to the column: of an identity, or of a SERIAL.
           own.parameters, own.feeds,
           CASE WHEN a.attgenerated <> '' THEN
             ARRAY(SELECT DISTINCT CAST(o.attname AS text) FROM pg_catalog.pg_depend p
                   JOIN pg_catalog.pg_attribute o
                     ON o.attrelid = p.refobjid AND o.attnum = p.refobjsubid
                   WHERE p.refobjid = a.attrelid AND o.attnum <> a.attnum
                   AND p.refclassid = {_CLASS}
                   AND (p.classid = CAST('pg_catalog.pg_attrdef' AS regclass) AND p.objid = d.oid
                        OR p.classid = {_CLASS} AND p.objid = a.attrelid
                           AND p.objsubid = a.attnum)) END
    FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_catalog.pg_collation o
      ON o.oid = a.attcollation AND a.attcollation <> t.typcollation
    LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    LEFT JOIN pg_catalog.pg_description s
      ON s.classoid = {_CLASS} AND s.objoid = a.attrelid AND s.objsubid = a.attnum
    LEFT JOIN LATERAL (
      SELECT {_PARAMETERS} AS parameters,
             EXISTS (SELECT 1 FROM pg_catalog.pg_depend u WHERE u.objid = d.oid
                     AND u.classid = CAST('pg_catalog.pg_attrdef' AS regclass)
                     AND u.refobjid = q.seqrelid) AS feeds
      FROM pg_catalog.pg_depend p JOIN pg_catalog.pg_sequence q ON q.seqrelid = p.objid
      WHERE (a.atthasdef OR a.attidentity <> '')
      AND p.refclassid = {_CLASS} AND p.classid = {_CLASS}
      AND p.refobjid = a.attrelid AND p.refobjsubid = a.attnum AND p.deptype IN ('a', 'i')
      ORDER BY p.objid LIMIT 1) own ON true
    WHERE a.attrelid {_OF_TABLES} AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
    """
)


def constraints(version: tuple[Any, ...]) -> sa.TextClause:
    return _CONSTRAINTS[version >= (15,), version >= (18,)]


def indexes(version: tuple[Any, ...]) -> sa.TextClause:
    return _INDEXES[version >= (15,)]


def _nulls_not_distinct(known: bool) -> str:
    return "i.indnullsnotdistinct" if known else "NULL"


_CONSTRAINTS = {
    (nulls, enforced): sa.text(
        f"""
    SELECT k.conrelid, k.conname, CAST(k.contype AS text), k.convalidated, k.condeferrable,
           k.condeferred, k.connoinherit, CAST(k.confmatchtype AS text),
           CAST(k.confupdtype AS text), CAST(k.confdeltype AS text),
           CASE WHEN k.contype IN ('c', 'x') THEN pg_catalog.pg_get_constraintdef(k.oid) END,
           pg_catalog.pg_get_expr(k.conbin, k.conrelid),
           {"k.conenforced" if enforced else "NULL"}, {_nulls_not_distinct(nulls)},
           k.conkey, k.conindid, CAST(i.indkey AS text), i.indnkeyatts, rn.nspname, r.relname,
           CASE WHEN k.contype = 'f' THEN
             ARRAY(SELECT CAST(a.attname AS text) FROM unnest(k.confkey) WITH ORDINALITY o(num, pos)
                   JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = o.num
                   ORDER BY o.pos) END,
           {"k.confdelsetcols" if nulls else "NULL"}, {"k.conperiod" if enforced else "NULL"}
    FROM pg_catalog.pg_constraint k
    LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = k.conindid AND k.contype IN ('p', 'u')
    LEFT JOIN pg_catalog.pg_class r ON r.oid = k.confrelid
    LEFT JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
    WHERE k.conrelid {_OF_TABLES} AND k.contype IN ('p', 'u', 'f', 'c', 'x')
      -- A foreign key to a partitioned table has a row more for every partition.
      AND (k.conparentid = 0
           OR NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint whole
                          WHERE whole.oid = k.conparentid AND whole.conrelid = k.conrelid))
    ORDER BY k.oid
    """
    )
    for nulls, enforced in ((False, False), (True, False), (True, True))
}

_KEY_PARTS = (
    "unnest(CAST(i.indkey AS int2[]), CAST(i.indcollation AS oid[])) "
    "WITH ORDINALITY o(num, id, pos) LEFT JOIN pg_catalog.pg_attribute a "
    "ON a.attrelid = i.indrelid AND a.attnum = o.num AND o.num > 0"
)
# Looked for only where a column of the tables, or the index itself, has not the usual one.
_COLLATED = (
    "(EXISTS (SELECT 1 FROM pg_catalog.pg_attribute a "
    f"WHERE a.attrelid {_OF_TABLES} AND a.attnum > 0 AND a.attcollation NOT IN (0, 100)) "
    "OR NOT CAST(i.indcollation AS oid[]) <@ CAST('{0,100}' AS oid[])) "
    f"AND EXISTS (SELECT 1 FROM {_KEY_PARTS} "
    "WHERE o.id <> 0 AND o.id <> COALESCE(a.attcollation, 100))"
)
_INDEXES = {
    nulls: sa.text(
        f"""
    SELECT i.indrelid, i.indexrelid, ic.relname, i.indisunique, i.indisvalid,
           CAST(ic.relkind AS text), CAST(i.indkey AS text), i.indnkeyatts,
           CAST(i.indoption AS text), m.amname,
           -- What most have not is made out only where there is some of it.
           CASE WHEN i.indexprs IS NOT NULL THEN
             ARRAY(SELECT pg_catalog.pg_get_indexdef(i.indexrelid, pos, false)
                   FROM generate_series(1, i.indnkeyatts) pos ORDER BY pos) END,
           CASE WHEN CAST(i.indclass AS oid[])
                     && ARRAY(SELECT oid FROM pg_catalog.pg_opclass WHERE NOT opcdefault) THEN
             ARRAY(SELECT CASE WHEN NOT s.opcdefault THEN CAST(s.opcname AS text) END
                   FROM unnest(CAST(i.indclass AS oid[])) WITH ORDINALITY o(id, pos)
                   LEFT JOIN pg_catalog.pg_opclass s ON s.oid = o.id
                   WHERE o.pos <= i.indnkeyatts ORDER BY o.pos) END,
           CASE WHEN {_COLLATED} THEN
             ARRAY(SELECT CASE WHEN o.id <> COALESCE(a.attcollation, 100)
                          THEN CAST(l.collname AS text) END
                   FROM {_KEY_PARTS} LEFT JOIN pg_catalog.pg_collation l ON l.oid = o.id
                   WHERE o.pos <= i.indnkeyatts ORDER BY o.pos) END,
           pg_catalog.pg_get_expr(i.indpred, i.indrelid),
           -- It says nothing of an index that is not unique.
           i.indisunique AND {_nulls_not_distinct(nulls)},
           -- What it reads, in expressions and predicate too.
           CASE WHEN i.indexprs IS NOT NULL OR i.indpred IS NOT NULL THEN
             ARRAY(SELECT DISTINCT CAST(a.attname AS text) FROM pg_catalog.pg_depend p
                   JOIN pg_catalog.pg_attribute a
                     ON a.attrelid = p.refobjid AND a.attnum = p.refobjsubid
                   WHERE p.classid = {_CLASS}
                   AND p.objid = i.indexrelid AND p.refobjid = i.indrelid
                   AND p.refobjsubid > 0) END
    FROM pg_catalog.pg_index i
    JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid
    JOIN pg_catalog.pg_am m ON m.oid = ic.relam
    WHERE i.indrelid {_OF_TABLES} ORDER BY ic.relname
    """
    )
    for nulls in (False, True)
}
