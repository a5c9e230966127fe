"""What advisers write of a follow-up: notes, ordinary or sensitive, from outlines; and the steps agreed."""
