-- drop_index_online s.Order's $guard$ %s.Ix_n's

IF EXISTS (SELECT 1 FROM sys.indexes WHERE name = N'Ix_n''s' AND object_id = OBJECT_ID(N'[s].[Order''s $guard$ %s]', N'U'))
  EXEC(N'DROP INDEX [Ix_n''s] ON s.[Order''s $guard$ %s]')
GO
