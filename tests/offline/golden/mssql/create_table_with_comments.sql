-- create_table s.commented

IF NOT (OBJECT_ID(N'[s].[commented]', N'U') IS NOT NULL AND EXISTS (SELECT 1 FROM sys.columns WHERE object_id = OBJECT_ID(N'[s].[commented]', N'U') AND name = N'a'))
IF OBJECT_ID(N'[s].[commented]', N'U') IS NOT NULL
  EXEC(N'THROW 50000, N''table s.commented is there, but is not what this revision asks for; drop or rename it first'', 1')
ELSE
  EXEC(N'CREATE TABLE s.commented (
    a INTEGER NULL
)')
GO

execute sp_addextendedproperty 'MS_Description', N'it''s :x 100% \ $sql$ "q" ß漢', 'schema', s, 'table', commented;
GO

execute sp_addextendedproperty 'MS_Description', N'it''s :x 100% \ $sql$ "q" ß漢', 'schema', s, 'table', commented, 'column', a;
GO
