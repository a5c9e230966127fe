"""Who answers for a minor: several people, one of whom receives the letters."""
