"""The configuration of an embedded PostgreSQL, written anew at every start.

What is changed with ``ALTER SYSTEM`` still wins. Logs carry no value of any row: no statement, no
parameter and no DETAIL line is written ("identifying values never in logs").
"""

from pathlib import Path

INCLUDED = "beffroi.conf"

COMMON = {
    "password_encryption": "scram-sha-256",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "datestyle": "ISO, YMD",
    "jit": "off",
    "random_page_cost": "1.1",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "checkpoint_completion_target": "0.9",
    "max_connections": "120",
    "log_destination": "stderr",
    "logging_collector": "off",
    "log_line_prefix": "%m [%p] ",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_min_duration_statement": "-1",
    "log_statement": "none",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "min_wal_size": "512MB"}
UNSAFE_FAST = {
    "fsync": "off",
    "full_page_writes": "off",
    # Free without fsync, and a killed server then still keeps what it acknowledged.
    "synchronous_commit": "on",
    "autovacuum_naptime": "5min",
    "max_wal_size": "1GB",
}


def settings(
    *, shared_buffers: str, unsafe_fast: bool, socket_dir: Path, tcp_port: int | None, lz4: bool
) -> dict[str, str]:
    """Return every setting of an instance; `tcp_port` None means that no TCP socket is opened at all."""
    return {
        **COMMON,
        **(UNSAFE_FAST if unsafe_fast else DURABLE),
        "shared_buffers": shared_buffers,
        "wal_compression": "lz4" if lz4 else "off",
        "unix_socket_directories": str(socket_dir),
        "listen_addresses": "" if tcp_port is None else "127.0.0.1",
        "port": "5432" if tcp_port is None else str(tcp_port),
    }


def render(values: dict[str, str]) -> str:
    """Write `values` as a PostgreSQL configuration file, quoted as its grammar asks."""
    quoted = {name: value.replace("\\", "\\\\").replace("'", "''") for name, value in values.items()}
    return "".join(f"{name} = '{value}'\n" for name, value in quoted.items())


HOST_BASED_AUTHENTICATION = """\
# Every connection proves a password; nothing is trusted, replication included.
local all all scram-sha-256
host all all 127.0.0.1/32 scram-sha-256
local replication all scram-sha-256
"""
