"""The sealed journal: rows become leaves of a tree whose tiles, checkpoints and proofs anybody can verify.

The sealer runs in the worker; guards only look how far it got (:mod:`beffroi.guard.sealing.watch`).
"""
