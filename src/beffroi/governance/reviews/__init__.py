"""Reviews of rights on screen: campaigns, their sheet, the way to the guard's page where a reviewer signs."""
