"""Attachments of people's files: checked, scanned, sealed under the person's key; every opening journaled."""
