"""Cases: the portfolio, a person's file, exact search, registration. Every identifying value comes from the guard."""
