"""A partitioned table, and what is seen of its indexes."""

from __future__ import annotations

from alembic_helpers import op

# Three levels: a range, in it a list, in that the leaves; a leaf beside them, an empty branch.
LEVELS = [
    "CREATE TABLE t (id int, region text, n int) PARTITION BY RANGE (id)",
    "CREATE TABLE t_a PARTITION OF t FOR VALUES FROM (0) TO (10) PARTITION BY LIST (region)",
    "CREATE TABLE t_a_eu PARTITION OF t_a FOR VALUES IN ('eu')",
    "CREATE TABLE t_a_us PARTITION OF t_a FOR VALUES IN ('us')",
    "CREATE TABLE t_b PARTITION OF t FOR VALUES FROM (10) TO (20)",
    "CREATE TABLE t_c PARTITION OF t FOR VALUES FROM (20) TO (30) PARTITION BY LIST (region)",
    "INSERT INTO t VALUES (1, 'eu', 1), (2, 'us', 1), (11, 'eu', 3)",
]
STEPS = [
    "CREATE INDEX ix ON ONLY t (n)",
    "CREATE INDEX ix_t_a ON ONLY public.t_a (n)",
    "CREATE INDEX CONCURRENTLY ix_t_a_t_a_eu ON public.t_a_eu (n)",
    "ALTER INDEX public.ix_t_a ATTACH PARTITION public.ix_t_a_t_a_eu",
    "CREATE INDEX CONCURRENTLY ix_t_a_t_a_us ON public.t_a_us (n)",
    "ALTER INDEX public.ix_t_a ATTACH PARTITION public.ix_t_a_t_a_us",
    "ALTER INDEX public.ix ATTACH PARTITION public.ix_t_a",
    "CREATE INDEX CONCURRENTLY ix_t_b ON public.t_b (n)",
    "ALTER INDEX public.ix ATTACH PARTITION public.ix_t_b",
    "CREATE INDEX ix_t_c ON ONLY public.t_c (n)",
    "ALTER INDEX public.ix ATTACH PARTITION public.ix_t_c",
]
TREE = [
    ("ix", None, True),
    ("ix_t_a", "ix", True),
    ("ix_t_a_t_a_eu", "ix_t_a", True),
    ("ix_t_a_t_a_us", "ix_t_a", True),
    ("ix_t_b", "ix", True),
    ("ix_t_c", "ix", True),
]


def ddl(statements):
    return [sql.strip() for sql in statements.ddl]


def send(connection, *sqls):
    for sql in sqls:
        connection.exec_driver_sql(sql)
    connection.commit()


def tree(connection):
    """Every index: its name, the one that it is a part of, whether it is valid."""
    found = connection.exec_driver_sql(
        "SELECT c.relname, p.relname, i.indisvalid FROM pg_index i "
        "JOIN pg_class c ON c.oid = i.indexrelid "
        "LEFT JOIN pg_inherits h ON h.inhrelid = c.oid LEFT JOIN pg_class p ON p.oid = h.inhparent "
        "JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname !~ '^pg_' ORDER BY c.relname COLLATE \"C\""
    ).all()
    connection.rollback()
    return [tuple(row) for row in found]


def create(*columns, **kw):
    return op.create_index_online("ix", "t", [*(columns or ["n"])], **kw)


def invalidate(connection, *names):
    """What a build that was killed leaves."""
    for name in names:
        send(
            connection,
            f"UPDATE pg_index SET indisvalid = false WHERE indexrelid = CAST('{name}' AS regclass)",
        )
