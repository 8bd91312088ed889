-- drop_index s.Order's $guard$ %s.ix_n

IF EXISTS (SELECT 1 FROM sys.indexes WHERE name = N'ix_n' AND object_id = OBJECT_ID(N'[s].[Order''s $guard$ %s]', N'U'))
  EXEC(N'DROP INDEX ix_n ON s.[Order''s $guard$ %s]')
GO
