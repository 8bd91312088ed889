-- create_unique_constraint s.Order's $guard$ %s

DECLARE
  answer NUMBER;
BEGIN
  SELECT CASE
    WHEN EXISTS (SELECT 1 FROM all_constraints WHERE owner = 'S' AND table_name = 'Order''s $guard$ %s' AND constraint_type = 'U' AND (SELECT LISTAGG(c.column_name, ',') WITHIN GROUP (ORDER BY c.position) FROM all_cons_columns c WHERE c.owner = all_constraints.owner AND c.constraint_name = all_constraints.constraint_name) = 'select') THEN -1
    ELSE 0 END INTO answer FROM dual;
  IF answer = 0 THEN
    EXECUTE IMMEDIATE 'ALTER TABLE s."Order''s $guard$ %s" ADD UNIQUE ("select")';
  END IF;
END;
/

-- create_foreign_key

DECLARE
  answer NUMBER;
BEGIN
  SELECT CASE
    WHEN EXISTS (SELECT 1 FROM all_constraints WHERE owner = 'S' AND table_name = 'Order''s $guard$ %s' AND constraint_type = 'R' AND (SELECT LISTAGG(c.column_name, ',') WITHIN GROUP (ORDER BY c.position) FROM all_cons_columns c WHERE c.owner = all_constraints.owner AND c.constraint_name = all_constraints.constraint_name) = 'D' AND (SELECT LISTAGG(c.column_name, ',') WITHIN GROUP (ORDER BY c.position) FROM all_cons_columns c WHERE c.owner = all_constraints.r_owner AND c.constraint_name = all_constraints.r_constraint_name) = 'ID' AND EXISTS (SELECT 1 FROM all_constraints r WHERE r.owner = all_constraints.r_owner AND r.constraint_name = all_constraints.r_constraint_name AND r.owner = 'S' AND r.table_name = 'P')) THEN -1
    ELSE 0 END INTO answer FROM dual;
  IF answer = 0 THEN
    EXECUTE IMMEDIATE 'ALTER TABLE s."Order''s $guard$ %s" ADD FOREIGN KEY(d) REFERENCES s.p (id)';
  END IF;
END;
/
