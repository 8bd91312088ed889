-- create_table s.seeds

DECLARE
  answer NUMBER;
BEGIN
  SELECT CASE
    WHEN EXISTS (SELECT 1 FROM all_tables WHERE owner = 'S' AND table_name = 'SEEDS') AND (EXISTS (SELECT 1 FROM all_tab_columns WHERE owner = 'S' AND table_name = 'SEEDS' AND column_name = 'ID') AND EXISTS (SELECT 1 FROM all_tab_columns WHERE owner = 'S' AND table_name = 'SEEDS' AND column_name = 'A')) THEN -1
    WHEN EXISTS (SELECT 1 FROM all_tables WHERE owner = 'S' AND table_name = 'SEEDS') THEN 1
    ELSE 0 END INTO answer FROM dual;
  IF answer = 0 THEN
    EXECUTE IMMEDIATE 'CREATE TABLE s.seeds (
    id INTEGER NOT NULL, 
    a VARCHAR2(80 CHAR), 
    PRIMARY KEY (id)
)';
  ELSIF answer = 1 THEN
    RAISE_APPLICATION_ERROR(-20000, 'table s.seeds is there, but is not what this revision asks for; drop or rename it first');
  END IF;
END;
/

-- bulk_insert

INSERT INTO s.seeds (id, a) SELECT 1 AS id, 'it''s :x 100% \ $sql$ "q" ß漢' AS a FROM DUAL 
WHERE (SELECT count(*) AS count_1 
FROM s.seeds 
WHERE DECODE(s.seeds.id, 1, 0, 1) = 0) < 1
/

INSERT INTO s.seeds (id, a) SELECT 2 AS id, NULL AS a FROM DUAL 
WHERE (SELECT count(*) AS count_1 
FROM s.seeds 
WHERE DECODE(s.seeds.id, 2, 0, 1) = 0) < 1
/

INSERT INTO s.seeds (id, a) SELECT 3 AS id, 'c' AS a FROM DUAL 
WHERE (SELECT count(*) AS count_1 
FROM s.seeds 
WHERE DECODE(s.seeds.id, 3, 0, 1) = 0) < 1
/
