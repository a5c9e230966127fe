"""SCIM 2.0 (RFC 7643, RFC 7644) without network, database or clock: filters, PATCH, documents, schemas.

What the guard offers of it, and every departure, is in docs/departures/scim.md.
"""
