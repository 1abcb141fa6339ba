"""PostgreSQL: migrations, named queries, the pool, and the embedded server."""
