-- create_foreign_key_online s.Order's $guard$ %s Fk %s

-- blocks writers, because SQL Server keeps writers out while it reads the rows

IF NOT EXISTS (SELECT 1 FROM sys.foreign_keys k WHERE k.parent_object_id = OBJECT_ID(N'[s].[Order''s $guard$ %s]', N'U') AND k.referenced_object_id = OBJECT_ID(N'[s].[p]', N'U') AND k.name = N'Fk %s' AND (SELECT STRING_AGG(COL_NAME(c.parent_object_id, c.parent_column_id), N',') WITHIN GROUP (ORDER BY c.constraint_column_id) FROM sys.foreign_key_columns c WHERE c.constraint_object_id = k.object_id) = N'n' AND (SELECT STRING_AGG(COL_NAME(c.referenced_object_id, c.referenced_column_id), N',') WITHIN GROUP (ORDER BY c.constraint_column_id) FROM sys.foreign_key_columns c WHERE c.constraint_object_id = k.object_id) = N'id')
IF EXISTS (SELECT 1 FROM sys.objects WHERE parent_object_id = OBJECT_ID(N'[s].[Order''s $guard$ %s]', N'U') AND name = N'Fk %s' AND type = 'F')
  EXEC(N'THROW 50000, N''foreign key Fk %s on s.Order''''s $guard$ %s is there, but is not what this revision asks for; drop or rename it first'', 1')
ELSE
  EXEC(N'ALTER TABLE s.[Order''s $guard$ %s] ADD CONSTRAINT [Fk %s] FOREIGN KEY(n) REFERENCES s.p (id) ON DELETE CASCADE')
GO
