-- create_unique_constraint s.Order's $guard$ %s.Uq's

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

-- create_check_constraint s.Order's $guard$ %s.ck_n

DECLARE
  answer NUMBER;
BEGIN
  SELECT CASE
    WHEN EXISTS (SELECT 1 FROM all_constraints WHERE owner = 'S' AND table_name = 'Order''s $guard$ %s' AND constraint_name = 'CK_N' AND constraint_type = 'C') THEN -1
    ELSE 0 END INTO answer FROM dual;
  IF answer = 0 THEN
    EXECUTE IMMEDIATE 'ALTER TABLE s."Order''s $guard$ %s" ADD CONSTRAINT ck_n CHECK (n % 2 = 0)';
  END IF;
END;
/

-- create_primary_key s.bare.pk_bare

DECLARE
  answer NUMBER;
BEGIN
  SELECT CASE
    WHEN EXISTS (SELECT 1 FROM all_constraints WHERE owner = 'S' AND table_name = 'BARE' AND constraint_type = 'P' AND (SELECT LISTAGG(c.column_name, ',') WITHIN GROUP (ORDER BY c.position) FROM all_cons_columns c WHERE c.owner = all_constraints.owner AND c.constraint_name = all_constraints.constraint_name) = 'A') THEN -1
    WHEN EXISTS (SELECT 1 FROM all_constraints WHERE owner = 'S' AND table_name = 'BARE' AND constraint_type = 'P') THEN 1
    ELSE 0 END INTO answer FROM dual;
  IF answer = 0 THEN
    EXECUTE IMMEDIATE 'ALTER TABLE s.bare ADD CONSTRAINT pk_bare PRIMARY KEY (a)';
  ELSIF answer = 1 THEN
    RAISE_APPLICATION_ERROR(-20000, 'primary key pk_bare on s.bare is there, but is not what this revision asks for; drop or rename it first');
  END IF;
END;
/

-- create_foreign_key Fk %s

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
