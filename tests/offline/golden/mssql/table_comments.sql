-- create_table_comment s.bare

execute sp_addextendedproperty 'MS_Description', N'it''s :x 100% \ $sql$ "q" ß漢', 'schema', s, 'table', bare;
GO

-- drop_table_comment s.p

execute sp_dropextendedproperty 'MS_Description', 'schema', s, 'table', p;
GO
