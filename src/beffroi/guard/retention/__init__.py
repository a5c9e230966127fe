"""The journal's past: sealed days as Parquet, months sorted for the questions, partitions detached, ends of keeping."""
