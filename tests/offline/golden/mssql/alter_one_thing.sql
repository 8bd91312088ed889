-- alter_column s.Order's $guard$ %s.select

IF NOT EXISTS (SELECT 1 FROM sys.columns WHERE object_id = OBJECT_ID(N'[s].[Order''s $guard$ %s]', N'U') AND name = N'select' AND is_nullable = 0)
  EXEC(N'ALTER TABLE s.[Order''s $guard$ %s] ALTER COLUMN [select] VARCHAR(20) NOT NULL')
GO

-- alter_column s.Order's $guard$ %s.n

IF NOT 1 = 0
  EXEC(N'ALTER TABLE s.[Order''s $guard$ %s] ALTER COLUMN n BIGINT')
GO

-- alter_column s.bare.a

ALTER TABLE s.bare ADD DEFAULT '7' FOR a;
GO
