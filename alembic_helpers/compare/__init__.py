"""Equal or not: what is asked for against what is there."""

from .comparison import Comparison
from .plainly import is_bare, plain_constraint, plain_index
from .references import reference_differences, reference_of
from .twin import Asked

__all__ = [
    "Asked",
    "Comparison",
    "is_bare",
    "plain_constraint",
    "plain_index",
    "reference_differences",
    "reference_of",
]
