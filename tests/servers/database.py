"""What a test holds: one worker's database, and what that database can do."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import NullPool

from .scratch import Scratch


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """What gates a test: the question that it depends on, never the name of a database."""

    # Is it a server, which sessions from several processes reach by a URL?
    is_server: bool = True
    # Does a failed migration leave nothing behind (as Alembic sees it)?
    transactional_ddl: bool = False
    # Is there CREATE SCHEMA? (On MySQL it is another word for CREATE DATABASE.)
    has_schemas: bool = True
    # Can a foreign key refer to a table in another schema?
    has_cross_schema_foreign_keys: bool = True
    # Are there named enum types, apart from any table?
    has_enums: bool = False
    # Is there an ENUM that lives in its column?
    has_inline_enums: bool = False
    # Has a column a CHECK of its own, COMPRESSED, WITHOUT SYSTEM VERSIONING?
    has_column_clauses: bool = False
    # VECTOR as a type?
    has_vectors: bool = False
    has_sequences: bool = False
    # Do a session's temporary tables stand in a schema that can be looked into?
    has_temporary_schema: bool = False
    has_materialized_views: bool = False
    has_extensions: bool = False
    # Comments on tables and columns?
    has_comments: bool = True
    # Does a primary key keep the name that it was given?
    keeps_primary_key_name: bool = True
    # Can a column or a constraint be altered where it is, without Alembic's batch?
    alters_in_place: bool = True
    # Are two indexes of one name on two tables of one schema possible?
    index_names_are_per_table: bool = False
    # Is a unique constraint nothing but a unique index?
    unique_constraint_is_index: bool = False
    has_functional_indexes: bool = True
    has_partial_indexes: bool = False
    has_included_columns: bool = False
    has_nulls_not_distinct: bool = False
    # ON DELETE SET NULL (column)?
    sets_some_columns_on_delete: bool = False
    # NOT ENFORCED foreign keys, and keys WITHOUT OVERLAPS?
    has_unenforced_and_temporal_keys: bool = False
    # CREATE INDEX CONCURRENTLY, and the INVALID index that it may leave?
    has_concurrent_indexes: bool = False
    # NOT VALID constraints and VALIDATE CONSTRAINT?
    has_unvalidated_constraints: bool = False
    # NOT NULL as such a constraint?
    has_unvalidated_not_null: bool = False
    has_exclude_constraints: bool = False
    has_deferrable_constraints: bool = False
    has_identity_columns: bool = False
    has_virtual_columns: bool = True
    # BOOLEAN as a type of its own?
    has_native_boolean: bool = False
    # UUID as a type of its own (SQLAlchemy's sa.Uuid is a character column elsewhere)?
    has_native_uuid: bool = False
    # ALTER TABLE ... DROP COLUMN?
    drops_columns: bool = True


def capabilities(name: str, version: tuple[int, ...]) -> dict[str, bool]:
    """The answers that differ from the defaults above."""
    if name == "postgresql":
        return {
            "transactional_ddl": True,
            "has_temporary_schema": True,
            "has_enums": True,
            "has_sequences": True,
            "has_materialized_views": True,
            "has_extensions": True,
            "has_partial_indexes": True,
            "has_included_columns": True,
            "has_nulls_not_distinct": version >= (15,),
            "sets_some_columns_on_delete": version >= (15,),
            "has_unenforced_and_temporal_keys": version >= (18,),
            "has_concurrent_indexes": True,
            "has_unvalidated_constraints": True,
            "has_unvalidated_not_null": version >= (18,),
            "has_exclude_constraints": True,
            "has_deferrable_constraints": True,
            "has_identity_columns": True,
            "has_virtual_columns": version >= (18,),
            "has_native_boolean": True,
            "has_native_uuid": True,
        }
    if name == "sqlite":
        return {
            "is_server": False,
            "has_temporary_schema": True,
            "has_schemas": False,
            "has_cross_schema_foreign_keys": False,
            "has_comments": False,
            "alters_in_place": False,
            "has_partial_indexes": True,
            "has_deferrable_constraints": True,
            "drops_columns": version >= (3, 35),
        }
    shared = {
        "has_inline_enums": True,
        "keeps_primary_key_name": False,
        "index_names_are_per_table": True,
        "unique_constraint_is_index": True,
    }
    if name == "mariadb":
        return shared | {
            "has_column_clauses": True,
            "has_vectors": version >= (11, 7),
            "has_sequences": True,
            "has_functional_indexes": False,
            "has_native_uuid": version >= (10, 7),
        }
    return shared | {"has_vectors": version >= (9,)}


@dataclass(frozen=True, kw_only=True, repr=False)
class Database(Capabilities):
    """A database of this worker's own, on one of the servers."""

    id: str
    """As in the test ids: ``postgresql``, or ``postgresql-13`` where there are several."""
    name: str
    """``sqlite``, ``postgresql``, ``mariadb`` or ``mysql``."""
    version: tuple[int, ...]
    url: str
    """With a synchronous driver."""
    async_url: str
    """With an asynchronous driver; SQLite's does not attach the other database."""
    other_schema: str
    """A second, empty schema: for ``schema=``."""
    engine: Engine = field(compare=False)
    scratch: Scratch = field(compare=False)

    def __repr__(self) -> str:
        return f"<Database {self.id} {'.'.join(map(str, self.version))}>"

    def wipe(self) -> None:
        """Empty the database and the other schema, and end every session that uses them."""
        self.scratch.wipe()

    @contextlib.contextmanager
    def fresh(self) -> Iterator[Connection]:
        """A connection to the wiped database: for the examples within one property test."""
        self.wipe()
        with self.engine.connect() as connection:
            yield connection

    @classmethod
    def of(cls, id: str, name: str, version: tuple[int, ...], scratch: Scratch) -> Database:
        # No pool: a connection that a wipe has ended must not come back in a later test.
        engine = sa.create_engine(scratch.url, poolclass=NullPool)

        @sa.event.listens_for(engine, "connect")
        def _connected(dbapi_connection: Any, _record: Any) -> None:
            scratch.connected(dbapi_connection)

        return cls(
            id=id,
            name=name,
            version=version,
            url=scratch.url,
            async_url=scratch.async_url,
            other_schema=scratch.other_schema,
            engine=engine,
            scratch=scratch,
            **capabilities(name, version),
        )
