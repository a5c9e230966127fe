-- Quarantined sign-ins and what followed them, found without reading a month of openings (guard/habilitations).

CREATE INDEX journal_recognition ON guard.journal (account, at)
    WHERE kind IN ('quarantined', 'account-bound', 'identity-reset');
