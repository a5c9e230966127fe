"""Accounts, habilitations, incidents and everything by which the network governs itself."""
