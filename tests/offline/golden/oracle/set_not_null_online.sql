-- set_not_null_online s.Order's $guard$ %s.select

-- blocks writers, because Oracle keeps writers out while it reads the rows

DECLARE
  answer NUMBER;
BEGIN
  SELECT CASE
    WHEN EXISTS (SELECT 1 FROM all_tab_columns WHERE owner = 'S' AND table_name = 'Order''s $guard$ %s' AND column_name = 'select' AND nullable = 'N') THEN -1
    ELSE 0 END INTO answer FROM dual;
  IF answer = 0 THEN
    EXECUTE IMMEDIATE 'ALTER TABLE s."Order''s $guard$ %s" MODIFY "select" NOT NULL';
  END IF;
END;
/
