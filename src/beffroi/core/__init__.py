"""The law: pure, total, typed; standard library only."""
