"""What the tests share."""

from __future__ import annotations

collect_ignore_glob = ["golden/*"]  # the scripts there need TensorFlow
