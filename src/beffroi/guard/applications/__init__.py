"""Business applications prove who they are by a key pair; what they get is a short access token."""
