"""What managers do with whom a directory asks for: see the queue, take one up as a request, or dismiss it."""
