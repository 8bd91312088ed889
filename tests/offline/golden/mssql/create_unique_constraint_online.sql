-- create_unique_constraint_online s.Order's $guard$ %s Uq's

-- blocks writers, because SQL Server keeps writers out while it reads the rows

IF NOT EXISTS (SELECT 1 FROM sys.key_constraints k WHERE k.parent_object_id = OBJECT_ID(N'[s].[Order''s $guard$ %s]', N'U') AND k.type = 'UQ' AND k.name = N'Uq''s' AND (SELECT STRING_AGG(COL_NAME(c.object_id, c.column_id), N',') WITHIN GROUP (ORDER BY c.key_ordinal) FROM sys.index_columns c WHERE c.object_id = k.parent_object_id AND c.index_id = k.unique_index_id) = N'select,n')
IF EXISTS (SELECT 1 FROM sys.objects WHERE parent_object_id = OBJECT_ID(N'[s].[Order''s $guard$ %s]', N'U') AND name = N'Uq''s' AND type = 'UQ')
  EXEC(N'THROW 50000, N''unique constraint Uq''''s on s.Order''''s $guard$ %s is there, but is not what this revision asks for; drop or rename it first'', 1')
ELSE
  EXEC(N'ALTER TABLE s.[Order''s $guard$ %s] ADD CONSTRAINT [Uq''s] UNIQUE ([select], n)')
GO
