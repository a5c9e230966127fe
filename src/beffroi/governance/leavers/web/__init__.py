"""Pages of leavers."""
