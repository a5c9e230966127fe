"""Ports for processes that are told theirs before they start."""

import random
import socket
from typing import Final

# Below what Linux hands out by itself (net.ipv4.ip_local_port_range begins at 32768): a port that was free when it
# was chosen is not given to another server, or to an outgoing connection, before the process it is for has bound it.
_PORTS: Final = range(20_000, 32_000)
_claims: Final[list[socket.socket]] = []


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on, and that no other caller on this machine gets while this one lives.

    Raises OSError when none is left.
    """
    for port in random.sample(_PORTS, len(_PORTS)):
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0beffroi-port-{port}")  # an abstract address: gone with its process, whatever ends it
            with socket.create_server(("127.0.0.1", port)):
                _claims.append(claim)
                return port
        except OSError:
            claim.close()
    raise OSError("no free port")
