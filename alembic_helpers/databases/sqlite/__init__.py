"""SQLite."""

from .database import SQLite

__all__ = ["SQLite"]
