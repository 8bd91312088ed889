-- create_check_constraint_online s.Order's $guard$ %s Ck's

-- blocks writers, because Oracle keeps writers out while it reads the rows

DECLARE
  answer NUMBER;
BEGIN
  SELECT CASE
    WHEN EXISTS (SELECT 1 FROM all_constraints WHERE owner = 'S' AND table_name = 'Order''s $guard$ %s' AND constraint_name = 'Ck''s' AND constraint_type = 'C') THEN -1
    ELSE 0 END INTO answer FROM dual;
  IF answer = 0 THEN
    EXECUTE IMMEDIATE 'ALTER TABLE s."Order''s $guard$ %s" ADD CONSTRAINT "Ck''s" CHECK (n % 2 = 1)';
  END IF;
END;
/
