-- drop_column s.Order's $guard$ %s.n

DECLARE
  answer NUMBER;
BEGIN
  SELECT CASE
    WHEN NOT EXISTS (SELECT 1 FROM all_tab_columns WHERE owner = 'S' AND table_name = 'Order''s $guard$ %s' AND column_name = 'N') THEN -1
    ELSE 0 END INTO answer FROM dual;
  IF answer = 0 THEN
    EXECUTE IMMEDIATE 'ALTER TABLE s."Order''s $guard$ %s" DROP COLUMN n';
  END IF;
END;
/
