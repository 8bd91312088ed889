-- rename_table s.bare

DECLARE
  answer NUMBER;
BEGIN
  SELECT CASE
    WHEN EXISTS (SELECT 1 FROM all_tables WHERE owner = 'S' AND table_name = 'Bare''er') AND NOT EXISTS (SELECT 1 FROM all_tables WHERE owner = 'S' AND table_name = 'BARE') THEN -1
    WHEN EXISTS (SELECT 1 FROM all_tables WHERE owner = 'S' AND table_name = 'BARE') AND EXISTS (SELECT 1 FROM all_tables WHERE owner = 'S' AND table_name = 'Bare''er') THEN 1
    WHEN NOT EXISTS (SELECT 1 FROM all_tables WHERE owner = 'S' AND table_name = 'BARE') AND NOT EXISTS (SELECT 1 FROM all_tables WHERE owner = 'S' AND table_name = 'Bare''er') THEN 2
    ELSE 0 END INTO answer FROM dual;
  IF answer = 0 THEN
    EXECUTE IMMEDIATE 'ALTER TABLE s.bare RENAME TO "Bare''er"';
  ELSIF answer = 1 THEN
    RAISE_APPLICATION_ERROR(-20000, 'renaming table s.bare to s.Bare''er: both are there; drop the one that is not wanted');
  ELSIF answer = 2 THEN
    RAISE_APPLICATION_ERROR(-20000, 'renaming table s.bare to s.Bare''er: neither is there');
  END IF;
END;
/
