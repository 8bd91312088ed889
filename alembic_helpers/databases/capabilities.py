"""What a database can do and how it behaves, in words: judges ask these, never for a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from .definition import Aspect


class Capabilities:
    """As of a database that nothing else is known of."""

    title = "this database"
    compares: ClassVar[Mapping[str, Sequence[Aspect]]] = {}
    """What is compared, for each kind of object: the definitions that are read have these."""

    unique_is_index = False
    """Is a unique constraint the same thing as a unique index (one drops the other)?"""
    merges_unique_constraints = False
    """Does CREATE TABLE make one of a primary key or unique constraint and its equal?"""
    names_primary_keys = True
    """Can a primary key have a name of its own?"""
    primary_key_names: tuple[str, ...] = ()
    """What every primary key is called, where it has no name of its own."""
    spreading_options: tuple[str, ...] = ()
    """Options of a table that join it to another one, so that what changes one changes both."""
    errors_end_transactions = False
    """Is nothing more possible in a transaction after a statement has been refused?"""
    read_at_once = 0
    """So many tables are read in little more time than one of them."""
    indexes_belong_to_tables = False
    """May two tables of a schema have indexes of one name?"""
    restates_columns = False
    """Does altering one thing of a column say all of it again, so that what is not said is lost?"""
    foreign_keys_need_indexes = False
    """Does a foreign key need an index on both of its ends (MySQL)?"""
    keys_count = False
    """Does an integer primary key count by itself, and say so in its definition?"""
    equivalents: ClassVar[Mapping[str, str]] = {}
    """Texts that stand for one thing, and the one that stands for them."""
    twin_prefixes: tuple[str, ...] = ("TEMPORARY",)
    temporary_schema: str | None = None
    """The schema that holds the session's temporary tables, where it is one."""

    @property
    def sequences_have_types(self) -> bool:
        """Does a sequence take the name of a type?"""
        return False

    has_enums = False
    """Are there named enum types?"""
    columns_hold_enums = False
    """Do the values of an enum belong to one column, without a type of their own (MySQL)?"""
    records_check_columns = False
    """Is it known which columns a check constraint reads?"""
    has_extensions = False
    has_schemas = False
    """Can a schema be created?"""
    has_materialized_views = False
    replaces_views = True
    """Is there CREATE OR REPLACE VIEW?"""
