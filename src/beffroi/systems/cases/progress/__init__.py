"""How follow-ups stand: status, programmes with their days, last contact, next appointment. Codes and dates only."""
