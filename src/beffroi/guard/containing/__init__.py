"""Containment: cut off at once and alone, know first what it costs, give back only by two people.

Every command takes the turnstile, so it is judged by commit order (I-07): no batch that begins after it can allow
what it cut. Containing never stops those who approve, contain or investigate: their sessions stay, unless it is
their own account or line that is cut.
"""
