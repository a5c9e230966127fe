"""Transparency logs as the C2SP texts write them (c2sp.org): tree, tiles, notes, checkpoints, witnesses, proofs.

Sans-IO: bytes in, bytes out. Every hash is SHA-256, every signature Ed25519.
"""


class Malformed(ValueError):
    """A text or file does not follow its standard; the message says which rule, never trusts its content."""
