"""``batch_alter_table`` on every database: judged in order, only what remains is sent."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from alembic_helpers import DefinitionMismatch, op


def made(connection, migrate, schema=None) -> None:
    with migrate():
        op.create_table("parents", sa.Column("id", sa.Integer, primary_key=True), schema=schema)
        op.create_table(
            "books",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("title", sa.String(50), nullable=False),
            sa.Column("parent_id", sa.Integer),
            sa.Column("old", sa.String(20)),
            schema=schema,
        )
        books = sa.table(
            "books", sa.column("id"), sa.column("title"), sa.column("old"), schema=schema
        )
        op.bulk_insert(
            books,
            [{"id": 1, "title": "one", "old": "a"}, {"id": 2, "title": "two", "old": None}],
        )


def change(schema=None, op=op) -> None:
    with op.batch_alter_table("books", schema=schema) as batch_op:
        batch_op.add_column(sa.Column("pages", sa.Integer, server_default="7", nullable=False))
        batch_op.alter_column(
            "title", type_=sa.String(100), existing_type=sa.String(50), existing_nullable=False
        )
        batch_op.create_index("ix_books_title", ["title"])
        batch_op.create_unique_constraint("uq_books_title", ["title"])
        batch_op.create_foreign_key(
            "fk_books_parent", "parents", ["parent_id"], ["id"], referent_schema=schema
        )
        batch_op.create_check_constraint("ck_books_pages", sa.text("pages > 0"))


def undo(schema=None) -> None:
    with op.batch_alter_table("books", schema=schema) as batch_op:
        batch_op.drop_constraint("ck_books_pages", type_="check")
        batch_op.drop_constraint("fk_books_parent", type_="foreignkey")
        batch_op.drop_constraint("uq_books_title", type_="unique")
        batch_op.drop_index("ix_books_title")
        batch_op.drop_column("pages")
        batch_op.alter_column(
            "title", type_=sa.String(50), existing_type=sa.String(100), existing_nullable=False
        )


def titles(connection, schema=None) -> list[str]:
    books = sa.table("books", sa.column("id"), sa.column("title"), schema=schema)
    return list(connection.scalars(sa.select(books.c.title).order_by(books.c.id)))


@pytest.fixture
def books(connection, migrate, schema) -> None:
    made(connection, migrate, schema)


def test_a_batch_is_sent_once(connection, migrate, schema, books, statements, snapshot) -> None:
    with migrate():
        change(schema)
    after = snapshot(connection, schema)
    statements.clear()
    with migrate():
        change(schema)
    assert not statements.ddl
    assert snapshot(connection, schema) == after
    assert titles(connection, schema) == ["one", "two"]


def test_a_batch_is_undone_once(connection, migrate, schema, books, statements, snapshot) -> None:
    with migrate():
        change(schema)
    with migrate():
        undo(schema)
    undone = snapshot(connection, schema)
    assert "pages" not in str(undone["tables"]["books"]["columns"])
    statements.clear()
    with migrate():
        undo(schema)
    assert not statements.ddl
    assert snapshot(connection, schema) == undone
    assert titles(connection, schema) == ["one", "two"]


def test_a_batch_makes_what_plain_alembic_makes(database, connection, migrate, snapshot) -> None:
    made(connection, migrate)
    with migrate():
        change()
    ours = snapshot(connection)
    with database.fresh() as other:
        made(other, lambda: migrate(connection=other))
        with migrate(connection=other) as context:
            plain = alembic_op(context)
            change(op=plain)
        theirs = snapshot(other)
    assert without_text(ours) == without_text(theirs)


def alembic_op(context):
    from alembic.operations import Operations

    return Operations(context)


def without_text(value):
    """SQLite's kept text aside: two ways to write one table."""
    return {name: part for name, part in value.items() if name != "catalog"}


@pytest.mark.parametrize("present", ["pages", "title", "index", "unique", "foreign key", "check"])
def test_only_what_is_missing_is_sent(connection, migrate, present, snapshot) -> None:
    made(connection, migrate)
    with migrate():
        change()
    whole = snapshot(connection)
    with migrate():
        undo()
    with migrate(), op.batch_alter_table("books") as batch_op:
        if present in ("pages", "check"):
            batch_op.add_column(sa.Column("pages", sa.Integer, server_default="7", nullable=False))
        if present == "check":
            batch_op.create_check_constraint("ck_books_pages", sa.text("pages > 0"))
        if present == "title":
            batch_op.alter_column(
                "title", type_=sa.String(100), existing_type=sa.String(50), existing_nullable=False
            )
        if present == "index":
            batch_op.create_index("ix_books_title", ["title"])
        if present == "unique":
            batch_op.create_unique_constraint("uq_books_title", ["title"])
        if present == "foreign key":
            batch_op.create_foreign_key("fk_books_parent", "parents", ["parent_id"], ["id"])
    with migrate():
        change()
    assert without_text(snapshot(connection))["tables"].keys() == whole["tables"].keys()
    assert titles(connection) == ["one", "two"]
    ours, theirs = (s["tables"]["books"] for s in (snapshot(connection), whole))
    for part in ("foreign keys", "unique", "checks", "indexes"):
        assert ours[part] == theirs[part]


def test_if_not_exists_beside_a_recreate_keeps_the_values(connection, migrate) -> None:
    """Alembic's own flag empties the column here: a table recreated with a column "added"."""
    made(connection, migrate)
    for _ in range(2):
        with migrate(), op.batch_alter_table("books") as batch_op:
            batch_op.add_column(sa.Column("old", sa.String(20)), if_not_exists=True)
            batch_op.alter_column("title", nullable=True, existing_type=sa.String(50))
    books = sa.table("books", sa.column("old"), sa.column("id"))
    assert list(connection.scalars(sa.select(books.c.old).order_by(books.c.id))) == ["a", None]


def test_a_batch_is_judged_against_what_its_earlier_operations_leave(
    connection, migrate, statements
) -> None:
    made(connection, migrate)

    def batch() -> None:
        with op.batch_alter_table("books") as batch_op:
            batch_op.alter_column("old", new_column_name="new", existing_type=sa.String(20))
            batch_op.create_index("ix_books_new", ["new"])
            batch_op.create_unique_constraint("uq_books_new", ["new", "id"])

    with migrate():
        batch()
    statements.clear()
    with migrate():
        batch()
    assert not statements.ddl
    with migrate():
        assert op.index_exists("ix_books_new", "books", columns=["new"])
        assert op.unique_constraint_exists("uq_books_new", "books", columns=["new", "id"])
        assert not op.column_exists("books", "old")


def test_after_a_rename_the_old_name_may_go_on_being_used(connection, migrate, statements) -> None:
    """Alembic's batch keeps the key of a renamed column."""
    made(connection, migrate)

    def batch() -> None:
        with op.batch_alter_table("books") as batch_op:
            batch_op.alter_column("old", new_column_name="new", existing_type=sa.String(20))
            batch_op.alter_column(
                "old", type_=sa.String(40), existing_type=sa.String(20), existing_nullable=True
            )

    with migrate():
        batch()
    statements.clear()
    with migrate():
        batch()
    assert not statements.ddl
    new = sa.table("books", sa.column("new"), sa.column("id"))
    assert list(connection.scalars(sa.select(new.c.new).order_by(new.c.id))) == ["a", None]


def test_a_difference_raises_before_anything_of_the_batch_is_sent(
    connection, migrate, statements
) -> None:
    made(connection, migrate)
    statements.clear()
    with pytest.raises(DefinitionMismatch) as caught, migrate():
        with op.batch_alter_table("books") as batch_op:
            batch_op.add_column(sa.Column("pages", sa.Integer))
            batch_op.add_column(sa.Column("title", sa.Integer))
    assert caught.value.name == "books.title"
    assert not statements.ddl


def test_nothing_left_means_no_new_table_even_with_recreate_always(
    connection, migrate, statements
) -> None:
    made(connection, migrate)
    statements.clear()
    with migrate(), op.batch_alter_table("books", recreate="always") as batch_op:
        batch_op.add_column(sa.Column("old", sa.String(20)))
        batch_op.drop_column("never")
    assert not statements.ddl


def test_every_operation_of_a_batch_has_a_line_in_the_log(connection, migrate, caplog) -> None:
    made(connection, migrate)
    caplog.set_level("INFO", "alembic.helpers")
    caplog.clear()
    with migrate(), op.batch_alter_table("books") as batch_op:
        batch_op.add_column(sa.Column("old", sa.String(20)))
        batch_op.add_column(sa.Column("pages", sa.Integer))
    assert caplog.messages == [
        "skipped   add_column books.old: already there",
        "applied   add_column books.pages",
    ]


def test_execute_within_a_batch_is_sent_at_once(connection, migrate) -> None:
    made(connection, migrate)
    with migrate(), op.batch_alter_table("books") as batch_op:
        batch_op.execute("UPDATE books SET old = 'z'")
        assert titles(connection) == ["one", "two"]
        books = sa.table("books", sa.column("old"))
        assert set(connection.scalars(sa.select(books.c.old))) == {"z"}


def columns_of(connection) -> dict[str, str]:
    found = sa.inspect(connection).get_columns("books")
    connection.rollback()
    return {column["name"]: str(column["type"]) for column in found}


def test_a_name_that_a_rename_has_freed_is_free(connection, migrate) -> None:
    made(connection, migrate)
    with migrate(), op.batch_alter_table("books") as batch_op:
        batch_op.alter_column("old", new_column_name="older", existing_type=sa.String(20))
        batch_op.add_column(sa.Column("old", sa.Integer))
        batch_op.alter_column(
            "title",
            new_column_name="name",
            existing_type=sa.String(50),
            existing_nullable=False,
        )
        batch_op.alter_column("parent_id", new_column_name="title", existing_type=sa.Integer())
    assert {name: type_.split("(")[0] for name, type_ in columns_of(connection).items()} == {
        "id": "INTEGER",
        "name": "VARCHAR",
        "title": "INTEGER",
        "older": "VARCHAR",
        "old": "INTEGER",
    }
    books = sa.table("books", sa.column("older"), sa.column("name"), sa.column("id"))
    rows = connection.execute(sa.select(books.c.older, books.c.name).order_by(books.c.id)).all()
    assert rows == [("a", "one"), (None, "two")]


@pytest.mark.parametrize("unique", [False, True])
def test_an_index_is_made_anew(connection, migrate, unique) -> None:
    made(connection, migrate)
    with migrate():
        op.create_index("ix", "books", ["title"])
        with op.batch_alter_table("books") as batch_op:
            batch_op.drop_index("ix")
            batch_op.create_index("ix", ["parent_id"], unique=unique)
    with migrate():
        assert op.index_exists("ix", "books", columns=["parent_id"])
        assert op.column_exists("books", "title")


def test_a_name_of_a_constraint_is_free_for_an_index(connection, migrate) -> None:
    made(connection, migrate)
    with migrate():
        with op.batch_alter_table("books") as batch_op:
            batch_op.create_unique_constraint("uq", ["title"])
        with op.batch_alter_table("books") as batch_op:
            batch_op.drop_constraint("uq", type_="unique")
            batch_op.create_index("uq", ["parent_id"])
    with migrate():
        assert op.index_exists("uq", "books", columns=["parent_id"])


def test_a_name_goes_there_and_back_and_away(connection, migrate) -> None:
    made(connection, migrate)
    with migrate(), op.batch_alter_table("books") as batch_op:
        for old, new in (("old", "new"), ("new", "old"), ("old", "last")):
            batch_op.alter_column(old, new_column_name=new, existing_type=sa.String(20))
        batch_op.drop_column("last")
        batch_op.drop_column("new")
    assert set(columns_of(connection)) == {"id", "title", "parent_id"}
