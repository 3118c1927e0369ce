"""The synthetic world: captions, clay dioramas, and every map that explains their pictures."""

import hashlib
from pathlib import Path

import numba

# Numba's cache knows a function's own file, not the files of what it calls: a folder per state of the sources keeps it true.
_HERE = Path(__file__).parent
_STATE = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(_HERE.glob("*.py")))).hexdigest()[:12]
if not numba.config.CACHE_DIR:
    numba.config.CACHE_DIR = str(_HERE / "__pycache__" / f"numba-{_STATE}")
