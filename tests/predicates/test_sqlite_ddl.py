"""What is read out of SQLite's CREATE TABLE text is what SQLite itself made of it."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alembic_helpers.databases.objects import ConstraintType
from alembic_helpers.databases.sqlite.ddl import Declared, body, collations, declared, tokens


def kinds(sql):
    return [(found.type.value, found.name, found.columns) for found in declared(sql)]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("CREATE TABLE t (a)", []),
        ("CREATE TABLE t (a UNIQUE)", [("unique", None, ("a",))]),
        ("CREATE TABLE t (a CONSTRAINT x UNIQUE)", [("unique", "x", ("a",))]),
        ("CREATE TABLE t (a, CONSTRAINT x UNIQUE (a))", [("unique", "x", ("a",))]),
        ("CREATE TABLE t (a int CONSTRAINT n NOT NULL UNIQUE)", [("unique", None, ("a",))]),
        ("CREATE TABLE t (a DEFAULT (1) UNIQUE)", [("unique", None, ("a",))]),
        ("CREATE TABLE t (a DEFAULT 'UNIQUE')", []),
        ('CREATE TABLE t ("UNIQUE" int, "CHECK" int)', []),
        ("CREATE TABLE t ([a ) b] int, `c, d` int)", []),
        ("CREATE TABLE t (a -- UNIQUE (\n, b /* , */ UNIQUE)", [("unique", None, ("b",))]),
        ("CREATE TABLE t (a UNIQUE /* never closed", [("unique", None, ("a",))]),
        ("CREATE TABLE 't (' ('a)' UNIQUE)", [("unique", None, ("a)",))]),
        (
            "CREATE TABLE t (a, b, UNIQUE (a) CONSTRAINT x CHECK (b) UNIQUE (a, b))",
            [("unique", None, ("a",)), ("check", "x", ()), ("unique", None, ("a", "b"))],
        ),
        (
            "CREATE TABLE t (a, b, FOREIGN KEY (a) REFERENCES u FOREIGN KEY (b) REFERENCES v (c))",
            [("foreignkey", None, ("a",)), ("foreignkey", None, ("b",))],
        ),
        (
            'CREATE TABLE t (a, UNIQUE ("a" COLLATE nocase DESC, \'b\'))',
            [("unique", None, ("a", "b"))],
        ),
        (
            "CREATE TABLE t (a AS (b UNIQUE) STORED CONSTRAINT x CHECK (a > (1)))",
            [("check", "x", ("a",))],
        ),
        ("CREATE VIRTUAL TABLE t USING fts5 (a, b REFERENCES, c UNIQUE)", []),
        # SQLite upper-cases ASCII alone, and takes every other character for a letter.
        ("CREATE TABLE t (a unıque, b UNIQUE)", [("unique", None, ("b",))]),
        ("CREATE TABLE t (a\u00a0b UNIQUE, 😀 UNIQUE)", [
            ("unique", None, ("a\u00a0b",)), ("unique", None, ("😀",)),
        ]),
        ("CREATE TABLE t (a int\u3000UNIQUE, b\x0cUNIQUE)", [("unique", None, ("b",))]),
    ],
)  # fmt: skip
def test_the_constraints_of_a_text(sql, expected):
    assert kinds(sql) == expected


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("", (None, None)),
        ("DEFERRABLE", (True, None)),
        ("NOT DEFERRABLE", (False, None)),
        ("DEFERRABLE INITIALLY DEFERRED", (True, "DEFERRED")),
        ("ON DELETE SET NULL NOT DEFERRABLE INITIALLY IMMEDIATE", (False, "IMMEDIATE")),
    ],
)
def test_the_timing_of_a_foreign_key(clause, expected):
    for sql in (
        f"CREATE TABLE t (a REFERENCES u (x) {clause})",
        f"CREATE TABLE t (a, FOREIGN KEY (a) REFERENCES u (x) {clause}, UNIQUE (a))",
        f"CREATE TABLE t (a, FOREIGN KEY (a) REFERENCES u (x) {clause} UNIQUE (a))",
    ):
        found = next(d for d in declared(sql) if d.type is ConstraintType.FOREIGN_KEY)
        assert (found.deferrable, found.initially) == expected


def test_the_text_of_a_check_is_kept():
    sql = "CREATE TABLE t (a, CONSTRAINT x CHECK (a IN ('it''s', \")\") AND (a)))"
    assert list(declared(sql)) == [
        Declared(ConstraintType.CHECK, "x", (), "a IN ('it''s', \")\") AND (a)")
    ]


def test_a_collation_is_that_of_the_column_alone():
    sql = (
        "CREATE TABLE t (a TEXT COLLATE nocase, b TEXT CHECK (b COLLATE rtrim > ''), "
        "c TEXT DEFAULT ('x' COLLATE rtrim) COLLATE \"binary\", UNIQUE (a COLLATE rtrim))"
    )
    assert collations(sql) == {"a": "nocase", "c": "binary"}


def test_tokens_put_together_are_the_text_without_its_spaces():
    sql = "CREATE TABLE \"a b\" ([c]\tint, 'd' /* e */ text DEFAULT 'f''g' -- h\n, i)"
    texts = [token.text for token in tokens(sql)]
    assert "".join(texts) == "CREATETABLE\"a b\"([c]int,'d'textDEFAULT'f''g',i)"
    assert [item[0].name for item in body(sql)] == ["c", "d", "i"]


# -- against SQLite's own reading ------------------------------------------------------------------

PIECES = [*"aB_1 \t\n.,;:()[]'\"`%$-/*\\éıſß\u00a0\u3000😀", "UNIQUE", "CHECK ("]
HOSTILE = st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join)
QUOTES = st.sampled_from(['"', "`", "["])


def quoted(name, quote):
    if quote == "[" and "]" not in name:
        return f"[{name}]"
    quote = '"' if quote == "[" else quote
    return quote + name.replace(quote, quote * 2) + quote


def folded(name):
    return "".join(c.lower() if c.isascii() else c for c in name)


@st.composite
def tables(draw):
    """A CREATE TABLE, and the constraints that it declares, in order."""
    names = draw(st.lists(HOSTILE, min_size=1, max_size=4, unique_by=folded))
    quote = draw(QUOTES)
    word = lambda name: quoted(name, quote)  # noqa: E731
    label = st.none() | HOSTILE
    columns, inline, outer, expected = [], [], [], []

    def named(name):
        return "" if name is None else f"CONSTRAINT {word(name)} "

    for name in names:
        text = f"{word(name)} {draw(st.sampled_from(['', 'int', 'VARCHAR (20)', '[my type]']))}"
        text += draw(st.sampled_from(["", " DEFAULT 'UNIQUE'", " DEFAULT (1 + (2))", " NOT NULL"]))
        for kind in draw(st.lists(st.sampled_from(["unique", "check", "foreignkey"]), max_size=3)):
            called = draw(label)
            clause = {
                "unique": "UNIQUE",
                "check": f"CHECK ({word(name)} <> ')')",
                "foreignkey": f"REFERENCES {word(draw(HOSTILE))} ({word(draw(HOSTILE))})",
            }[kind]
            comment = draw(st.sampled_from(["", " /* , */", " -- )\n"]))
            text += f" {named(called)}{clause}{comment}"
            inline.append((kind, called, (name,)))
        columns.append(text)
    for kind in draw(st.lists(st.sampled_from(["unique", "check", "foreignkey"]), max_size=3)):
        called = draw(label)
        some = draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
        listed = ", ".join(map(word, some))
        clause = {
            "unique": f"UNIQUE ({listed})",
            "check": f"CHECK (({word(some[0])}) IS NOT '(')",
            "foreignkey": f"FOREIGN KEY ({listed}) REFERENCES {word(draw(HOSTILE))} "
            f"({listed}) ON DELETE CASCADE",
        }[kind]
        outer.append(named(called) + clause)
        expected.append((kind, called, () if kind == "check" else tuple(some)))
    comma = draw(st.sampled_from([", ", " "])) if outer else ""
    text = ", ".join(columns) + (", " + comma.join(outer) if outer else "")
    return word(draw(HOSTILE)), f"({text})", inline + expected


@given(tables())
@settings(max_examples=150, deadline=None)
def test_generated_tables_are_read_as_sqlite_reads_them(table):
    name, text, expected = table
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute(f"CREATE TABLE {name} {text}")
        ((stored, kept),) = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE sql <> ''"
        )
        found = list(declared(kept))
        assert [(d.type.value, d.name, d.columns) for d in found] == expected
        columns = [row[0] for row in connection.execute(
            "SELECT name FROM pragma_table_info(?)", (stored,)
        )]  # fmt: skip
        assert [item[0].name for item in body(kept)][: len(columns)] == columns
        keys: dict[int, list[str]] = {}
        for number, column in connection.execute(
            'SELECT id, "from" FROM pragma_foreign_key_list(?) ORDER BY id DESC, seq', (stored,)
        ):
            keys.setdefault(number, []).append(column)
        foreign = [list(d.columns) for d in found if d.type is ConstraintType.FOREIGN_KEY]
        assert foreign == list(keys.values())
        uniques = {
            tuple(row[0] for row in connection.execute(
                "SELECT name FROM pragma_index_info(?) ORDER BY seqno", (index,)
            ))
            for (index,) in connection.execute(
                "SELECT name FROM pragma_index_list(?) WHERE origin = 'u'", (stored,)
            )
        }  # fmt: skip
        assert uniques == {d.columns for d in found if d.type is ConstraintType.UNIQUE}
    finally:
        connection.close()
