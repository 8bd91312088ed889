-- add_column s.Order's $guard$ %s.z

DECLARE
  answer NUMBER;
BEGIN
  SELECT CASE
    WHEN EXISTS (SELECT 1 FROM all_tab_columns WHERE owner = 'S' AND table_name = 'Order''s $guard$ %s' AND column_name = 'Z') THEN -1
    ELSE 0 END INTO answer FROM dual;
  IF answer = 0 THEN
    EXECUTE IMMEDIATE 'ALTER TABLE s."Order''s $guard$ %s" ADD z INTEGER';
  END IF;
END;
/

-- create_index s.Order's $guard$ %s.ix_z

DECLARE
  answer NUMBER;
BEGIN
  SELECT CASE
    WHEN EXISTS (SELECT 1 FROM all_indexes WHERE table_owner = 'S' AND table_name = 'Order''s $guard$ %s' AND index_name = 'IX_Z' AND uniqueness = 'NONUNIQUE' AND (SELECT LISTAGG(c.column_name, ',') WITHIN GROUP (ORDER BY c.column_position) FROM all_ind_columns c WHERE c.index_owner = owner AND c.index_name = all_indexes.index_name) = 'Z') THEN -1
    WHEN EXISTS (SELECT 1 FROM all_indexes WHERE owner = 'S' AND index_name = 'IX_Z') THEN 1
    ELSE 0 END INTO answer FROM dual;
  IF answer = 0 THEN
    EXECUTE IMMEDIATE 'CREATE INDEX s.ix_z ON s."Order''s $guard$ %s" (z)';
  ELSIF answer = 1 THEN
    RAISE_APPLICATION_ERROR(-20000, 'index s.ix_z on s.Order''s $guard$ %s is there, but is not what this revision asks for; drop or rename it first');
  END IF;
END;
/

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
