-- add_column s.Order's $guard$ %s.z

IF NOT EXISTS (SELECT 1 FROM sys.columns WHERE object_id = OBJECT_ID(N'[s].[Order''s $guard$ %s]', N'U') AND name = N'z')
  EXEC(N'ALTER TABLE s.[Order''s $guard$ %s] ADD z INTEGER NULL')
GO

-- create_index s.Order's $guard$ %s.ix_z

IF NOT EXISTS (SELECT 1 FROM sys.indexes i WHERE i.object_id = OBJECT_ID(N'[s].[Order''s $guard$ %s]', N'U') AND i.name = N'ix_z' AND i.is_unique = 0 AND i.is_disabled = 0 AND (SELECT STRING_AGG(COL_NAME(c.object_id, c.column_id), N',') WITHIN GROUP (ORDER BY c.key_ordinal) FROM sys.index_columns c WHERE c.object_id = i.object_id AND c.index_id = i.index_id AND c.key_ordinal > 0) = N'z')
IF EXISTS (SELECT 1 FROM sys.indexes WHERE name = N'ix_z' AND object_id = OBJECT_ID(N'[s].[Order''s $guard$ %s]', N'U'))
  EXEC(N'THROW 50000, N''index s.ix_z on s.Order''''s $guard$ %s is there, but is not what this revision asks for; drop or rename it first'', 1')
ELSE
  EXEC(N'CREATE INDEX ix_z ON s.[Order''s $guard$ %s] (z)')
GO

-- drop_column s.Order's $guard$ %s.n

IF EXISTS (SELECT 1 FROM sys.columns WHERE object_id = OBJECT_ID(N'[s].[Order''s $guard$ %s]', N'U') AND name = N'n')
  EXEC(N'ALTER TABLE s.[Order''s $guard$ %s] DROP COLUMN n')
GO
