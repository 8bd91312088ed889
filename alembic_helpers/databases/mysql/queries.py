"""The questions to ``information_schema`` about one table, or about none."""

from __future__ import annotations

import sqlalchemy as sa

KIND = sa.text(
    "SELECT table_name, table_type, @@lower_case_table_names FROM information_schema.tables "
    # MariaDB lists temporary tables from 11.2 on, and temporary sequences.
    "WHERE table_schema = :schema AND table_name = :name AND table_type NOT LIKE 'TEMPORARY%'"
)
REFERRING = sa.text(
    "SELECT constraint_name AS name, table_name AS referring, referenced_column_name AS col "
    "FROM information_schema.key_column_usage WHERE referenced_table_schema = :schema "
    "AND referenced_table_name = :name ORDER BY constraint_name, table_name, ordinal_position"
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
DEFAULT_COLLATION = sa.text(
    "SELECT default_collate_name FROM information_schema.character_sets "
    "WHERE character_set_name = :charset"
)
VIEW_TEXT = sa.text(
    "SELECT view_definition FROM information_schema.views "
    "WHERE table_schema = :schema AND table_name = :name"
)
SCHEMAS = sa.text("SELECT schema_name, @@lower_case_table_names FROM information_schema.schemata")
