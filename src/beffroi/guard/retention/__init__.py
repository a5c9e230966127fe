"""The journal's past: sealed days as Parquet, months sorted for questions, partitions detached, ends of keeping."""
