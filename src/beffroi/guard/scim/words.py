"""What the journal is told of a directory's call: canonical JSON of ids, codes and counts, never a value it sent."""

import json


def detail(**members: object) -> str:
    """Canonical JSON."""
    return json.dumps(members, separators=(",", ":"), sort_keys=True)
