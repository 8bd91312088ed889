-- add_column s.Order's $guard$ %s.x's

DECLARE
  answer NUMBER;
BEGIN
  SELECT CASE
    WHEN EXISTS (SELECT 1 FROM all_tab_columns WHERE owner = 'S' AND table_name = 'Order''s $guard$ %s' AND column_name = 'x''s') THEN -1
    ELSE 0 END INTO answer FROM dual;
  IF answer = 0 THEN
    EXECUTE IMMEDIATE 'ALTER TABLE s."Order''s $guard$ %s" ADD "x''s" VARCHAR2(90 CHAR) DEFAULT ''it''''s :x 100% \ $sql$ "q" ß漢''';
  END IF;
END;
/

-- add_column s.Order's $guard$ %s.p

DECLARE
  answer NUMBER;
BEGIN
  SELECT CASE
    WHEN EXISTS (SELECT 1 FROM all_tab_columns WHERE owner = 'S' AND table_name = 'Order''s $guard$ %s' AND column_name = 'P') THEN -1
    ELSE 0 END INTO answer FROM dual;
  IF answer = 0 THEN
    EXECUTE IMMEDIATE 'ALTER TABLE s."Order''s $guard$ %s" ADD p INTEGER';
  END IF;
END;
/

DECLARE
  answer NUMBER;
BEGIN
  SELECT CASE
    WHEN EXISTS (SELECT 1 FROM all_constraints WHERE owner = 'S' AND table_name = 'Order''s $guard$ %s' AND constraint_type = 'R' AND (SELECT LISTAGG(c.column_name, ',') WITHIN GROUP (ORDER BY c.position) FROM all_cons_columns c WHERE c.owner = all_constraints.owner AND c.constraint_name = all_constraints.constraint_name) = 'P' AND (SELECT LISTAGG(c.column_name, ',') WITHIN GROUP (ORDER BY c.position) FROM all_cons_columns c WHERE c.owner = all_constraints.r_owner AND c.constraint_name = all_constraints.r_constraint_name) = 'ID' AND EXISTS (SELECT 1 FROM all_constraints r WHERE r.owner = all_constraints.r_owner AND r.constraint_name = all_constraints.r_constraint_name AND r.owner = 'S' AND r.table_name = 'P')) THEN -1
    ELSE 0 END INTO answer FROM dual;
  IF answer = 0 THEN
    EXECUTE IMMEDIATE 'ALTER TABLE s."Order''s $guard$ %s" ADD FOREIGN KEY(p) REFERENCES s.p (id)';
  END IF;
END;
/

-- add_column s.Order's $guard$ %s.i

DECLARE
  answer NUMBER;
BEGIN
  SELECT CASE
    WHEN EXISTS (SELECT 1 FROM all_tab_columns WHERE owner = 'S' AND table_name = 'Order''s $guard$ %s' AND column_name = 'I') THEN -1
    ELSE 0 END INTO answer FROM dual;
  IF answer = 0 THEN
    EXECUTE IMMEDIATE 'ALTER TABLE s."Order''s $guard$ %s" ADD i INTEGER';
  END IF;
END;
/

DECLARE
  answer NUMBER;
BEGIN
  SELECT CASE
    WHEN EXISTS (SELECT 1 FROM all_indexes WHERE table_owner = 'S' AND table_name = 'Order''s $guard$ %s' AND index_name = 'ix_Order''s $guard$ %s_i' AND uniqueness = 'NONUNIQUE' AND (SELECT LISTAGG(c.column_name, ',') WITHIN GROUP (ORDER BY c.column_position) FROM all_ind_columns c WHERE c.index_owner = owner AND c.index_name = all_indexes.index_name) = 'I') THEN -1
    WHEN EXISTS (SELECT 1 FROM all_indexes WHERE owner = 'S' AND index_name = 'ix_Order''s $guard$ %s_i') THEN 1
    ELSE 0 END INTO answer FROM dual;
  IF answer = 0 THEN
    EXECUTE IMMEDIATE 'CREATE INDEX s."ix_Order''s $guard$ %s_i" ON s."Order''s $guard$ %s" (i)';
  ELSIF answer = 1 THEN
    RAISE_APPLICATION_ERROR(-20000, 'index s.ix_Order''s $guard$ %s_i on s.Order''s $guard$ %s is there, but is not what this revision asks for; drop or rename it first');
  END IF;
END;
/

COMMENT ON COLUMN s."Order's $guard$ %s".i IS 'it''s :x 100% \ $sql$ "q" ß漢'
/
