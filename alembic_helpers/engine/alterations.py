"""The judge of alter_column: only what still differs is sent."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from alembic.operations import ops
from sqlalchemy.types import TypeEngine, to_instance

from ..catalog import Site
from ..compare import Asked, Comparison
from ..compare.asked import default_sql
from ..databases.construct import DeclaredType, verbatim
from ..databases.definition import Aspect
from ..databases.objects import Column, Table
from ..errors import AmbiguousMatch, MissingObject
from .columns import as_typed, column_subject
from .common import changed, existing_table, landing
from .companions import Companions
from .constraints import missing_constraints
from .judgement import Judgement, Subject, absent, judges, partial, same


@judges.register(ops.AlterColumnOp)
def alter_column(operation: ops.AlterColumnOp, site: Site) -> Judgement:
    subject = column_subject("alter_column", operation, operation.column_name)
    table = existing_table(subject, operation.table_name, operation.schema, site)
    found, renamed = _altered(subject, operation, table)
    rest = _still_different(operation, found, table, site)
    if operation.modify_name is not None and not renamed:
        rest["modify_name"] = operation.modify_name
    checks = _missing_checks(operation, found, rest, table, site)
    if not rest:
        if checks.operations:
            return partial(subject, checks.operations, f"already so, added {checks.names[0]}")
        return same(subject, "already so")
    modified = {name: rest.get(name, nothing) for name, nothing in _MODIFICATIONS.items()}
    remaining = changed(
        landing(operation, table, site),
        column_name=found.name,
        **(modified | _existing(operation, found, rest, table, site)),
        kw=_keywords(operation, found, rest, site),
    )
    asked = [n for n, nothing in _MODIFICATIONS.items() if getattr(operation, n) is not nothing]
    if set(rest) >= set(asked):
        return absent(subject, remaining)
    words = ", ".join(name.removeprefix("modify_") for name in asked if name not in rest)
    return partial(subject, [remaining], f"{words} already so")


_MODIFICATIONS: dict[str, Any] = {
    "modify_name": None,
    "modify_type": None,
    "modify_nullable": None,
    "modify_server_default": False,
    "modify_comment": False,
}


def _altered(subject: Subject, operation: ops.AlterColumnOp, table: Table) -> tuple[Column, bool]:
    """The column under its old or its new name, and whether the rename is already done."""
    old, new = operation.column_name, operation.modify_name
    found = table.column(old)
    if new is None or table.key(new) == table.key(old):
        if found is None:
            raise MissingObject(
                f"alter_column {subject.name}: the table {table.name!r} has no column {old!r}; "
                f"it has {', '.join(c.name for c in table.columns)}. If a later revision renamed "
                "or dropped it, stamp that revision: alembic stamp REVISION"
            )
        return found, new is None or found.name == new
    target = table.column_now(new)
    if found is not None and target is not None and found is not target:
        raise AmbiguousMatch(
            f"alter_column {subject.name}: renaming {old!r} to {new!r}, but the table "
            f"{table.name!r} has both columns; nothing was changed. Move what is needed from one "
            "to the other and drop the one that is not wanted.",
            candidates=[old, new],
        )
    if target is not None:
        return target, True
    if found is None:
        raise MissingObject(
            f"alter_column {subject.name}: renaming {old!r} to {new!r}, but the table "
            f"{table.name!r} has neither; it has {', '.join(c.name for c in table.columns)}"
        )
    return found, False


def _still_different(
    operation: ops.AlterColumnOp, found: Column, table: Table, site: Site
) -> dict[str, Any]:
    rest: dict[str, Any] = {}
    if operation.modify_type is not None and _type_differs(operation, found, table, site):
        rest["modify_type"] = operation.modify_type
    if operation.modify_nullable is not None and operation.modify_nullable != found.nullable:
        rest["modify_nullable"] = operation.modify_nullable
    default = operation.modify_server_default
    if default is not False and _default_differs(operation, found, table, site):
        rest["modify_server_default"] = default
    comment = operation.modify_comment
    if comment is not False and (comment or None) != (found.comment or None):
        rest["modify_comment"] = comment
    if operation.kw.get("autoincrement") not in (None, found.autoincrement):
        rest["autoincrement"] = operation.kw["autoincrement"]
    return rest


def _existing(
    operation: ops.AlterColumnOp, found: Column, rest: dict[str, Any], table: Table, site: Site
) -> dict[str, Any]:
    """What is not altered, where it must be said again or be lost: as it is, not as it was said."""
    existing: dict[str, Any]
    if not site.database.restates_columns:
        told = _existing_type(operation, found, table, site)
        existing = {"existing_type": operation.modify_type if told is None else told}
        is_identity = found.generated and found.computed is None
        if is_identity or isinstance(rest.get("modify_server_default"), sa.Identity):
            # Adding, changing and dropping an identity are three statements.
            existing["existing_server_default"] = sa.Identity() if is_identity else None
        return existing
    existing = {
        "existing_nullable": found.nullable,
        "existing_comment": found.comment,
    }
    if "modify_type" not in rest:  # with a new type it says which CHECK goes
        existing["existing_type"] = found.type
    if found.generated:
        existing["existing_server_default"] = None
    else:
        existing |= _existing_default(operation, found, rest, existing, site)
    name = "modify_type" if "modify_type" in rest else "existing_type"
    type_ = to_instance(existing.get(name, operation.modify_type))
    existing[name] = _restated(type_, found, rest, table, site)
    return existing


def _restated(
    type_: TypeEngine[Any], found: Column, rest: dict[str, Any], table: Table, site: Site
) -> TypeEngine[Any]:
    """The type, and with it what else was said of the column."""
    new_name = rest.get("modify_name")
    column = found
    if new_name is not None:
        column = table.whole.renamed_column(found.name, new_name).column(new_name) or found
    return site.database.restated(type_, column, "modify_server_default" not in rest)


def _existing_default(
    operation: ops.AlterColumnOp,
    found: Column,
    rest: dict[str, Any],
    existing: dict[str, Any],
    site: Site,
) -> dict[str, Any]:
    """The default, and with it ON UPDATE, which stands behind it; without one, behind the type."""
    default = found.default
    touched = (found.definition or {}).get(Aspect.ON_UPDATE)
    new_type = rest.get("modify_type")
    keeps = new_type is None or isinstance(to_instance(new_type), sa.DateTime)
    said = "modify_server_default" in rest or "ON UPDATE" in (default or "").upper()
    if touched is None or said or not keeps:
        return {"existing_server_default": None if default is None else verbatim(default)}
    if default is not None or rest.get("modify_nullable", found.nullable):
        return {"existing_server_default": verbatim(f"{default or 'NULL'} ON UPDATE {touched}")}
    name = "existing_type" if new_type is None else "modify_type"
    type_ = to_instance(new_type or existing.get(name) or operation.existing_type)
    spelled = site.context.dialect.type_compiler_instance.process(type_)
    return {name: DeclaredType(f"{spelled} ON UPDATE {touched}"), "existing_server_default": None}


def _missing_checks(
    operation: ops.AlterColumnOp, found: Column, rest: dict[str, Any], table: Table, site: Site
) -> Companions:
    """The asked type's own CHECK, where a killed run changed the type and not yet that.

    One that says something else is replaced together with the type.
    """
    missing = Companions()
    if operation.modify_type is None or "modify_type" in rest:
        return missing
    asked = as_typed(operation, found.name, operation.modify_type, site)
    comparison = Comparison(replace(Asked.of(asked, site), columns=()), table, site)
    for check, name in missing_constraints(asked, site, comparison):
        missing.add(ops.AddConstraintOp.from_constraint(check), name)
    if comparison.differences:
        rest["modify_type"] = operation.modify_type
        return Companions()
    return missing


def _existing_type(operation: ops.AlterColumnOp, found: Column, table: Table, site: Site) -> Any:
    """The type as it was said to be, whose CHECK goes with it; unless it has gone already."""
    told = operation.existing_type
    if told is None:
        return None
    asked = as_typed(operation, found.name, told, site)
    comparison = Comparison(replace(Asked.of(asked, site), columns=()), table, site)
    gone = any(True for _ in missing_constraints(asked, site, comparison))
    return found.type if gone else told


def _keywords(
    operation: ops.AlterColumnOp, found: Column, rest: dict[str, Any], site: Site
) -> dict[str, Any]:
    kw = dict(operation.kw)
    if site.database.restates_columns:
        kw["existing_autoincrement"] = found.autoincrement
    if "modify_type" not in rest:
        kw.pop("postgresql_using", None)  # Alembic refuses USING without a type
    if "autoincrement" not in rest:
        kw.pop("autoincrement", None)
    return kw


def _type_differs(operation: ops.AlterColumnOp, found: Column, table: Table, site: Site) -> bool:
    asked = sa.Column(found.name, to_instance(operation.modify_type))
    comparison = Comparison(Asked([asked]), table, site)
    if comparison.same_type(found, asked.type):
        return False
    pairs = comparison.pairs(found, asked)
    if pairs is None:
        return not site.database.similar_type(site.context, found.type, asked.type)
    return any(aspect in (Aspect.TYPE, Aspect.COLLATION) for aspect, _, _ in pairs)


def _default_differs(operation: ops.AlterColumnOp, found: Column, table: Table, site: Site) -> bool:
    default = operation.modify_server_default
    if default is None or found.default is None:
        is_plain = not isinstance(default, (sa.Identity, sa.Computed)) and not found.generated
        if is_plain:
            return (default is None) != (found.default is None)
    asked = _as_defaulted(operation, found)
    pairs = Comparison(Asked([asked]), table, site).pairs(found, asked)
    if pairs is not None:
        return any(aspect in _DEFAULTS for aspect, _, _ in pairs)
    if asked.identity is not None or asked.computed is not None:
        return not found.generated
    return found.generated or not site.database.same_default(
        found.default, default_sql(default, site)
    )


_DEFAULTS = (Aspect.DEFAULT, Aspect.ON_UPDATE, Aspect.COMPUTED, Aspect.IDENTITY)


def _as_defaulted(operation: ops.AlterColumnOp, found: Column) -> sa.Column[Any]:
    """The column as it would be: its default alone does not say all, 1 may become '1'."""
    type_ = found.type if found.spelling is None else DeclaredType(found.spelling)
    if operation.modify_type is not None:
        type_ = to_instance(operation.modify_type)
    default = operation.modify_server_default
    generated = [copy(default)] if isinstance(default, (sa.Identity, sa.Computed)) else []
    return sa.Column(
        found.name,
        type_,
        *generated,
        server_default=None if generated else default,
        nullable=found.nullable,
    )
