"""Who may bill: judged here; quotes and invoices themselves are the console's, and hold nobody.

A duty, not a decision about files: closing the files of an organisation does not touch it, closing the organisation
does.
"""
