-- The marks of the journal: from which entry on the facts say everything (guard/folding/marking.py).
SELECT entry, at, detail FROM guard.journal WHERE kind = 'folded' ORDER BY entry
