#!/usr/bin/env python3
"""The k-th write, sync or rename fails, for each k: a clear line, status 3, and a run that can be gone on with."""
import _faults

# an epoch of four steps, with a checkpoint after each
_faults.inject_all(("--epochs", 1, "--batch", "1300", "-q", "--threads", 1), 16)
