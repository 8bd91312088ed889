"""The servers that the tests run on: found or started, one database a worker, empty for each test.

``found``     what is reachable: the URLs the user gave, asked what they are
``process``   one server process of our own: loopback, free port, stopped by pid
``start``     PostgreSQL, MariaDB and MySQL from what the machine has
``scratch``   a worker's own database on a server: created, wiped, dropped
``database``  what a test holds: the database, its URL and its capabilities
``session``   which servers this pytest session has, and the note on those it lacks
``migration`` a migration context entered the way ``alembic upgrade`` enters one
``snapshot``  all that is in a schema, as one comparable value

Nothing here imports ``alembic_helpers``: the tests must not lean on what they test.
"""
