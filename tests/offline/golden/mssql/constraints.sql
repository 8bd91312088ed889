-- create_unique_constraint s.Order's $guard$ %s.Uq's

IF NOT EXISTS (SELECT 1 FROM sys.key_constraints k WHERE k.parent_object_id = OBJECT_ID(N'[s].[Order''s $guard$ %s]', N'U') AND k.type = 'UQ' AND k.name = N'Uq''s' AND (SELECT STRING_AGG(COL_NAME(c.object_id, c.column_id), N',') WITHIN GROUP (ORDER BY c.key_ordinal) FROM sys.index_columns c WHERE c.object_id = k.parent_object_id AND c.index_id = k.unique_index_id) = N'select,n')
IF EXISTS (SELECT 1 FROM sys.objects WHERE parent_object_id = OBJECT_ID(N'[s].[Order''s $guard$ %s]', N'U') AND name = N'Uq''s' AND type = 'UQ')
  EXEC(N'THROW 50000, N''unique constraint Uq''''s on s.Order''''s $guard$ %s is there, but is not what this revision asks for; drop or rename it first'', 1')
ELSE
  EXEC(N'ALTER TABLE s.[Order''s $guard$ %s] ADD CONSTRAINT [Uq''s] UNIQUE ([select], n)')
GO

-- create_check_constraint s.Order's $guard$ %s.ck_n

IF NOT EXISTS (SELECT 1 FROM sys.objects WHERE parent_object_id = OBJECT_ID(N'[s].[Order''s $guard$ %s]', N'U') AND name = N'ck_n' AND type = 'C')
  EXEC(N'ALTER TABLE s.[Order''s $guard$ %s] ADD CONSTRAINT ck_n CHECK (n % 2 = 0)')
GO

-- create_primary_key s.bare.pk_bare

IF NOT EXISTS (SELECT 1 FROM sys.key_constraints k WHERE k.parent_object_id = OBJECT_ID(N'[s].[bare]', N'U') AND k.type = 'PK' AND (SELECT STRING_AGG(COL_NAME(c.object_id, c.column_id), N',') WITHIN GROUP (ORDER BY c.key_ordinal) FROM sys.index_columns c WHERE c.object_id = k.parent_object_id AND c.index_id = k.unique_index_id) = N'a')
IF EXISTS (SELECT 1 FROM sys.objects WHERE parent_object_id = OBJECT_ID(N'[s].[bare]', N'U') AND type = 'PK')
  EXEC(N'THROW 50000, N''primary key pk_bare on s.bare is there, but is not what this revision asks for; drop or rename it first'', 1')
ELSE
  EXEC(N'ALTER TABLE s.bare ADD CONSTRAINT pk_bare PRIMARY KEY (a)')
GO

-- create_foreign_key Fk %s

IF NOT EXISTS (SELECT 1 FROM sys.foreign_keys k WHERE k.parent_object_id = OBJECT_ID(N'[s].[Order''s $guard$ %s]', N'U') AND k.referenced_object_id = OBJECT_ID(N'[s].[p]', N'U') AND k.name = N'Fk %s' AND (SELECT STRING_AGG(COL_NAME(c.parent_object_id, c.parent_column_id), N',') WITHIN GROUP (ORDER BY c.constraint_column_id) FROM sys.foreign_key_columns c WHERE c.constraint_object_id = k.object_id) = N'n' AND (SELECT STRING_AGG(COL_NAME(c.referenced_object_id, c.referenced_column_id), N',') WITHIN GROUP (ORDER BY c.constraint_column_id) FROM sys.foreign_key_columns c WHERE c.constraint_object_id = k.object_id) = N'id')
IF EXISTS (SELECT 1 FROM sys.objects WHERE parent_object_id = OBJECT_ID(N'[s].[Order''s $guard$ %s]', N'U') AND name = N'Fk %s' AND type = 'F')
  EXEC(N'THROW 50000, N''foreign key Fk %s on s.Order''''s $guard$ %s is there, but is not what this revision asks for; drop or rename it first'', 1')
ELSE
  EXEC(N'ALTER TABLE s.[Order''s $guard$ %s] ADD CONSTRAINT [Fk %s] FOREIGN KEY(n) REFERENCES s.p (id) ON DELETE CASCADE')
GO
