"""Ports told to a process before it starts: nobody else gets them, neither from here nor from the system."""

import socket
import subprocess
import sys
from pathlib import Path

from beffroi.simulation.drill.ports import free_port

CHOOSES = "from beffroi.simulation.drill.ports import free_port; print(*(free_port() for _ in range(2_000)))"


def test_two_processes_never_choose_the_same_port() -> None:
    command = [sys.executable, "-c", CHOOSES + "; input()"]
    choosing = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(2)]
    try:
        chosen = [process.stdout.readline().split() for process in choosing if process.stdout]
    finally:
        for process in choosing:
            process.communicate(b"\n")
    assert len({*chosen[0], *chosen[1]}) == len(chosen[0]) + len(chosen[1]) == 4_000


def test_system_hands_a_chosen_port_to_nobody_who_leaves_the_choice_to_it() -> None:
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    assert free_port() < lowest
    with socket.create_server(("127.0.0.1", 0)) as left_to_it:
        assert left_to_it.getsockname()[1] >= lowest


def test_port_listened_on_is_never_chosen() -> None:
    taken = free_port()
    with socket.create_server(("127.0.0.1", taken)):
        among = f"ports._PORTS = range({taken}, {taken + 1})"
        command = [sys.executable, "-c", f"from beffroi.simulation.drill import ports; {among}; ports.free_port()"]
        refused = subprocess.run(command, check=False, capture_output=True, text=True)
    assert "no free port" in refused.stderr
