"""Backups: what a dump lacks, kept beside it, and the recovery of a restored database."""
