-- create_check_constraint_online s.Order's $guard$ %s Ck's

-- blocks writers, because SQL Server keeps writers out while it reads the rows

IF NOT EXISTS (SELECT 1 FROM sys.objects WHERE parent_object_id = OBJECT_ID(N'[s].[Order''s $guard$ %s]', N'U') AND name = N'Ck''s' AND type = 'C')
  EXEC(N'ALTER TABLE s.[Order''s $guard$ %s] ADD CONSTRAINT [Ck''s] CHECK (n % 2 = 1)')
GO
