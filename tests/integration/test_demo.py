"""The main job of the README: it checks its own claims, such as that a resumed run gives the same numbers."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize("kernels", ["simd,numpy", "numpy"])
def test_the_demo(tmp_path, kernels):
    program = "import sys; from flowstone_core.cli import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", program, "demo"],
        cwd=tmp_path,
        env=os.environ | {"FLOWSTONE_KERNELS": kernels},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "resumed after epoch 10" in done.stdout
