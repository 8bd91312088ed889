-- create_table s.commented

DECLARE
  answer NUMBER;
BEGIN
  SELECT CASE
    WHEN EXISTS (SELECT 1 FROM all_tables WHERE owner = 'S' AND table_name = 'COMMENTED') AND EXISTS (SELECT 1 FROM all_tab_columns WHERE owner = 'S' AND table_name = 'COMMENTED' AND column_name = 'A') THEN -1
    WHEN EXISTS (SELECT 1 FROM all_tables WHERE owner = 'S' AND table_name = 'COMMENTED') THEN 1
    ELSE 0 END INTO answer FROM dual;
  IF answer = 0 THEN
    EXECUTE IMMEDIATE 'CREATE TABLE s.commented (
    a INTEGER
)';
  ELSIF answer = 1 THEN
    RAISE_APPLICATION_ERROR(-20000, 'table s.commented is there, but is not what this revision asks for; drop or rename it first');
  END IF;
END;
/

COMMENT ON TABLE s.commented IS 'it''s :x 100% \ $sql$ "q" ß漢'
/

COMMENT ON COLUMN s.commented.a IS 'it''s :x 100% \ $sql$ "q" ß漢'
/
