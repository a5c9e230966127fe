"""Who follows whom, changed on behalf of a live session of somebody entitled to: the law is core/relating.py.

Why what counts as what: docs/decisions/0033-who-follows-whom.md.
"""
