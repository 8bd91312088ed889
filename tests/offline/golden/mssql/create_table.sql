-- create_table s.New %s

IF NOT (OBJECT_ID(N'[s].[New %s]', N'U') IS NOT NULL AND (EXISTS (SELECT 1 FROM sys.columns WHERE object_id = OBJECT_ID(N'[s].[New %s]', N'U') AND name = N'id') AND EXISTS (SELECT 1 FROM sys.columns WHERE object_id = OBJECT_ID(N'[s].[New %s]', N'U') AND name = N'a') AND EXISTS (SELECT 1 FROM sys.columns WHERE object_id = OBJECT_ID(N'[s].[New %s]', N'U') AND name = N'p_id') AND EXISTS (SELECT 1 FROM sys.columns WHERE object_id = OBJECT_ID(N'[s].[New %s]', N'U') AND name = N'at') AND EXISTS (SELECT 1 FROM sys.columns WHERE object_id = OBJECT_ID(N'[s].[New %s]', N'U') AND name = N'price')))
IF OBJECT_ID(N'[s].[New %s]', N'U') IS NOT NULL
  EXEC(N'THROW 50000, N''table s.New %s is there, but is not what this revision asks for; drop or rename it first'', 1')
ELSE
  EXEC(N'CREATE TABLE s.[New %s] (
    id INTEGER NOT NULL IDENTITY, 
    a VARCHAR(80) NOT NULL DEFAULT ''it''''s :x 100% \ $sql$ "q" ß漢'', 
    p_id INTEGER NULL, 
    at DATETIME NULL, 
    price NUMERIC(8, 2) NULL, 
    PRIMARY KEY (id), 
    FOREIGN KEY(p_id) REFERENCES s.p (id)
)')
GO

IF NOT EXISTS (SELECT 1 FROM sys.indexes i WHERE i.object_id = OBJECT_ID(N'[s].[New %s]', N'U') AND i.name = N'ix_New %s_a' AND i.is_unique = 0 AND i.is_disabled = 0 AND (SELECT STRING_AGG(COL_NAME(c.object_id, c.column_id), N',') WITHIN GROUP (ORDER BY c.key_ordinal) FROM sys.index_columns c WHERE c.object_id = i.object_id AND c.index_id = i.index_id AND c.key_ordinal > 0) = N'a')
IF EXISTS (SELECT 1 FROM sys.indexes WHERE name = N'ix_New %s_a' AND object_id = OBJECT_ID(N'[s].[New %s]', N'U'))
  EXEC(N'THROW 50000, N''index s.ix_New %s_a on s.New %s is there, but is not what this revision asks for; drop or rename it first'', 1')
ELSE
  EXEC(N'CREATE INDEX [ix_New %s_a] ON s.[New %s] (a)')
GO

IF NOT EXISTS (SELECT 1 FROM sys.indexes i WHERE i.object_id = OBJECT_ID(N'[s].[New %s]', N'U') AND i.name = N'ix_New %s_at' AND i.is_unique = 0 AND i.is_disabled = 0 AND (SELECT STRING_AGG(COL_NAME(c.object_id, c.column_id), N',') WITHIN GROUP (ORDER BY c.key_ordinal) FROM sys.index_columns c WHERE c.object_id = i.object_id AND c.index_id = i.index_id AND c.key_ordinal > 0) = N'at')
IF EXISTS (SELECT 1 FROM sys.indexes WHERE name = N'ix_New %s_at' AND object_id = OBJECT_ID(N'[s].[New %s]', N'U'))
  EXEC(N'THROW 50000, N''index s.ix_New %s_at on s.New %s is there, but is not what this revision asks for; drop or rename it first'', 1')
ELSE
  EXEC(N'CREATE INDEX [ix_New %s_at] ON s.[New %s] (at)')
GO
