-- alter_column s.t's.a

IF NOT (NOT EXISTS (SELECT 1 FROM sys.columns WHERE object_id = OBJECT_ID(N'[s].[t''s]', N'U') AND name = N'a') OR EXISTS (SELECT 1 FROM sys.columns WHERE object_id = OBJECT_ID(N'[s].[t''s]', N'U') AND name = N'a' AND is_nullable = 0))
  EXEC(N'ALTER TABLE s.[t''s] ALTER COLUMN a VARCHAR(90) NOT NULL')
GO

IF EXISTS (SELECT 1 FROM sys.columns WHERE object_id = OBJECT_ID(N'[s].[t''s]', N'U') AND name = N'a')
  EXEC(N'ALTER TABLE s.[t''s] ADD DEFAULT ''it''''s'' FOR a')
GO

IF NOT (EXISTS (SELECT 1 FROM sys.columns WHERE object_id = OBJECT_ID(N'[s].[t''s]', N'U') AND name = N'b''s') AND NOT EXISTS (SELECT 1 FROM sys.columns WHERE object_id = OBJECT_ID(N'[s].[t''s]', N'U') AND name = N'a'))
IF EXISTS (SELECT 1 FROM sys.columns WHERE object_id = OBJECT_ID(N'[s].[t''s]', N'U') AND name = N'a') AND EXISTS (SELECT 1 FROM sys.columns WHERE object_id = OBJECT_ID(N'[s].[t''s]', N'U') AND name = N'b''s')
  EXEC(N'THROW 50000, N''renaming column s.t''''s.a to b''''s: both are there; drop the one that is not wanted'', 1')
ELSE
IF NOT EXISTS (SELECT 1 FROM sys.columns WHERE object_id = OBJECT_ID(N'[s].[t''s]', N'U') AND name = N'a') AND NOT EXISTS (SELECT 1 FROM sys.columns WHERE object_id = OBJECT_ID(N'[s].[t''s]', N'U') AND name = N'b''s')
  EXEC(N'THROW 50000, N''renaming column s.t''''s.a to b''''s: neither is there'', 1')
ELSE
  EXEC(N'EXEC sp_rename ''s.[t''s].a'', [b''s], ''COLUMN''')
GO
