"""MySQL and MariaDB."""

from .database import MySQL
from .mariadb import MariaDB

__all__ = ["MariaDB", "MySQL"]
