"""Archive and erasure: files that nobody follows any more, lists of those to erase, their carrying out."""
