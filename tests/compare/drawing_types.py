"""Families of column types: those of one share their server defaults and expressions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import sqlalchemy as sa
from servers.database import Database

STRINGS = ("", "a", "it's", "100%", ":b", "back\\slash", "%(c)s", '"q"', "\u00df\u6f22", "x, (y);",
           "line\nbreak", "NULL", "--", "-1")  # fmt: skip
COMMENTS = ("a", 'it\'s 100%: \\ "q"', "\u00df\u6f22\nb")


def default(code: str) -> str:
    return f"server_default={code}"


def computed(code: str, persisted: bool) -> str:
    return f"sa.Computed({code}, persisted={persisted})"


@dataclass(frozen=True)
class Family:
    name: str
    types: tuple[str, ...]
    defaults: tuple[str, ...] = ()
    expressions: tuple[str, ...] = ()
    """What a computed column may be."""
    is_counted: bool = False
    """May it be an identity?"""
    is_cast: bool = True
    """Can a column be altered from one of the types to another?"""

    def __repr__(self) -> str:
        return self.name


_IDENTITIES = (
    "sa.Identity()",
    "sa.Identity(start=1, increment=1)",
    "sa.Identity(always=True)",
    "sa.Identity(start=5)",
    "sa.Identity(increment=2)",
    "sa.Identity(increment=-1, start=-1)",
    "sa.Identity(minvalue=-3)",
    "sa.Identity(maxvalue=3000)",
    "sa.Identity(cycle=True)",
    "sa.Identity(cache=7)",
)

INTEGERS = Family(
    "integers",
    ("sa.Integer()", "sa.SmallInteger()", "sa.BigInteger()"),
    ("'7'", "sa.text('7')", "'0'", "sa.text('-1')", "sa.text('(1 + 2)')"),
    ("<a> + 1", "<a> + <b>", "<a> * 2"),
    is_counted=True,
)
DECIMALS = Family(
    "decimals",
    ("sa.Numeric(6, 2)", "sa.Numeric(10, 2)", "sa.Numeric(10, 4)", "sa.Numeric(10)",
     "sa.Numeric()"),
    ("'1.50'", "sa.text('1.5')", "sa.text('0')", "sa.text('-2.25')"),
    ("<a> * 1.5", "<a> + 0.25"),
)  # fmt: skip
FLOATS = Family(
    "floats",
    ("sa.Double()", "sa.REAL()", "sa.Float()"),
    ("sa.text('0.5')", "sa.text('-1e10')", "sa.text('0')"),
)
STRING_TYPES = Family(
    "strings",
    ("sa.String(20)", "sa.String(50)", "sa.CHAR(20)", "sa.Unicode(30)"),
    tuple(repr(string) for string in STRINGS),
    ("sa.func.lower(<s>)", "sa.func.upper(<s>)"),
)
BOOLEANS = Family(
    "booleans",
    ("sa.Boolean()",),
    ("sa.true()", "sa.false()", "sa.text('true')"),
    ("<a> > 1", "<a> > 2"),
)
FLAGS = Family("booleans or numbers", ("sa.Boolean()", "sa.SmallInteger()"), is_cast=False)
MOMENTS = Family(
    "moments",
    ("sa.DateTime()", "sa.TIMESTAMP()"),
    ("sa.func.now()", "sa.text('CURRENT_TIMESTAMP')", "'2024-02-29 00:00:00'"),
)
TIMES = Family("dates and times", ("sa.DateTime()", "sa.Date()", "sa.Time()"), is_cast=False)
BYTES = Family("bytes", ("sa.LargeBinary()",))
JSON = Family("JSON", ("sa.JSON()",))
UUIDS = Family("UUIDs", ("sa.Uuid()", "sa.String(50)"), is_cast=False)
LABELS = Family(
    "labels in strings",
    ("sa.Enum('a', 'b', native_enum=False)", "sa.Enum('a', 'bcdef', native_enum=False)"),
    ("'a'",),
)
_COMMON = (INTEGERS, DECIMALS, FLOATS, STRING_TYPES, BOOLEANS, FLAGS, MOMENTS, TIMES, BYTES, JSON,
           UUIDS, LABELS)  # fmt: skip


def _more(family: Family, *types: str, defaults: tuple[str, ...] = ()) -> Family:
    types, defaults = (*family.types, *types), (*family.defaults, *defaults)
    return replace(family, types=types, defaults=defaults)


_SQLITE = {
    "strings": _more(
        STRING_TYPES,
        "sa.Text()",
        "sa.String(20, collation='NOCASE')",
        "sa.String(20, collation='RTRIM')",
        defaults=("sa.text(\"('a' || 'b')\")",),
    ),
}
_POSTGRESQL = {
    "floats": _more(FLOATS, "sa.Float(24)", "sa.Float(53)"),
    "strings": _more(
        STRING_TYPES,
        "sa.Text()",
        "sa.String()",
        "sa.String(20, collation='C')",
        "sa.Text(collation='C')",
        "sa.String(20, collation='POSIX')",
        defaults=("sa.text(\"('a' || 'b')\")", "sa.text('CURRENT_USER')"),
    ),
    "moments": _more(
        MOMENTS,
        "sa.DateTime(timezone=True)",
        "pg.TIMESTAMP(precision=3)",
        "pg.TIMESTAMP(precision=0, timezone=True)",
        defaults=("sa.text('now()')", "sa.text('clock_timestamp()')"),
    ),
    "dates and times": _more(TIMES, "sa.Time(timezone=True)", "pg.TIME(precision=2)"),
    "JSON": _more(JSON, "pg.JSONB()"),
    "UUIDs": replace(UUIDS, types=("sa.Uuid()",), defaults=("sa.text('gen_random_uuid()')",)),
    "intervals": Family(
        "intervals",
        ("pg.INTERVAL()", "pg.INTERVAL(precision=3)", "pg.INTERVAL(fields='YEAR TO MONTH')",
         "pg.INTERVAL(fields='DAY TO SECOND', precision=2)"),
        ("sa.text(\"'1 day'\")", "sa.text(\"'-1 month'::interval\")"),
    ),
    "arrays": Family(
        "arrays",
        ("pg.ARRAY(sa.Integer())", "pg.ARRAY(sa.Integer(), dimensions=2)",
         "pg.ARRAY(sa.BigInteger())", "pg.ARRAY(sa.Numeric(6, 2))"),
        ("'{}'", "sa.text(\"'{1,2}'\")", "sa.text('ARRAY[1, 2]')"),
    ),
    "networks": Family("networks", ("pg.INET()", "pg.CIDR()"), ("'10.0.0.0/8'", "'::1'")),
    "bits": Family(
        "bits",
        ("pg.BIT(8)", "pg.BIT(9)", "pg.BIT(8, varying=True)", "pg.BIT(varying=True)"),
        is_cast=False,
    ),
    "further": Family(
        "further",
        ("pg.MONEY()", "pg.MACADDR()", "pg.TSVECTOR()", "pg.INT4RANGE()", "pg.INT8RANGE()",
         "pg.OID()", "pg.REGCLASS()", "pg.CIDR()", "pg.JSONPATH()"),
        is_cast=False,
    ),
    "labels": Family(
        "labels",
        ("sa.Enum('a', 'b', name='kind')", "sa.Enum('b', 'a', name='kind')",
         "sa.Enum('a', 'c', name='kind')", "sa.Enum('a', 'b', name='other kind')"),
        ("'a'",),
        is_cast=False,
    ),
}  # fmt: skip
_MYSQL = {
    "integers": _more(
        INTEGERS, "my.MEDIUMINT()"
    ),
    "floats": _more(FLOATS, "sa.Float(24)", "sa.Float(53)"),
    "strings": _more(
        STRING_TYPES,
        "sa.String(20, collation='utf8mb4_bin')",
    ),
    "character sets": Family(
        "character sets",
        ("sa.String(20)", "sa.String(20, collation='latin1_swedish_ci')",
         "my.VARCHAR(20, charset='latin1')", "my.VARCHAR(20, charset='ascii')"),
        ("'a'",),
    ),
    "booleans or numbers": _more(FLAGS, "my.TINYINT()", "my.TINYINT(unsigned=True)"),
    "moments": _more(
        MOMENTS,
        defaults=("sa.text('CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP')",),
    ),
    "fractions of seconds": Family(
        "fractions of seconds",
        ("my.DATETIME(fsp=3)", "my.TIMESTAMP(fsp=3)"),
        ("sa.text('CURRENT_TIMESTAMP(3)')",
         "sa.text('CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)')"),
    ),
    "dates and times": _more(
        TIMES, "my.DATETIME(fsp=6)", "my.TIME(fsp=2)", "my.YEAR()"
    ),
    "texts": Family(
        "texts",
        ("sa.Text()", "sa.Text(200)", "my.TINYTEXT()", "my.MEDIUMTEXT()", "my.LONGTEXT()",
         "sa.Text(collation='utf8mb4_bin')"),
        ("sa.text(\"('a')\")",),
    ),
    "bytes": Family(
        "bytes",
        ("sa.LargeBinary()", "sa.LargeBinary(300000)", "my.LONGBLOB()", "my.BINARY(16)",
         "my.VARBINARY(16)", "my.VARBINARY(20)"),
    ),
    "bits": Family("bits", ("my.BIT(8)", "my.BIT(9)"), ("sa.text(\"b'101'\")",)),
    "labels": Family(
        "labels",
        ("sa.Enum('a', 'b')", "sa.Enum('b', 'a')", "sa.Enum('a', 'c')", "my.SET('a', 'b')",
         "my.SET('a', 'c')"),
        ("'a'",),
        is_cast=False,
    ),
    "unsigned": Family(
        "unsigned",
        ("my.INTEGER(unsigned=True)", "my.BIGINT(unsigned=True)", "sa.Integer()"),
        ("'7'", "'0'"),
        ("<a> + 1", "<a> * 2"),
    ),
    "zeros": Family(
        "zeros", ("my.INTEGER(unsigned=True)", "my.INTEGER(6, unsigned=True, zerofill=True)")
    ),
}  # fmt: skip
_OWN = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL, "mariadb": _MYSQL, "mysql": _MYSQL}


def families(database: Database) -> list[Family]:
    found = {family.name: family for family in _COMMON} | _OWN[database.name]
    return list(found.values())


def fillings(family: Family, database: Database) -> Iterator[str | None]:
    """What a column holds when nothing is inserted: nothing, a default, an expression, a count."""
    yield None
    yield from map(default, family.defaults)
    for expression in family.expressions:
        yield computed(expression, True)
        # SQLAlchemy 2.0 does not say VIRTUAL to PostgreSQL.
        if database.has_virtual_columns and not (
            database.name == "postgresql" and sa.__version__.startswith("2.0")
        ):
            yield computed(expression, False)
    if family.is_counted and database.has_identity_columns:
        yield from _IDENTITIES
