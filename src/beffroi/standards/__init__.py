"""One module a standard, sans-IO: bytes and values in, values out, no network and no clock."""
