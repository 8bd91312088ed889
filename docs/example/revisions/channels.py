"""What the third revision does, the one that is killed. Its header comes from the template."""

import sqlalchemy as sa

from alembic_helpers import op


def upgrade() -> None:
    """Upgrade schema."""
    channels = op.create_table(
        "channels",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(30), nullable=False),
    )
    op.add_column("users", sa.Column("email", sa.String(200)))
    op.create_table(
        "files",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("release_id", sa.Integer, sa.ForeignKey("releases.id"), nullable=False),
        sa.Column("name", sa.String(200), nullable=False, index=True),
    )
    op.bulk_insert(channels, [{"id": 1, "name": "stable"}, {"id": 2, "name": "beta"}])
    with op.batch_alter_table("releases") as batch_op:
        batch_op.add_column(sa.Column("channel_id", sa.Integer, nullable=False, server_default="1"))
        batch_op.create_foreign_key(None, "channels", ["channel_id"], ["id"])
    op.create_index(None, "releases", ["channel_id"])
    op.execute("UPDATE releases SET channel_id = 2 WHERE version LIKE '%b%'")


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_index("ix_releases_channel_id", "releases")
    with op.batch_alter_table("releases") as batch_op:
        batch_op.drop_constraint("fk_releases_channel_id", type_="foreignkey")
        batch_op.drop_column("channel_id")
    op.drop_table("files")
    op.drop_column("users", "email")
    op.drop_table("channels")
