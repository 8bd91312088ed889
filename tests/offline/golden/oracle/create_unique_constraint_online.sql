-- create_unique_constraint_online s.Order's $guard$ %s Uq's

-- blocks writers, because Oracle keeps writers out while it reads the rows

DECLARE
  answer NUMBER;
BEGIN
  SELECT CASE
    WHEN EXISTS (SELECT 1 FROM all_constraints WHERE owner = 'S' AND table_name = 'Order''s $guard$ %s' AND constraint_name = 'Uq''s' AND constraint_type = 'U' AND (SELECT LISTAGG(c.column_name, ',') WITHIN GROUP (ORDER BY c.position) FROM all_cons_columns c WHERE c.owner = all_constraints.owner AND c.constraint_name = all_constraints.constraint_name) = 'select,N') THEN -1
    WHEN EXISTS (SELECT 1 FROM all_constraints WHERE owner = 'S' AND table_name = 'Order''s $guard$ %s' AND constraint_name = 'Uq''s' AND constraint_type = 'U') THEN 1
    ELSE 0 END INTO answer FROM dual;
  IF answer = 0 THEN
    EXECUTE IMMEDIATE 'ALTER TABLE s."Order''s $guard$ %s" ADD CONSTRAINT "Uq''s" UNIQUE ("select", n)';
  ELSIF answer = 1 THEN
    RAISE_APPLICATION_ERROR(-20000, 'unique constraint Uq''s on s.Order''s $guard$ %s is there, but is not what this revision asks for; drop or rename it first');
  END IF;
END;
/
