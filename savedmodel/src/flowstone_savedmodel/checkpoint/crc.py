"""CRC-32C, the checksum of TensorFlow's tables and bundles; it is stored masked, as that of records is."""

from __future__ import annotations

import google_crc32c
import numpy as np
from flowstone_protos.records import mask_crc32c
from numpy.typing import NDArray

Buffer = bytes | NDArray[np.uint8]


def extend(crc: int, data: Buffer) -> int:
    """The CRC-32C of everything that *crc* covers, followed by *data*.

    >>> extend(extend(0, b"flow"), b"stone") == extend(0, b"flowstone")
    True
    """
    return int(google_crc32c.extend(crc, data))


def masked_crc(data: Buffer) -> int:
    """The CRC-32C of *data* as it is stored."""
    return mask_crc32c(extend(0, data))
