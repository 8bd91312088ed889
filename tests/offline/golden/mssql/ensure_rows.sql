-- ensure_rows

SET IDENTITY_INSERT s.t ON;
INSERT INTO s.t (id, name, data, none) SELECT 1 AS id, 'it''s' AS name, 0x0027 AS data, NULL AS none 
WHERE (SELECT count(*) AS count_1 
FROM s.t 
WHERE EXISTS (SELECT s.t.id INTERSECT SELECT 1)) < 1;
SET IDENTITY_INSERT s.t OFF;
GO
