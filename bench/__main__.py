"""``python -m bench``: every benchmark of this folder, one after the other."""

from bench import decision

if __name__ == "__main__":
    decision.main()
