"""Quotes and invoices of training organisations: a part of its own, that no containment of files stops."""
