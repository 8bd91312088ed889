-- drop_constraint s.Order's $guard$ %s.uq_d

DECLARE
  answer NUMBER;
BEGIN
  SELECT CASE
    WHEN NOT EXISTS (SELECT 1 FROM all_constraints WHERE owner = 'S' AND table_name = 'Order''s $guard$ %s' AND constraint_name = 'UQ_D' AND constraint_type = 'U') THEN -1
    ELSE 0 END INTO answer FROM dual;
  IF answer = 0 THEN
    EXECUTE IMMEDIATE 'ALTER TABLE s."Order''s $guard$ %s" DROP CONSTRAINT uq_d';
  END IF;
END;
/

-- drop_constraint s.Order's $guard$ %s.ck_d

DECLARE
  answer NUMBER;
BEGIN
  SELECT CASE
    WHEN NOT EXISTS (SELECT 1 FROM all_constraints WHERE owner = 'S' AND table_name = 'Order''s $guard$ %s' AND constraint_name = 'CK_D' AND constraint_type = 'C') THEN -1
    ELSE 0 END INTO answer FROM dual;
  IF answer = 0 THEN
    EXECUTE IMMEDIATE 'ALTER TABLE s."Order''s $guard$ %s" DROP CONSTRAINT ck_d';
  END IF;
END;
/
