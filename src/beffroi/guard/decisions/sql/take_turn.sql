-- Opens the batch's transaction and waits for its turn (guard/turnstile.py). Sent as one simple query: one round
-- trip, and every later statement has a snapshot that sees all that was committed before the turn came (I-07, I-02).
-- The batch will change something: other guards must not trust what they remember.
BEGIN;
UPDATE guard.turnstile SET number = number + 1;
