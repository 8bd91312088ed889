-- alter_column s.Order's $guard$ %s.select

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

-- alter_column s.Order's $guard$ %s.n

DECLARE
  answer NUMBER;
BEGIN
  SELECT CASE
    WHEN 1 = 0 THEN -1
    ELSE 0 END INTO answer FROM dual;
  IF answer = 0 THEN
    EXECUTE IMMEDIATE 'ALTER TABLE s."Order''s $guard$ %s" MODIFY n NUMBER(19)';
  END IF;
END;
/

-- alter_column s.bare.a

ALTER TABLE s.bare MODIFY a DEFAULT '7'
/
