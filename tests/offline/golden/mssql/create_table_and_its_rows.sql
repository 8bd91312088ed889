-- create_table s.seeds

IF NOT (OBJECT_ID(N'[s].[seeds]', N'U') IS NOT NULL AND (EXISTS (SELECT 1 FROM sys.columns WHERE object_id = OBJECT_ID(N'[s].[seeds]', N'U') AND name = N'id') AND EXISTS (SELECT 1 FROM sys.columns WHERE object_id = OBJECT_ID(N'[s].[seeds]', N'U') AND name = N'a')))
IF OBJECT_ID(N'[s].[seeds]', N'U') IS NOT NULL
  EXEC(N'THROW 50000, N''table s.seeds is there, but is not what this revision asks for; drop or rename it first'', 1')
ELSE
  EXEC(N'CREATE TABLE s.seeds (
    id INTEGER NOT NULL, 
    a VARCHAR(80) NULL, 
    PRIMARY KEY (id)
)')
GO

-- bulk_insert

SET IDENTITY_INSERT s.seeds ON;
INSERT INTO s.seeds (id, a) SELECT 1 AS id, 'it''s :x 100% \ $sql$ "q" ß漢' AS a 
WHERE (SELECT count(*) AS count_1 
FROM s.seeds 
WHERE EXISTS (SELECT s.seeds.id INTERSECT SELECT 1)) < 1;
SET IDENTITY_INSERT s.seeds OFF;
GO

SET IDENTITY_INSERT s.seeds ON;
INSERT INTO s.seeds (id, a) SELECT 2 AS id, NULL AS a 
WHERE (SELECT count(*) AS count_1 
FROM s.seeds 
WHERE EXISTS (SELECT s.seeds.id INTERSECT SELECT 2)) < 1;
SET IDENTITY_INSERT s.seeds OFF;
GO

SET IDENTITY_INSERT s.seeds ON;
INSERT INTO s.seeds (id, a) SELECT 3 AS id, 'c' AS a 
WHERE (SELECT count(*) AS count_1 
FROM s.seeds 
WHERE EXISTS (SELECT s.seeds.id INTERSECT SELECT 3)) < 1;
SET IDENTITY_INSERT s.seeds OFF;
GO
