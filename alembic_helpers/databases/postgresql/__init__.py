"""PostgreSQL."""

from .database import PostgreSQL

__all__ = ["PostgreSQL"]
