-- drop_table s.bare

DECLARE
  answer NUMBER;
BEGIN
  SELECT CASE
    WHEN NOT EXISTS (SELECT 1 FROM all_tables WHERE owner = 'S' AND table_name = 'BARE') THEN -1
    ELSE 0 END INTO answer FROM dual;
  IF answer = 0 THEN
    EXECUTE IMMEDIATE 'DROP TABLE s.bare';
  END IF;
END;
/
