-- drop_column s.Order's $guard$ %s.n

IF EXISTS (SELECT 1 FROM sys.columns WHERE object_id = OBJECT_ID(N'[s].[Order''s $guard$ %s]', N'U') AND name = N'n')
  EXEC(N'ALTER TABLE s.[Order''s $guard$ %s] DROP COLUMN n')
GO
