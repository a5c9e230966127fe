"""``python -m beffroi.guard.importing N``: a worker of an import, started by its parent; N is a socket inherited."""

import sys
from multiprocessing.connection import Connection

from beffroi.guard.importing import worker

if __name__ == "__main__":
    with Connection(int(sys.argv[1])) as pipe:
        worker.run(pipe)
