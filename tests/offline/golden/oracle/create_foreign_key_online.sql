-- create_foreign_key_online s.Order's $guard$ %s Fk %s

-- blocks writers, because Oracle keeps writers out while it reads the rows

DECLARE
  answer NUMBER;
BEGIN
  SELECT CASE
    WHEN EXISTS (SELECT 1 FROM all_constraints WHERE owner = 'S' AND table_name = 'Order''s $guard$ %s' AND constraint_name = 'Fk %s' AND constraint_type = 'R' AND (SELECT LISTAGG(c.column_name, ',') WITHIN GROUP (ORDER BY c.position) FROM all_cons_columns c WHERE c.owner = all_constraints.owner AND c.constraint_name = all_constraints.constraint_name) = 'N' AND (SELECT LISTAGG(c.column_name, ',') WITHIN GROUP (ORDER BY c.position) FROM all_cons_columns c WHERE c.owner = all_constraints.r_owner AND c.constraint_name = all_constraints.r_constraint_name) = 'ID' AND EXISTS (SELECT 1 FROM all_constraints r WHERE r.owner = all_constraints.r_owner AND r.constraint_name = all_constraints.r_constraint_name AND r.owner = 'S' AND r.table_name = 'P')) THEN -1
    WHEN EXISTS (SELECT 1 FROM all_constraints WHERE owner = 'S' AND table_name = 'Order''s $guard$ %s' AND constraint_name = 'Fk %s' AND constraint_type = 'R') THEN 1
    ELSE 0 END INTO answer FROM dual;
  IF answer = 0 THEN
    EXECUTE IMMEDIATE 'ALTER TABLE s."Order''s $guard$ %s" ADD CONSTRAINT "Fk %s" FOREIGN KEY(n) REFERENCES s.p (id) ON DELETE CASCADE';
  ELSIF answer = 1 THEN
    RAISE_APPLICATION_ERROR(-20000, 'foreign key Fk %s on s.Order''s $guard$ %s is there, but is not what this revision asks for; drop or rename it first');
  END IF;
END;
/
