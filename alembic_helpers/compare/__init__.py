"""Equal or not: what is asked for against what is there."""

from .comparison import Comparison
from .references import reference_differences, reference_of
from .twin import Asked

__all__ = ["Asked", "Comparison", "reference_differences", "reference_of"]
