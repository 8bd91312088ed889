"""Alembic's own env.py, with the models and with one table that they leave out."""

from logging.config import fileConfig

from alembic import context
from models import metadata
from sqlalchemy import engine_from_config, pool

# Written by triggers and read by auditors: the application has no model of it, on purpose.
NOT_IN_THE_MODELS = {"audit_log"}


def include_name(name, type_, parent_names):
    """Keep autogenerate from looking at these tables, which it would otherwise want to drop."""
    return not (type_ == "table" and name in NOT_IN_THE_MODELS)


fileConfig(context.config.config_file_name)
options = {"target_metadata": metadata, "include_name": include_name}

if context.is_offline_mode():
    url = context.config.get_main_option("sqlalchemy.url")
    context.configure(url=url, literal_binds=True, **options)
    with context.begin_transaction():
        context.run_migrations()
else:
    section = context.config.get_section(context.config.config_ini_section)
    engine = engine_from_config(section, prefix="sqlalchemy.", poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(connection=connection, **options)
        with context.begin_transaction():
            context.run_migrations()
