"""The journal as it is written: consultations by minute against the budgets, its entries by page, one entry."""
