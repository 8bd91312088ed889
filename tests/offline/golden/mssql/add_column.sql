-- add_column s.Order's $guard$ %s.x's

IF NOT EXISTS (SELECT 1 FROM sys.columns WHERE object_id = OBJECT_ID(N'[s].[Order''s $guard$ %s]', N'U') AND name = N'x''s')
  EXEC(N'ALTER TABLE s.[Order''s $guard$ %s] ADD [x''s] VARCHAR(90) NULL DEFAULT ''it''''s :x 100% \ $sql$ "q" ß漢''')
GO

-- add_column s.Order's $guard$ %s.p

IF NOT EXISTS (SELECT 1 FROM sys.columns WHERE object_id = OBJECT_ID(N'[s].[Order''s $guard$ %s]', N'U') AND name = N'p')
  EXEC(N'ALTER TABLE s.[Order''s $guard$ %s] ADD p INTEGER NULL')
GO

IF NOT EXISTS (SELECT 1 FROM sys.foreign_keys k WHERE k.parent_object_id = OBJECT_ID(N'[s].[Order''s $guard$ %s]', N'U') AND k.referenced_object_id = OBJECT_ID(N'[s].[p]', N'U') AND (SELECT STRING_AGG(COL_NAME(c.parent_object_id, c.parent_column_id), N',') WITHIN GROUP (ORDER BY c.constraint_column_id) FROM sys.foreign_key_columns c WHERE c.constraint_object_id = k.object_id) = N'p' AND (SELECT STRING_AGG(COL_NAME(c.referenced_object_id, c.referenced_column_id), N',') WITHIN GROUP (ORDER BY c.constraint_column_id) FROM sys.foreign_key_columns c WHERE c.constraint_object_id = k.object_id) = N'id')
  EXEC(N'ALTER TABLE s.[Order''s $guard$ %s] ADD FOREIGN KEY(p) REFERENCES s.p (id)')
GO

-- add_column s.Order's $guard$ %s.i

IF NOT EXISTS (SELECT 1 FROM sys.columns WHERE object_id = OBJECT_ID(N'[s].[Order''s $guard$ %s]', N'U') AND name = N'i')
  EXEC(N'ALTER TABLE s.[Order''s $guard$ %s] ADD i INTEGER NULL')
GO

IF NOT EXISTS (SELECT 1 FROM sys.indexes i WHERE i.object_id = OBJECT_ID(N'[s].[Order''s $guard$ %s]', N'U') AND i.name = N'ix_Order''s $guard$ %s_i' AND i.is_unique = 0 AND i.is_disabled = 0 AND (SELECT STRING_AGG(COL_NAME(c.object_id, c.column_id), N',') WITHIN GROUP (ORDER BY c.key_ordinal) FROM sys.index_columns c WHERE c.object_id = i.object_id AND c.index_id = i.index_id AND c.key_ordinal > 0) = N'i')
IF EXISTS (SELECT 1 FROM sys.indexes WHERE name = N'ix_Order''s $guard$ %s_i' AND object_id = OBJECT_ID(N'[s].[Order''s $guard$ %s]', N'U'))
  EXEC(N'THROW 50000, N''index s.ix_Order''''s $guard$ %s_i on s.Order''''s $guard$ %s is there, but is not what this revision asks for; drop or rename it first'', 1')
ELSE
  EXEC(N'CREATE INDEX [ix_Order''s $guard$ %s_i] ON s.[Order''s $guard$ %s] (i)')
GO

execute sp_addextendedproperty 'MS_Description', N'it''s :x 100% \ $sql$ "q" ß漢', 'schema', s, 'table', [Order's $guard$ %s], 'column', i;
GO
