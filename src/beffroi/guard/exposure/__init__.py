"""The inventory of accounts and the exposure of each: facts kept in memory, and brought up to date when asked for.

Rows of accounts, habilitations, organisations, applications and containments are verified (I-16): one that is not
genuine gives nobody anything here, as it does in a decision. The *counts* of relations are not: an inventory that
verified 1.6 million rows would take a quarter of a minute, and would tell nothing more, since every decision verifies
the relation it stands on. Who forges relations in the database changes what the inventory shows, never what is read.
"""
