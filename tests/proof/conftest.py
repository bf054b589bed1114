"""Every proof has a seed: PROOF_SEED repeats a run, and a failure shows which it was."""

import os
import secrets
import sys

import pytest


@pytest.fixture
def seed() -> int:
    """The seed of this run, printed with a failure."""
    chosen = int(os.environ.get("PROOF_SEED") or secrets.randbelow(10**6))
    sys.stdout.write(f"repeat with PROOF_SEED={chosen}\n")
    return chosen
