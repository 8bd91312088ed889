-- bulk_insert

INSERT INTO s."Order's $guard$ %s" (n, "select") SELECT 1 AS n, 'it''s :x 1' AS "select" FROM DUAL 
WHERE (SELECT count(*) AS count_1 
FROM s."Order's $guard$ %s" 
WHERE DECODE(s."Order's $guard$ %s".n, 1, 0, 1) = 0 AND DECODE(s."Order's $guard$ %s"."select", 'it''s :x 1', 0, 1) = 0) < 1
/

INSERT INTO s."Order's $guard$ %s" (n, "select") SELECT 1 AS n, 'it''s :x 1' AS "select" FROM DUAL 
WHERE (SELECT count(*) AS count_1 
FROM s."Order's $guard$ %s" 
WHERE DECODE(s."Order's $guard$ %s".n, 1, 0, 1) = 0 AND DECODE(s."Order's $guard$ %s"."select", 'it''s :x 1', 0, 1) = 0) < 2
/

INSERT INTO s."Order's $guard$ %s" (n, "select") SELECT NULL AS n, 'b' AS "select" FROM DUAL 
WHERE (SELECT count(*) AS count_1 
FROM s."Order's $guard$ %s" 
WHERE s."Order's $guard$ %s".n IS NULL AND DECODE(s."Order's $guard$ %s"."select", 'b', 0, 1) = 0) < 1
/
