"""Reviews of rights: campaigns that open and close by machine, the sheet a reviewer reads, the verdicts he signs.

A worker registers two periodic tasks, each a coroutine of ``(conn, keys, policy, now)`` that opens transactions of
its own and answers counts: :func:`.opening.open_due` and :func:`.closing.sweep`, once an hour each.
"""
