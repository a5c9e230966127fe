"""A demonstration OpenID provider that behaves as ProConnect does; every identity in it is invented."""
