-- create_view s.V's

IF NOT OBJECT_ID(N'[s].[V''s]', N'V') IS NOT NULL
  EXEC(N'CREATE VIEW s.[V''s] AS SELECT ''it''''s'' AS a')
GO

-- drop_view s.gone

IF OBJECT_ID(N'[s].[gone]', N'V') IS NOT NULL
  EXEC(N'DROP VIEW s.gone')
GO
