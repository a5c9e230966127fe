"""Who was read, and by whom: the same SQL over rows of PostgreSQL and files of past days."""
