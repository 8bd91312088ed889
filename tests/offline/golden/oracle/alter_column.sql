-- alter_column s.t's.a

DECLARE
  answer NUMBER;
BEGIN
  SELECT CASE
    WHEN NOT EXISTS (SELECT 1 FROM all_tab_columns WHERE owner = 'S' AND table_name = 't''s' AND column_name = 'A') OR EXISTS (SELECT 1 FROM all_tab_columns WHERE owner = 'S' AND table_name = 't''s' AND column_name = 'A' AND nullable = 'N') THEN -1
    ELSE 0 END INTO answer FROM dual;
  IF answer = 0 THEN
    EXECUTE IMMEDIATE 'ALTER TABLE s."t''s" MODIFY a NOT NULL';
  END IF;
END;
/

DECLARE
  answer NUMBER;
BEGIN
  SELECT CASE
    WHEN NOT EXISTS (SELECT 1 FROM all_tab_columns WHERE owner = 'S' AND table_name = 't''s' AND column_name = 'A') THEN -1
    ELSE 0 END INTO answer FROM dual;
  IF answer = 0 THEN
    EXECUTE IMMEDIATE 'ALTER TABLE s."t''s" MODIFY a DEFAULT ''it''''s''';
  END IF;
END;
/

DECLARE
  answer NUMBER;
BEGIN
  SELECT CASE
    WHEN NOT EXISTS (SELECT 1 FROM all_tab_columns WHERE owner = 'S' AND table_name = 't''s' AND column_name = 'A') OR 1 = 0 THEN -1
    ELSE 0 END INTO answer FROM dual;
  IF answer = 0 THEN
    EXECUTE IMMEDIATE 'ALTER TABLE s."t''s" MODIFY a VARCHAR2(90 CHAR)';
  END IF;
END;
/

DECLARE
  answer NUMBER;
BEGIN
  SELECT CASE
    WHEN EXISTS (SELECT 1 FROM all_tab_columns WHERE owner = 'S' AND table_name = 't''s' AND column_name = 'b''s') AND NOT EXISTS (SELECT 1 FROM all_tab_columns WHERE owner = 'S' AND table_name = 't''s' AND column_name = 'A') THEN -1
    WHEN EXISTS (SELECT 1 FROM all_tab_columns WHERE owner = 'S' AND table_name = 't''s' AND column_name = 'A') AND EXISTS (SELECT 1 FROM all_tab_columns WHERE owner = 'S' AND table_name = 't''s' AND column_name = 'b''s') THEN 1
    WHEN NOT EXISTS (SELECT 1 FROM all_tab_columns WHERE owner = 'S' AND table_name = 't''s' AND column_name = 'A') AND NOT EXISTS (SELECT 1 FROM all_tab_columns WHERE owner = 'S' AND table_name = 't''s' AND column_name = 'b''s') THEN 2
    ELSE 0 END INTO answer FROM dual;
  IF answer = 0 THEN
    EXECUTE IMMEDIATE 'ALTER TABLE s."t''s" RENAME COLUMN a TO "b''s"';
  ELSIF answer = 1 THEN
    RAISE_APPLICATION_ERROR(-20000, 'renaming column s.t''s.a to b''s: both are there; drop the one that is not wanted');
  ELSIF answer = 2 THEN
    RAISE_APPLICATION_ERROR(-20000, 'renaming column s.t''s.a to b''s: neither is there');
  END IF;
END;
/
