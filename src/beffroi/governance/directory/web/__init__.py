"""Pages of sign-in and membership, and the middleware every other page stands behind."""
