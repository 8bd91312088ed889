"""Alembic migrations that can be run again: predicates, verified operations, a drop-in ``op``."""

__version__ = "0.1.0"
