"""Judges of the constraints: unique, foreign key, check, primary key, exclude, and of the drop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from alembic.operations import Operations, ops

from .. import upstream
from ..catalog import Site
from ..compare import Asked, Comparison, plain_constraint, reference_differences, reference_of
from ..compare.asked import column_names, constraint_name, type_of
from ..compare.plainly import Plain, PlainKey
from ..databases.objects import Constraint, ConstraintType, Table, only_one
from ..errors import AmbiguousMatch, Difference, UsageError
from .common import (
    HelperOperation,
    at,
    changed,
    existing_table,
    gone,
    landing,
    landing_schema,
    qualified,
    send,
    unflagged,
    visible_table,
)
from .ddl import ValidateConstraint
from .indexes import refuse_needed
from .judgement import (
    Judgement,
    Subject,
    absent,
    different,
    judges,
    partial,
    same,
    wrong_kind,
)

_OPERATIONS = {
    ConstraintType.PRIMARY: "create_primary_key",
    ConstraintType.UNIQUE: "create_unique_constraint",
    ConstraintType.FOREIGN_KEY: "create_foreign_key",
    ConstraintType.CHECK: "create_check_constraint",
    ConstraintType.EXCLUDE: "create_exclude_constraint",
}


@dataclass
class ValidateConstraintOp(HelperOperation):
    constraint_name: str
    table_name: str
    schema: str | None
    is_concurrent = True


@Operations.implementation_for(ValidateConstraintOp)
def _validate(operations: Operations, operation: ValidateConstraintOp) -> None:
    schema = at(operation.schema, operations.migration_context)
    send(operations, ValidateConstraint(schema, operation.table_name, operation.constraint_name))


@judges.register(ops.AddConstraintOp)
def create_constraint(operation: ops.AddConstraintOp, site: Site) -> Judgement:
    wanted = plain_constraint(operation, site)
    if wanted is not None:
        return _plainly(operation, wanted, site)
    asked = operation.to_constraint(site.context)
    type_ = type_of(asked)
    name = constraint_name(asked, site)
    owner = asked.table
    words = name or f"on ({', '.join(column_names(asked))})"
    subject = Subject(
        _OPERATIONS[type_], type_.label, f"{qualified(owner.schema, owner.name)} {words}"
    )
    table = existing_table(subject, owner.name, owner.schema, site)
    comparison = Comparison(Asked(constraints=[asked]), table, site)
    another = _namesake(subject, name, type_, table, site)
    if another is not None:
        return another
    found = existing(asked, comparison)
    if found is None:
        return absent(subject, _landed(operation, name, table, site))
    comparison.constraint(found, asked)
    differences = comparison.differences
    if type_ is ConstraintType.PRIMARY and site.database.names_primary_keys:
        differences += _name_difference(found, name, table)
    if differences:
        return different(subject, differences)
    if not found.validated and not _asked_not_valid(asked):
        return _validated(subject, found, owner.schema, table, site)
    return same(subject, f"already there{comparison.note}")


def _plainly(operation: ops.AddConstraintOp, wanted: Plain, site: Site) -> Judgement:
    """The same, of what is asked for in names alone."""
    is_key = isinstance(wanted, PlainKey)
    type_ = ConstraintType.UNIQUE if is_key else ConstraintType.FOREIGN_KEY
    owner = qualified(wanted.schema, wanted.table)
    subject = Subject(_OPERATIONS[type_], type_.label, f"{owner} {wanted.name}")
    table = existing_table(subject, wanted.table, wanted.schema, site)
    found = table.constraint(wanted.name, type_)
    if found is None:
        another = _namesake(subject, wanted.name, type_, table, site)
        return another or absent(subject, _landed(operation, wanted.name, table, site))
    comparison = Comparison(Asked(), table, site)
    if isinstance(wanted, PlainKey):
        comparison.covering(found, wanted.columns, {})
    else:
        comparison.foreign_key(found, wanted.columns, wanted.reference(site))
    if comparison.differences:
        return different(subject, comparison.differences)
    if not found.validated:
        return _validated(subject, found, wanted.schema, table, site)
    return same(subject)


def _namesake(
    subject: Subject, name: str | None, type_: ConstraintType, table: Table, site: Site
) -> Judgement | None:
    """The verdict where the name belongs to another kind of constraint, or to an index."""
    if name is None or type_ is ConstraintType.PRIMARY or not table.may_have(name):
        return None
    if table.constraint(name, type_) is not None:
        return None
    namesake = table.constraint(name)
    if namesake is not None:
        return wrong_kind(subject, namesake.type.label, type_.label)
    blocking = table.index(name) if type_ is ConstraintType.UNIQUE else None
    if blocking is not None and not site.database.indexes_belong_to_tables:
        return wrong_kind(subject, "unique index" if blocking.unique else "index", type_.label)
    return None


def _validated(
    subject: Subject, found: Constraint, schema: str | None, table: Table, site: Site
) -> Judgement:
    validate = ValidateConstraintOp(found.name or "", table.name, schema)
    return partial(
        subject, [landing(validate, table, site)], "it was there, but NOT VALID; validated"
    )


def _landed(
    operation: ops.AddConstraintOp, name: str | None, table: Table, site: Site
) -> ops.AddConstraintOp:
    """The operation on the judged table; elsewhere, a naming convention could give another name."""
    if isinstance(operation, ops.CreateForeignKeyOp):
        asked = operation.kw.get("source_schema"), operation.kw.get("referent_schema")
        target = visible_table(operation.referent_table, asked[1], site)
        if target is None:
            return operation
        schemas = tuple(map(landing_schema, asked, (table, target), (site, site)))
        if schemas == asked:
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
    index = table.index(found.name) if found.name else None
    if found.type is ConstraintType.UNIQUE and index is not None:
        refuse_needed(subject, index, table, site)
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


# -- what is found of what is asked ---------------------------------------------------------------


def existing(asked: sa.Constraint, comparison: Comparison) -> Constraint | None:
    """The constraint that was asked for: by its name, or by its shape when it has none."""
    table = comparison.found
    type_, name = type_of(asked), constraint_name(asked, comparison.site)
    if type_ is ConstraintType.PRIMARY:
        return table.primary_key
    if name is not None:
        return table.constraint(name, type_)
    if isinstance(asked, sa.CheckConstraint):
        return _check_like(asked, comparison)
    columns = column_names(asked)
    matches = [c for c in table.of_type(type_) if table.same_columns(c.columns, columns)]
    if isinstance(asked, sa.ForeignKeyConstraint):
        wanted = reference_of(asked, comparison.site)
        matches = [
            c for c in matches if not reference_differences(c, wanted, table, comparison.site)
        ]
    elif type_ is ConstraintType.EXCLUDE:  # its columns do not say all of it
        return only_one(matches, f"{type_.label} on {table.name} ({', '.join(columns)})")
    return next(iter(matches), None)


def _check_like(asked: sa.CheckConstraint, comparison: Comparison) -> Constraint | None:
    """An unnamed CHECK is recognised by what it says; no guess when that does not decide."""
    for candidate in comparison.checks_like(asked):
        return candidate
    candidates = comparison.found.of_type(ConstraintType.CHECK)
    if candidates and not comparison.tells_checks_apart:
        names = [c.name or "(unnamed)" for c in candidates]
        raise AmbiguousMatch(
            f"create_check_constraint: it has no name, and whether it is one of "
            f"{', '.join(names)} cannot be told from the text; nothing was changed. "
            "Give it a name: op.create_check_constraint('ck_...', ...)",
            candidates=names,
        )
    return None


# -- differences ---------------------------------------------------------------------------------


def _name_difference(found: Constraint, name: str | None, table: Table) -> list[Difference]:
    if name is None or (found.name and table.key(found.name) == table.key(name)):
        return []
    return [Difference("name", found.name or "(unnamed)", name)]


def _asked_not_valid(asked: sa.Constraint) -> bool:
    return bool(asked.dialect_kwargs.get("postgresql_not_valid"))


def missing_constraints(
    asked: sa.Table, site: Site, comparison: Comparison
) -> Iterator[tuple[sa.Constraint, str]]:
    """The asked table's constraints that are not there, each with words for the log.

    The primary key comes with the table; those that are there are compared.
    """
    for constraint in sorted(asked.constraints, key=lambda c: (c.__visit_name__, str(c.name))):
        type_ = type_of(constraint)
        if type_ is ConstraintType.PRIMARY or not upstream.is_emitted(constraint, site.context):
            continue
        words = f"{type_.label} {constraint_name(constraint, site) or ''}".rstrip()
        there = existing(constraint, comparison)
        if there is None:
            columns = ", ".join(column_names(constraint))
            yield constraint, f"{words} ({columns})" if columns else words
        else:
            comparison.constraint(there, constraint, f"{words} ")
