-- create_index_online s.Order's $guard$ %s.Ix 'a' %s

DECLARE
  answer NUMBER;
BEGIN
  SELECT CASE
    WHEN EXISTS (SELECT 1 FROM all_indexes WHERE table_owner = 'S' AND table_name = 'Order''s $guard$ %s' AND index_name = 'Ix ''a'' %s' AND uniqueness = 'UNIQUE' AND (SELECT LISTAGG(c.column_name, ',') WITHIN GROUP (ORDER BY c.column_position) FROM all_ind_columns c WHERE c.index_owner = owner AND c.index_name = all_indexes.index_name) = 'select,N') THEN -1
    WHEN EXISTS (SELECT 1 FROM all_indexes WHERE owner = 'S' AND index_name = 'Ix ''a'' %s') THEN 1
    ELSE 0 END INTO answer FROM dual;
  IF answer = 0 THEN
    EXECUTE IMMEDIATE 'CREATE UNIQUE INDEX s."Ix ''a'' %s" ON s."Order''s $guard$ %s" ("select", n) ONLINE';
  ELSIF answer = 1 THEN
    RAISE_APPLICATION_ERROR(-20000, 'index s.Ix ''a'' %s on s.Order''s $guard$ %s is there, but is not what this revision asks for; drop or rename it first');
  END IF;
END;
/

-- create_index_online s.Order's $guard$ %s

DECLARE
  answer NUMBER;
BEGIN
  SELECT CASE
    WHEN EXISTS (SELECT 1 FROM all_indexes WHERE table_owner = 'S' AND table_name = 'Order''s $guard$ %s' AND index_name = 'ix_Order''s $guard$ %s_select' AND uniqueness = 'NONUNIQUE' AND (SELECT LISTAGG(c.column_name, ',') WITHIN GROUP (ORDER BY c.column_position) FROM all_ind_columns c WHERE c.index_owner = owner AND c.index_name = all_indexes.index_name) = 'select') THEN -1
    WHEN EXISTS (SELECT 1 FROM all_indexes WHERE owner = 'S' AND index_name = 'ix_Order''s $guard$ %s_select') THEN 1
    ELSE 0 END INTO answer FROM dual;
  IF answer = 0 THEN
    EXECUTE IMMEDIATE 'CREATE INDEX s."ix_Order''s $guard$ %s_select" ON s."Order''s $guard$ %s" ("select") ONLINE';
  ELSIF answer = 1 THEN
    RAISE_APPLICATION_ERROR(-20000, 'index s.ix_Order''s $guard$ %s_select on s.Order''s $guard$ %s is there, but is not what this revision asks for; drop or rename it first');
  END IF;
END;
/
