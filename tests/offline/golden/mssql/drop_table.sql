-- drop_table s.bare

IF OBJECT_ID(N'[s].[bare]', N'U') IS NOT NULL
  EXEC(N'DROP TABLE s.bare')
GO
