-- create_table s.New %s

DECLARE
  answer NUMBER;
BEGIN
  SELECT CASE
    WHEN EXISTS (SELECT 1 FROM all_tables WHERE owner = 'S' AND table_name = 'New %s') AND (EXISTS (SELECT 1 FROM all_tab_columns WHERE owner = 'S' AND table_name = 'New %s' AND column_name = 'ID') AND EXISTS (SELECT 1 FROM all_tab_columns WHERE owner = 'S' AND table_name = 'New %s' AND column_name = 'A') AND EXISTS (SELECT 1 FROM all_tab_columns WHERE owner = 'S' AND table_name = 'New %s' AND column_name = 'P_ID') AND EXISTS (SELECT 1 FROM all_tab_columns WHERE owner = 'S' AND table_name = 'New %s' AND column_name = 'AT') AND EXISTS (SELECT 1 FROM all_tab_columns WHERE owner = 'S' AND table_name = 'New %s' AND column_name = 'PRICE')) THEN -1
    WHEN EXISTS (SELECT 1 FROM all_tables WHERE owner = 'S' AND table_name = 'New %s') THEN 1
    ELSE 0 END INTO answer FROM dual;
  IF answer = 0 THEN
    EXECUTE IMMEDIATE 'CREATE TABLE s."New %s" (
    id INTEGER NOT NULL, 
    a VARCHAR2(80 CHAR) DEFAULT ''it''''s :x 100% \ $sql$ "q" ß漢'' NOT NULL, 
    p_id INTEGER, 
    at DATE, 
    price NUMERIC(8, 2), 
    PRIMARY KEY (id), 
    FOREIGN KEY(p_id) REFERENCES s.p (id)
)';
  ELSIF answer = 1 THEN
    RAISE_APPLICATION_ERROR(-20000, 'table s.New %s is there, but is not what this revision asks for; drop or rename it first');
  END IF;
END;
/

DECLARE
  answer NUMBER;
BEGIN
  SELECT CASE
    WHEN EXISTS (SELECT 1 FROM all_indexes WHERE table_owner = 'S' AND table_name = 'New %s' AND index_name = 'ix_New %s_a' AND uniqueness = 'NONUNIQUE' AND (SELECT LISTAGG(c.column_name, ',') WITHIN GROUP (ORDER BY c.column_position) FROM all_ind_columns c WHERE c.index_owner = owner AND c.index_name = all_indexes.index_name) = 'A') THEN -1
    WHEN EXISTS (SELECT 1 FROM all_indexes WHERE owner = 'S' AND index_name = 'ix_New %s_a') THEN 1
    ELSE 0 END INTO answer FROM dual;
  IF answer = 0 THEN
    EXECUTE IMMEDIATE 'CREATE INDEX s."ix_New %s_a" ON s."New %s" (a)';
  ELSIF answer = 1 THEN
    RAISE_APPLICATION_ERROR(-20000, 'index s.ix_New %s_a on s.New %s is there, but is not what this revision asks for; drop or rename it first');
  END IF;
END;
/

DECLARE
  answer NUMBER;
BEGIN
  SELECT CASE
    WHEN EXISTS (SELECT 1 FROM all_indexes WHERE table_owner = 'S' AND table_name = 'New %s' AND index_name = 'ix_New %s_at' AND uniqueness = 'NONUNIQUE' AND (SELECT LISTAGG(c.column_name, ',') WITHIN GROUP (ORDER BY c.column_position) FROM all_ind_columns c WHERE c.index_owner = owner AND c.index_name = all_indexes.index_name) = 'AT') THEN -1
    WHEN EXISTS (SELECT 1 FROM all_indexes WHERE owner = 'S' AND index_name = 'ix_New %s_at') THEN 1
    ELSE 0 END INTO answer FROM dual;
  IF answer = 0 THEN
    EXECUTE IMMEDIATE 'CREATE INDEX s."ix_New %s_at" ON s."New %s" (at)';
  ELSIF answer = 1 THEN
    RAISE_APPLICATION_ERROR(-20000, 'index s.ix_New %s_at on s.New %s is there, but is not what this revision asks for; drop or rename it first');
  END IF;
END;
/
