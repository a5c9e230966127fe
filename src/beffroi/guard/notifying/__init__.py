"""Telling people by mail: what is told is written with its fact, the worker composes, sends and retries.

``outbox.notify`` is the one call of the other rooms. A mail is never proof of anything, and carries no identity.
"""
