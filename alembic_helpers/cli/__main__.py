"""``python -m alembic_helpers.cli``."""

from . import main

main()
