-- create_table_comment s.bare

COMMENT ON TABLE s.bare IS 'it''s :x 100% \ $sql$ "q" ß漢'
/

-- drop_table_comment s.p

COMMENT ON TABLE s.p IS ''
/
