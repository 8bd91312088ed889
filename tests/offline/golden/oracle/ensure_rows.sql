-- ensure_rows

INSERT INTO s.t (id, name, data, none) SELECT 1 AS id, 'it''s' AS name, HEXTORAW('0027') AS data, NULL AS none FROM DUAL 
WHERE (SELECT count(*) AS count_1 
FROM s.t 
WHERE DECODE(s.t.id, 1, 0, 1) = 0) < 1
/
