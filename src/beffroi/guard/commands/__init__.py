"""Commands of the guard: each acts on one thing, and imports what it needs when it runs."""
