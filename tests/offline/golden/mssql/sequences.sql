-- create_sequence s.Seq's

IF NOT OBJECT_ID(N'[s].[Seq''s]', N'SO') IS NOT NULL
  EXEC(N'CREATE SEQUENCE s.[Seq''s] START WITH 5')
GO

-- drop_sequence s.gone

IF OBJECT_ID(N'[s].[gone]', N'SO') IS NOT NULL
  EXEC(N'DROP SEQUENCE s.gone')
GO
