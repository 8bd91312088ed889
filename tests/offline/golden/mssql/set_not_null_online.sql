-- set_not_null_online s.Order's $guard$ %s.select

-- blocks writers, because SQL Server keeps writers out while it reads the rows

IF NOT EXISTS (SELECT 1 FROM sys.columns WHERE object_id = OBJECT_ID(N'[s].[Order''s $guard$ %s]', N'U') AND name = N'select' AND is_nullable = 0)
  EXEC(N'ALTER TABLE s.[Order''s $guard$ %s] ALTER COLUMN [select] VARCHAR(20) NOT NULL')
GO
