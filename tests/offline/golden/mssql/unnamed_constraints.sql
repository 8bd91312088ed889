-- create_unique_constraint s.Order's $guard$ %s

IF NOT EXISTS (SELECT 1 FROM sys.key_constraints k WHERE k.parent_object_id = OBJECT_ID(N'[s].[Order''s $guard$ %s]', N'U') AND k.type = 'UQ' AND (SELECT STRING_AGG(COL_NAME(c.object_id, c.column_id), N',') WITHIN GROUP (ORDER BY c.key_ordinal) FROM sys.index_columns c WHERE c.object_id = k.parent_object_id AND c.index_id = k.unique_index_id) = N'select')
  EXEC(N'ALTER TABLE s.[Order''s $guard$ %s] ADD UNIQUE ([select])')
GO

-- create_foreign_key

IF NOT EXISTS (SELECT 1 FROM sys.foreign_keys k WHERE k.parent_object_id = OBJECT_ID(N'[s].[Order''s $guard$ %s]', N'U') AND k.referenced_object_id = OBJECT_ID(N'[s].[p]', N'U') AND (SELECT STRING_AGG(COL_NAME(c.parent_object_id, c.parent_column_id), N',') WITHIN GROUP (ORDER BY c.constraint_column_id) FROM sys.foreign_key_columns c WHERE c.constraint_object_id = k.object_id) = N'd' AND (SELECT STRING_AGG(COL_NAME(c.referenced_object_id, c.referenced_column_id), N',') WITHIN GROUP (ORDER BY c.constraint_column_id) FROM sys.foreign_key_columns c WHERE c.constraint_object_id = k.object_id) = N'id')
  EXEC(N'ALTER TABLE s.[Order''s $guard$ %s] ADD FOREIGN KEY(d) REFERENCES s.p (id)')
GO
