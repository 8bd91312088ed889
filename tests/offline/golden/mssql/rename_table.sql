-- rename_table s.bare

IF NOT (OBJECT_ID(N'[s].[Bare''er]', N'U') IS NOT NULL AND NOT OBJECT_ID(N'[s].[bare]', N'U') IS NOT NULL)
IF OBJECT_ID(N'[s].[bare]', N'U') IS NOT NULL AND OBJECT_ID(N'[s].[Bare''er]', N'U') IS NOT NULL
  EXEC(N'THROW 50000, N''renaming table s.bare to s.Bare''''er: both are there; drop the one that is not wanted'', 1')
ELSE
IF NOT OBJECT_ID(N'[s].[bare]', N'U') IS NOT NULL AND NOT OBJECT_ID(N'[s].[Bare''er]', N'U') IS NOT NULL
  EXEC(N'THROW 50000, N''renaming table s.bare to s.Bare''''er: neither is there'', 1')
ELSE
  EXEC(N'EXEC sp_rename ''s.bare'', [Bare''er]')
GO
