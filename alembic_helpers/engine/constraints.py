"""Judges of the constraints: unique, foreign key, check, primary key, exclude, and of the drop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from alembic.operations import ops
from sqlalchemy.sql.elements import ClauseElement

from .. import upstream
from ..databases.objects import Constraint, ConstraintType, Table, only_one
from ..errors import AmbiguousMatch, Difference, UsageError
from .common import (
    as_kept,
    changed,
    existing_table,
    gone,
    landing,
    qualified,
    unflagged,
    visible_table,
)
from .judgement import Judgement, Site, Subject, absent, different, judges, same, wrong_kind

_TYPES = {
    "primary_key_constraint": ConstraintType.PRIMARY,
    "unique_constraint": ConstraintType.UNIQUE,
    "foreign_key_constraint": ConstraintType.FOREIGN_KEY,
    "check_constraint": ConstraintType.CHECK,
    "column_check_constraint": ConstraintType.CHECK,
    "table_or_column_check_constraint": ConstraintType.CHECK,
    "exclude_constraint": ConstraintType.EXCLUDE,
}
_OPERATIONS = {
    ConstraintType.PRIMARY: "create_primary_key",
    ConstraintType.UNIQUE: "create_unique_constraint",
    ConstraintType.FOREIGN_KEY: "create_foreign_key",
    ConstraintType.CHECK: "create_check_constraint",
    ConstraintType.EXCLUDE: "create_exclude_constraint",
}


@judges.register(ops.AddConstraintOp)
def create_constraint(operation: ops.AddConstraintOp, site: Site) -> Judgement:
    asked = operation.to_constraint(site.context)
    type_ = type_of(asked)
    name = constraint_name(asked, site)
    owner = asked.table
    words = name or f"on ({', '.join(column_names(asked))})"
    subject = Subject(
        _OPERATIONS[type_], type_.label, f"{qualified(owner.schema, owner.name)} {words}"
    )
    table = existing_table(subject, owner.name, owner.schema, site)
    if name is not None and type_ is not ConstraintType.PRIMARY:
        namesake = table.constraint(name)
        if namesake is not None and table.constraint(name, type_) is None:
            return wrong_kind(subject, namesake.type.label, type_.label)
    found = existing(asked, table, site)
    if found is None:
        blocking = table.index(name) if name and type_ is ConstraintType.UNIQUE else None
        if blocking is not None and not site.database.indexes_belong_to_tables:
            return wrong_kind(subject, "unique index" if blocking.unique else "index", type_.label)
        return absent(subject, _landed(operation, name, table, site))
    differences = constraint_differences(found, asked, table, site)
    if type_ is ConstraintType.PRIMARY and site.database.names_primary_keys:
        differences += _name_difference(found, name, table)
    if not found.validated and not _asked_not_valid(asked):
        differences.append(Difference("validated", "no (NOT VALID)", "yes"))
    if differences:
        return different(subject, differences)
    return same(subject)


def _landed(
    operation: ops.AddConstraintOp, name: str | None, table: Table, site: Site
) -> ops.AddConstraintOp:
    """The operation on the judged table; elsewhere, a naming convention could give another name."""
    if isinstance(operation, ops.CreateForeignKeyOp):
        asked = operation.kw.get("source_schema"), operation.kw.get("referent_schema")
        target = visible_table(operation.referent_table, asked[1], site)
        schemas = [
            landing(ops.AlterTableOp(there.name, schema=schema), there, site).schema
            for there, schema in zip((table, target or table), asked, strict=True)
        ]
        if (*schemas,) == asked or target is None:
            return operation
        names = {"source_schema": schemas[0], "referent_schema": schemas[1]}
        landed: ops.AddConstraintOp = changed(operation, kw={**operation.kw, **names})
    else:
        landed = landing(operation, table, site)
        if landed is operation:
            return operation
    return landed if name is None else changed(landed, constraint_name=sa.schema.conv(name))


@judges.register(ops.DropConstraintOp)
def drop_constraint(operation: ops.DropConstraintOp, site: Site) -> Judgement:
    type_ = _asked_type(operation)
    name = _dropped_name(operation, site)
    subject = Subject(
        "drop_constraint",
        type_.label if type_ else "constraint",
        f"{qualified(operation.schema, operation.table_name)} {name or ''}".rstrip(),
    )
    table = site.door.relation(operation.table_name, operation.schema)
    if table is None:
        return gone(subject, operation.table_name, operation.schema, site)
    if type_ is ConstraintType.PRIMARY and not site.database.names_primary_keys:
        found = table.primary_key
    elif name is None:
        raise UsageError(
            f"drop_constraint on {operation.table_name}: the constraint has no name; to drop what "
            "the database named: op.drop_constraint(op.find_constraint_name("
            f'{operation.table_name!r}, columns=[...]), {operation.table_name!r}, type_="...")'
        )
    else:
        matches = [c for c in table.constraints if c.name and table.key(c.name) == table.key(name)]
        found = _of_asked_type(subject, matches, type_)
    if found is None:
        return same(subject, "already gone")
    if type_ is not None and found.type is not type_:
        return wrong_kind(subject, found.type.label, type_.label)
    # MySQL has no DROP CONSTRAINT without a kind; now it is known.
    known = operation.constraint_type or _droppable_type(found)
    exact = changed(
        unflagged(operation),
        constraint_name=operation.constraint_name and sa.schema.conv(name or ""),
        constraint_type=known,
    )
    return absent(subject, landing(exact, table, site))


def _of_asked_type(
    subject: Subject, matches: Sequence[Constraint], type_: ConstraintType | None
) -> Constraint | None:
    """One name may stand for constraints of several kinds (MySQL, SQLite)."""
    wanted = [c for c in matches if type_ is None or c.type is type_]
    if type_ is None and len(wanted) > 1:
        raise AmbiguousMatch(
            f"drop_constraint {subject.name}: there are {len(wanted)} of that name: "
            f"{', '.join(map(str, wanted))}; say which with type_={wanted[0].type.value!r}",
            candidates=[str(c) for c in wanted],
        )
    return next(iter(wanted or matches), None)


def _droppable_type(found: Constraint) -> str | None:
    return None if found.type is ConstraintType.EXCLUDE else found.type.value


def _asked_type(operation: ops.DropConstraintOp) -> ConstraintType | None:
    if operation.constraint_type is None:
        return None
    try:
        return ConstraintType(operation.constraint_type)
    except ValueError:
        raise UsageError(
            f"drop_constraint {operation.constraint_name}: type_={operation.constraint_type!r}; "
            'expected one of "foreignkey", "primary", "unique", "check"'
        ) from None


def _dropped_name(operation: ops.DropConstraintOp, site: Site) -> str | None:
    if operation.constraint_name is None:
        return None
    generic = upstream.schema_objects(site.context).generic_constraint(
        operation.constraint_name,
        operation.table_name,
        operation.constraint_type,
        schema=operation.schema,
    )
    return constraint_name(generic, site)


# -- what is asked, in terms of what is found ------------------------------------------------------


def type_of(constraint: sa.Constraint) -> ConstraintType:
    return _TYPES[constraint.__visit_name__]


def constraint_name(constraint: sa.Constraint, site: Site) -> str | None:
    """The name as it will stand in the database; ``None`` when the database will choose it."""
    name = upstream.final_name(constraint, site.context.dialect)
    return None if name is None else site.database.stored_name(name)


def column_names(constraint: sa.Constraint) -> tuple[str, ...]:
    if isinstance(constraint, sa.ForeignKeyConstraint):
        return tuple(constraint.column_keys)
    if isinstance(constraint, sa.schema.ColumnCollectionConstraint):
        return tuple(column.name for column in constraint.columns)
    return ()


def existing(asked: sa.Constraint, table: Table, site: Site) -> Constraint | None:
    """The constraint that was asked for: by its name, or by its shape when it has none."""
    type_, name = type_of(asked), constraint_name(asked, site)
    if type_ is ConstraintType.PRIMARY:
        return table.primary_key
    if name is not None:
        return table.constraint(name, type_)
    return by_shape(asked, table, site)


def by_shape(asked: sa.Constraint, table: Table, site: Site) -> Constraint | None:
    type_ = type_of(asked)
    candidates = table.of_type(type_)
    if isinstance(asked, sa.CheckConstraint):
        return _check_by_text(asked, candidates, site)
    columns = column_names(asked)
    matches = [c for c in candidates if table.same_columns(c.columns, columns)]
    if isinstance(asked, sa.ForeignKeyConstraint):
        matches = [c for c in matches if not _reference_differences(c, asked, table, site)]
    elif type_ is ConstraintType.EXCLUDE:  # its columns do not say all of it
        return only_one(matches, f"{type_.label} on {table.name} ({', '.join(columns)})")
    return next(iter(matches), None)


def _check_by_text(
    asked: sa.CheckConstraint, candidates: Sequence[Constraint], site: Site
) -> Constraint | None:
    """An unnamed CHECK is recognised by its text alone; no guess when texts do not decide."""
    text = site.database.plain_expression(check_sql(asked, site))
    for candidate in candidates:
        if candidate.sqltext and site.database.plain_expression(candidate.sqltext) == text:
            return candidate
    if candidates:
        names = [c.name or "(unnamed)" for c in candidates]
        raise AmbiguousMatch(
            f"create_check_constraint: it has no name, and whether it is one of "
            f"{', '.join(names)} cannot be told from the text; nothing was changed. "
            "Give it a name: op.create_check_constraint('ck_...', ...)",
            candidates=names,
        )
    return None


def check_sql(check: sa.CheckConstraint, site: Site) -> str:
    compiler = site.context.dialect.statement_compiler(site.context.dialect, None)
    text: ClauseElement = check.sqltext
    return as_kept(compiler.process(text, include_table=False, literal_binds=True), site)


# -- differences ---------------------------------------------------------------------------------


def constraint_differences(
    found: Constraint, asked: sa.Constraint, table: Table, site: Site, prefix: str = ""
) -> list[Difference]:
    if isinstance(asked, sa.ForeignKeyConstraint):
        differences = _column_difference(found, asked, table, prefix)
        return differences + _reference_differences(found, asked, table, site, prefix)
    if isinstance(asked, sa.UniqueConstraint | sa.PrimaryKeyConstraint):
        return _column_difference(found, asked, table, prefix)
    return []


def _column_difference(
    found: Constraint, asked: sa.Constraint, table: Table, prefix: str
) -> list[Difference]:
    columns = column_names(asked)
    if table.same_columns(found.columns, columns):
        return []
    return [
        Difference(f"{prefix}columns", *(f"({', '.join(c)})" for c in (found.columns, columns)))
    ]


def _reference_differences(
    found: Constraint, asked: sa.ForeignKeyConstraint, table: Table, site: Site, prefix: str = ""
) -> list[Difference]:
    reference = found.reference
    if reference is None:
        return []
    targets = [element.column for element in asked.elements]
    target = targets[0].table
    database = site.database
    columns = [column.name for column in targets]
    found_names = (reference.schema, reference.table)
    asked_names = (_target_schema(target, table, site), database.stored_name(target.name))
    differences = []
    if [database.relation_key(n or "") for n in found_names] != [
        database.relation_key(n or "") for n in asked_names
    ]:
        differences.append(
            Difference(f"{prefix}target", qualified(*found_names), qualified(*asked_names))
        )
    if not table.same_columns(reference.columns, columns):
        differences.append(
            Difference(f"{prefix}target columns", str(reference.columns), str(tuple(columns)))
        )
    for word, have, want in (
        ("ON UPDATE", reference.onupdate, database.action(asked.onupdate)),
        ("ON DELETE", reference.ondelete, database.action(asked.ondelete)),
    ):
        if have != want:
            differences.append(
                Difference(f"{prefix}{word}", have or "NO ACTION", want or "NO ACTION")
            )
    return differences


def _target_schema(target: sa.Table, table: Table, site: Site) -> str:
    """Where the referred table is; one without a schema is looked up as the server would."""
    if target.schema is None:
        there = visible_table(target.name, None, site)
        if there is not None:
            return there.schema
    return site.door.schema(target.schema)


def _name_difference(found: Constraint, name: str | None, table: Table) -> list[Difference]:
    if name is None or (found.name and table.key(found.name) == table.key(name)):
        return []
    return [Difference("name", found.name or "(unnamed)", name)]


def _asked_not_valid(asked: sa.Constraint) -> bool:
    return bool(asked.dialect_kwargs.get("postgresql_not_valid"))


def missing_constraints(
    asked: sa.Table, found: Table, site: Site, differences: list[Difference]
) -> Iterator[tuple[sa.Constraint, str]]:
    """The asked table's constraints that are not there, each with words for the log.

    The primary key comes with the table; those that differ go to ``differences``.
    """
    for constraint in sorted(asked.constraints, key=lambda c: (c.__visit_name__, str(c.name))):
        type_ = type_of(constraint)
        if type_ is ConstraintType.PRIMARY or not upstream.is_emitted(constraint, site.context):
            continue
        words = f"{type_.label} {constraint_name(constraint, site) or ''}".rstrip()
        there = existing(constraint, found, site)
        if there is None:
            columns = ", ".join(column_names(constraint))
            yield constraint, f"{words} ({columns})" if columns else words
        else:
            differences += constraint_differences(there, constraint, found, site, f"{words} ")
