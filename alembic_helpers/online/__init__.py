"""What is done while others write. Importing the package registers its judges and procedures."""

from . import backfill, backfill_written, constraints, indexes, not_null, written

__all__ = ["backfill", "backfill_written", "constraints", "indexes", "not_null", "written"]
