-- create_sequence s.Seq's

DECLARE
  answer NUMBER;
BEGIN
  SELECT CASE
    WHEN EXISTS (SELECT 1 FROM all_sequences WHERE sequence_owner = 'S' AND sequence_name = 'Seq''s') THEN -1
    ELSE 0 END INTO answer FROM dual;
  IF answer = 0 THEN
    EXECUTE IMMEDIATE 'CREATE SEQUENCE s."Seq''s" START WITH 5';
  END IF;
END;
/

-- drop_sequence s.gone

DECLARE
  answer NUMBER;
BEGIN
  SELECT CASE
    WHEN NOT EXISTS (SELECT 1 FROM all_sequences WHERE sequence_owner = 'S' AND sequence_name = 'GONE') THEN -1
    ELSE 0 END INTO answer FROM dual;
  IF answer = 0 THEN
    EXECUTE IMMEDIATE 'DROP SEQUENCE s.gone';
  END IF;
END;
/
