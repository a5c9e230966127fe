"""Identity providers that each organisation accepts: read at sign-in, accepted by two people, withdrawn by one."""
