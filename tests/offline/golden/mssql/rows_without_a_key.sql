-- bulk_insert

SET IDENTITY_INSERT s.[Order's $guard$ %s] ON;
INSERT INTO s.[Order's $guard$ %s] (n, [select]) SELECT 1 AS n, 'it''s :x 1' AS [select] 
WHERE (SELECT count(*) AS count_1 
FROM s.[Order's $guard$ %s] 
WHERE EXISTS (SELECT s.[Order's $guard$ %s].n INTERSECT SELECT 1) AND EXISTS (SELECT s.[Order's $guard$ %s].[select] INTERSECT SELECT 'it''s :x 1')) < 1;
SET IDENTITY_INSERT s.[Order's $guard$ %s] OFF;
GO

SET IDENTITY_INSERT s.[Order's $guard$ %s] ON;
INSERT INTO s.[Order's $guard$ %s] (n, [select]) SELECT 1 AS n, 'it''s :x 1' AS [select] 
WHERE (SELECT count(*) AS count_1 
FROM s.[Order's $guard$ %s] 
WHERE EXISTS (SELECT s.[Order's $guard$ %s].n INTERSECT SELECT 1) AND EXISTS (SELECT s.[Order's $guard$ %s].[select] INTERSECT SELECT 'it''s :x 1')) < 2;
SET IDENTITY_INSERT s.[Order's $guard$ %s] OFF;
GO

SET IDENTITY_INSERT s.[Order's $guard$ %s] ON;
INSERT INTO s.[Order's $guard$ %s] (n, [select]) SELECT NULL AS n, 'b' AS [select] 
WHERE (SELECT count(*) AS count_1 
FROM s.[Order's $guard$ %s] 
WHERE s.[Order's $guard$ %s].n IS NULL AND EXISTS (SELECT s.[Order's $guard$ %s].[select] INTERSECT SELECT 'b')) < 1;
SET IDENTITY_INSERT s.[Order's $guard$ %s] OFF;
GO
