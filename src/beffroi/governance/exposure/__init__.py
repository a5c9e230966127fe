"""The inventory of accounts and how many people could be read from each: pages, plain export, lines of creation."""
