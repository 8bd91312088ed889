"""What is done while others write. Importing the package registers its judges and procedures."""

from . import constraints, indexes, not_null

__all__ = ["constraints", "indexes", "not_null"]
