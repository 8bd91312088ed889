-- drop_index_online s.Order's $guard$ %s.Ix_n's

DECLARE
  answer NUMBER;
BEGIN
  SELECT CASE
    WHEN NOT EXISTS (SELECT 1 FROM all_indexes WHERE owner = 'S' AND index_name = 'Ix_n''s') THEN -1
    ELSE 0 END INTO answer FROM dual;
  IF answer = 0 THEN
    EXECUTE IMMEDIATE 'DROP INDEX s."Ix_n''s" ONLINE';
  END IF;
END;
/
