"""Rows that a script changes in batches: blocks that commit, and so stand in no other block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .questions import Name, Question

if TYPE_CHECKING:
    from .writers.base import Writer


@dataclass(frozen=True)
class Batches:
    """What an UPDATE that ends with a condition is to be broken up into."""

    table: Name
    count: str
    """``SELECT count(*)`` of the rows to be done, with that condition."""
    size: int
    pause: float

    @property
    def found(self) -> str:
        """``FROM ... WHERE ...``"""
        return self.count.partition("count(*)")[2].strip()

    @property
    def stalled(self) -> str:
        return (
            f"backfill {self.table}: no row that was done is: with its values, a row has to be "
            "one that the condition does not find"
        )


def postgresql(batches: Batches, update: str, writer: Writer, pending: Question | None) -> str:
    """Along the primary key, which the block looks up; as it is done online."""
    text = writer.text
    table = f"to_regclass({text(writer.quoted(batches.table))})"
    words = f"backfill {batches.table}"
    left_out = "" if pending is None else f"  IF NOT ({writer.ask(pending)}) THEN RETURN; END IF;\n"
    pause = f"\n      PERFORM pg_sleep({batches.pause:g});" if batches.pause else ""
    return f"""
DECLARE
  _found CONSTANT text := {text(batches.found)};
  _update CONSTANT text := {text(update)};
  _columns text; _row text; _values text; _key text; _first text; _from text; _to text;
  _left bigint; _before bigint; _undone bigint;
BEGIN
{left_out}  IF row_security_active({table}) THEN
    RAISE EXCEPTION USING MESSAGE = {text(f"{words}: row-level security may hide rows")};
  END IF;
  SELECT string_agg(quote_ident(attname), ', ' ORDER BY place), string_agg('%L', ', ')
    INTO _columns, _values
    FROM pg_index i CROSS JOIN unnest(i.indkey) WITH ORDINALITY AS k(number, place)
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
    WHERE i.indrelid = {table} AND i.indisprimary AND k.place <= i.indnkeyatts;
  IF _columns IS NULL THEN
    RAISE EXCEPTION USING MESSAGE = {text(f"{words}: the table has no primary key")};
  END IF;
  _key := format('SELECT format(%L, %s) %s', '(' || _values || ')', _columns, _found);
  _row := '(' || _columns || ')';
  LOOP
    EXECUTE 'SELECT count(*) ' || _found INTO _left;
    EXIT WHEN _left = 0;
    IF _left >= _before THEN
      EXECUTE concat('SELECT count(*) ', _found, ' AND ', _row, ' = ', _first) INTO _undone;
      IF _undone > 0 THEN
        RAISE EXCEPTION USING MESSAGE = {text(batches.stalled)};
      END IF;
    END IF;
    _before := _left;
    EXECUTE concat(_key, ' ORDER BY ', _columns, ' LIMIT 1') INTO _first;
    _from := _first;
    WHILE _from IS NOT NULL LOOP
      EXECUTE concat(_key, ' AND ', _row, ' >= ', _from, ' ORDER BY ', _columns,
                     ' LIMIT 1 OFFSET {batches.size}') INTO _to;
      EXECUTE concat(_update, ' AND ', _row, ' >= ', _from,
                     ' AND ' || _row || ' < ' || _to);
      COMMIT;{pause}
      _from := _to;
    END LOOP;
  END LOOP;
END
"""


def mariadb(batches: Batches, update: str, writer: Writer) -> str:
    """As many as there are, as often as there are fewer each time."""
    pause = f"\n      DO SLEEP({batches.pause:g});" if batches.pause else ""
    return f"""BEGIN NOT ATOMIC
  DECLARE _ah_left, _ah_before, _ah_done, _ah_rows BIGINT;
  passes: LOOP
    SET _ah_left = ({batches.count});
    IF _ah_left = 0 THEN LEAVE passes; END IF;
    IF _ah_left >= _ah_before THEN
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = {writer.text(batches.stalled[:128])};
    END IF;
    SET _ah_before = _ah_left, _ah_done = 0;
    REPEAT
      {update} LIMIT {batches.size};
      SET _ah_rows = ROW_COUNT();
      COMMIT;{pause}
      SET _ah_done = _ah_done + _ah_rows;
    UNTIL _ah_rows = 0 OR _ah_done >= _ah_before END REPEAT;
  END LOOP;
END"""
