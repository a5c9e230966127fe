-- The baselines of the journal: from which entry on the facts say everything (guard/folding/baselines.py).
SELECT entry, at, detail FROM guard.journal WHERE kind = 'baseline' ORDER BY entry
