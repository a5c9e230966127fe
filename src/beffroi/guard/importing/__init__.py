"""Loading in bulk: people from files, and the network's organisations, accounts and rights."""
