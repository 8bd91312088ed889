-- create_view s.V's

DECLARE
  answer NUMBER;
BEGIN
  SELECT CASE
    WHEN EXISTS (SELECT 1 FROM all_views WHERE owner = 'S' AND view_name = 'V''s') THEN -1
    ELSE 0 END INTO answer FROM dual;
  IF answer = 0 THEN
    EXECUTE IMMEDIATE 'CREATE VIEW s."V''s" AS SELECT ''it''''s'' AS a';
  END IF;
END;
/

-- drop_view s.gone

DECLARE
  answer NUMBER;
BEGIN
  SELECT CASE
    WHEN NOT EXISTS (SELECT 1 FROM all_views WHERE owner = 'S' AND view_name = 'GONE') THEN -1
    ELSE 0 END INTO answer FROM dual;
  IF answer = 0 THEN
    EXECUTE IMMEDIATE 'DROP VIEW s.gone';
  END IF;
END;
/
