-- create_index_online s.Order's $guard$ %s.Ix 'a' %s

IF NOT EXISTS (SELECT 1 FROM sys.indexes i WHERE i.object_id = OBJECT_ID(N'[s].[Order''s $guard$ %s]', N'U') AND i.name = N'Ix ''a'' %s' AND i.is_unique = 1 AND i.is_disabled = 0 AND (SELECT STRING_AGG(COL_NAME(c.object_id, c.column_id), N',') WITHIN GROUP (ORDER BY c.key_ordinal) FROM sys.index_columns c WHERE c.object_id = i.object_id AND c.index_id = i.index_id AND c.key_ordinal > 0) = N'select,n')
IF EXISTS (SELECT 1 FROM sys.indexes WHERE name = N'Ix ''a'' %s' AND object_id = OBJECT_ID(N'[s].[Order''s $guard$ %s]', N'U'))
  EXEC(N'THROW 50000, N''index s.Ix ''''a'''' %s on s.Order''''s $guard$ %s is there, but is not what this revision asks for; drop or rename it first'', 1')
ELSE
  EXEC(N'CREATE UNIQUE INDEX [Ix ''a'' %s] ON s.[Order''s $guard$ %s] ([select], n) WITH (ONLINE = ON)')
GO

-- create_index_online s.Order's $guard$ %s

IF NOT EXISTS (SELECT 1 FROM sys.indexes i WHERE i.object_id = OBJECT_ID(N'[s].[Order''s $guard$ %s]', N'U') AND i.name = N'ix_Order''s $guard$ %s_select' AND i.is_unique = 0 AND i.is_disabled = 0 AND (SELECT STRING_AGG(COL_NAME(c.object_id, c.column_id), N',') WITHIN GROUP (ORDER BY c.key_ordinal) FROM sys.index_columns c WHERE c.object_id = i.object_id AND c.index_id = i.index_id AND c.key_ordinal > 0) = N'select')
IF EXISTS (SELECT 1 FROM sys.indexes WHERE name = N'ix_Order''s $guard$ %s_select' AND object_id = OBJECT_ID(N'[s].[Order''s $guard$ %s]', N'U'))
  EXEC(N'THROW 50000, N''index s.ix_Order''''s $guard$ %s_select on s.Order''''s $guard$ %s is there, but is not what this revision asks for; drop or rename it first'', 1')
ELSE
  EXEC(N'CREATE INDEX [ix_Order''s $guard$ %s_select] ON s.[Order''s $guard$ %s] ([select]) WITH (ONLINE = ON)')
GO
