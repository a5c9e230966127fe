"""Pages of trainees, attendance and papers."""
