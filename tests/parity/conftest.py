"""Lets the parity tests share ``casekit``, ``outcomes`` and ``record``, which TensorFlow's Python runs too."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
