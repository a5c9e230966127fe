"""Duplicates: what the console keeps under the ids of two files that are made one, or two again."""
