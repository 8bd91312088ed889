-- drop_index s.Order's $guard$ %s.ix_n

DECLARE
  answer NUMBER;
BEGIN
  SELECT CASE
    WHEN NOT EXISTS (SELECT 1 FROM all_indexes WHERE owner = 'S' AND index_name = 'IX_N') THEN -1
    ELSE 0 END INTO answer FROM dual;
  IF answer = 0 THEN
    EXECUTE IMMEDIATE 'DROP INDEX s.ix_n';
  END IF;
END;
/
