"""The questions to ``information_schema``, most of them about one table."""

from __future__ import annotations

import sqlalchemy as sa

KIND = sa.text(
    "SELECT table_name, table_type, @@lower_case_table_names FROM information_schema.tables "
    # MariaDB lists temporary tables from 11.2 on, and temporary sequences.
    "WHERE table_schema = :schema AND table_name = :name AND table_type NOT LIKE 'TEMPORARY%'"
)
COMMENT = sa.text(
    "SELECT table_comment FROM information_schema.tables "
    "WHERE table_schema = :schema AND table_name = :name AND table_type NOT LIKE 'TEMPORARY%'"
)
COLUMNS = sa.text(
    "SELECT column_name AS name, is_nullable = 'YES' AS nullable, column_type AS spelling, "
    "collation_name AS collation "
    "FROM information_schema.columns WHERE table_schema = :schema AND table_name = :name "
    "ORDER BY ordinal_position"
)
KEYS = sa.text(
    "SELECT t.constraint_name AS name, t.constraint_type AS type, k.column_name AS col, "
    "k.referenced_table_schema AS referred_schema, k.referenced_table_name AS referred_table, "
    "k.referenced_column_name AS referred_column "
    "FROM information_schema.table_constraints t "
    # Outer: a unique key of expressions alone has no columns there.
    "LEFT JOIN information_schema.key_column_usage k ON k.constraint_schema = t.constraint_schema "
    "AND k.constraint_name = t.constraint_name AND k.table_schema = t.table_schema "
    "AND k.table_name = t.table_name "
    # A key and a foreign key may share a name.
    "AND (t.constraint_type = 'FOREIGN KEY') = (k.referenced_table_name IS NOT NULL) "
    "WHERE t.table_schema = :schema AND t.table_name = :name "
    "AND t.constraint_type IN ('PRIMARY KEY', 'UNIQUE', 'FOREIGN KEY') "
    "ORDER BY t.constraint_name, t.constraint_type, k.ordinal_position"
)
REFERRING = sa.text(
    "SELECT constraint_name AS name, table_name AS referring, referenced_column_name AS col "
    "FROM information_schema.key_column_usage WHERE referenced_table_schema = :schema "
    "AND referenced_table_name = :name ORDER BY constraint_name, table_name, ordinal_position"
)
ACTIONS = sa.text(
    "SELECT constraint_name AS name, update_rule AS onupdate, delete_rule AS ondelete "
    "FROM information_schema.referential_constraints "
    "WHERE constraint_schema = :schema AND table_name = :name"
)
INDEXES = sa.text(
    "SELECT index_name AS name, non_unique AS repeats, column_name AS col "
    "FROM information_schema.statistics WHERE table_schema = :schema AND table_name = :name "
    "AND index_name <> 'PRIMARY' ORDER BY index_name, seq_in_index"
)
TABLES_WITH_INDEX = sa.text(
    "SELECT table_name, index_name FROM information_schema.statistics "
    "WHERE table_schema = :schema AND index_name = :name AND seq_in_index = 1"
)
HELD = sa.text(
    "SELECT table_name FROM information_schema.tables WHERE table_schema = :schema "
    "UNION ALL SELECT routine_name FROM information_schema.routines WHERE routine_schema = :schema "
    "UNION ALL SELECT event_name FROM information_schema.events WHERE event_schema = :schema"
)
TRIGGERS = sa.text(
    "SELECT trigger_name FROM information_schema.triggers "
    "WHERE event_object_schema = :schema AND event_object_table = :name"
)
CHECKS = sa.text(
    "SELECT t.constraint_name AS name, c.check_clause AS clause "
    "FROM information_schema.table_constraints t "
    "JOIN information_schema.check_constraints c "
    "ON c.constraint_schema = t.constraint_schema AND c.constraint_name = t.constraint_name "
    "WHERE t.table_schema = :schema AND t.table_name = :name AND t.constraint_type = 'CHECK'"
)
MARIADB_CHECKS = sa.text(
    # Names are per table, and a column's own CHECK carries the column's name.
    "SELECT constraint_name AS name, check_clause AS clause "
    "FROM information_schema.check_constraints "
    "WHERE constraint_schema = :schema AND table_name = :name"
)
DEFAULT_COLLATION = sa.text(
    "SELECT default_collate_name FROM information_schema.character_sets "
    "WHERE character_set_name = :charset"
)
VIEW_TEXT = sa.text(
    "SELECT view_definition FROM information_schema.views "
    "WHERE table_schema = :schema AND table_name = :name"
)
SCHEMAS = sa.text("SELECT schema_name, @@lower_case_table_names FROM information_schema.schemata")
