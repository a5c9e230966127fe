"""Messages of an office to people it follows: decided, kept, sent, checked by their code."""
