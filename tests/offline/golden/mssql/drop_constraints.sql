-- drop_constraint s.Order's $guard$ %s.uq_d

IF EXISTS (SELECT 1 FROM sys.objects WHERE parent_object_id = OBJECT_ID(N'[s].[Order''s $guard$ %s]', N'U') AND name = N'uq_d' AND type = 'UQ')
  EXEC(N'ALTER TABLE s.[Order''s $guard$ %s] DROP CONSTRAINT uq_d')
GO

-- drop_constraint s.Order's $guard$ %s.ck_d

IF EXISTS (SELECT 1 FROM sys.objects WHERE parent_object_id = OBJECT_ID(N'[s].[Order''s $guard$ %s]', N'U') AND name = N'ck_d' AND type = 'C')
  EXEC(N'ALTER TABLE s.[Order''s $guard$ %s] DROP CONSTRAINT ck_d')
GO
