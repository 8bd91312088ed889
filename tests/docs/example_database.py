"""The database on which the examples of the documentation run: packages, releases, users."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

metadata = sa.MetaData()

users = sa.Table(
    "users",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("login", sa.String(50), nullable=False),
    sa.Column("name", sa.String(80)),
    sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true()),
)
packages = sa.Table(
    "packages",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("license", sa.String(20)),
    sa.UniqueConstraint("name", name="uq_packages_name"),
)
releases = sa.Table(
    "releases",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("package_id", sa.Integer, nullable=False),
    sa.Column("version", sa.String(30), nullable=False),
    sa.Column("size", sa.Integer),
    sa.Index("ix_releases_version", "version"),
)
roles = sa.Table(
    "roles",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(20), nullable=False),
)


_LATER = """
ALTER TABLE users ADD COLUMN email TEXT
ALTER TABLE users ADD COLUMN age INTEGER
CREATE INDEX ix_users_email ON users (email)
CREATE TABLE legacy_users AS SELECT * FROM users WHERE id > 2
CREATE VIEW active_users AS SELECT id, name FROM users WHERE active
"""


def prepare_later(connection: Connection) -> None:
    """The same some revisions later, when what the examples look for is there."""
    prepare(connection)
    for statement in _LATER.strip().splitlines():
        connection.exec_driver_sql(statement)
    connection.commit()


def prepare(connection: Connection) -> None:
    """Make the tables, with a few rows."""
    metadata.create_all(connection)
    connection.execute(users.insert(), [{"id": 1, "login": "ada"}, {"id": 2, "login": "grace"}])
    connection.execute(packages.insert(), [{"id": 1, "name": "engine"}])
    connection.execute(releases.insert(), [{"id": 1, "package_id": 1, "version": "1.0"}])
    connection.commit()
