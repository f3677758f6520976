"""Writing sorted tables, byte for byte as TensorFlow does."""

from __future__ import annotations

from collections.abc import Iterable

from flowstone_savedmodel.checkpoint.crc import masked_crc
from flowstone_savedmodel.checkpoint.table_format import PLAIN, Handle, encode_footer
from flowstone_savedmodel.checkpoint.varint import encode_varint

_BLOCK_SIZE = 256 * 1024
_RESTART_INTERVAL = 16


class _Block:
    """Entries in order; each key stores only what differs from the key before it.

    Every *interval* entries the whole key is stored again; these restart points let a reader search.
    """

    def __init__(self, interval: int) -> None:
        self._interval = interval
        self._bytes = bytearray()
        self._restarts = [0]
        self._since_restart = 0
        self._last = b""

    def add(self, key: bytes, value: bytes) -> None:
        shared = 0
        if self._since_restart < self._interval:
            shared = _shared_prefix(self._last, key)
        else:
            self._restarts.append(len(self._bytes))
            self._since_restart = 0
        self._bytes += encode_varint(shared) + encode_varint(len(key) - shared) + encode_varint(len(value))
        self._bytes += key[shared:] + value
        self._since_restart += 1
        self._last = key

    def __len__(self) -> int:
        """The size of :meth:`finish`."""
        return len(self._bytes) + 4 * len(self._restarts) + 4

    def finish(self) -> bytes:
        """The entries, the offsets of the restart points, and their number."""
        words = [*self._restarts, len(self._restarts)]
        return bytes(self._bytes) + b"".join(word.to_bytes(4, "little") for word in words)


def encode_table(entries: Iterable[tuple[bytes, bytes]]) -> bytes:
    """The file that maps each key to its value.

    Args:
        entries: Pairs in strictly ascending order of their keys.

    >>> len(encode_table([(b"key", b"value")]))
    104
    """
    out = bytearray()
    index = _Block(1)
    block, last = _Block(_RESTART_INTERVAL), None
    pending: tuple[bytes, Handle] | None = None
    for key, value in entries:
        if last is not None and key <= last:
            raise ValueError(f"table keys must ascend, but {key!r} follows {last!r}")
        if pending is not None:
            index.add(_separator(pending[0], key), pending[1].encode())
            pending = None
        block.add(key, value)
        last = key
        if len(block) >= _BLOCK_SIZE:
            pending = key, _append(out, block)
            block = _Block(_RESTART_INTERVAL)
    if last is not None and pending is None:
        pending = last, _append(out, block)
    metaindex = _append(out, _Block(_RESTART_INTERVAL))
    if pending is not None:
        index.add(_successor(pending[0]), pending[1].encode())
    footer = encode_footer(metaindex, _append(out, index))
    return bytes(out) + footer


def _append(out: bytearray, block: _Block) -> Handle:
    """Write *block* and its trailer behind *out*."""
    content = block.finish()
    handle = Handle(len(out), len(content))
    typed = content + bytes([PLAIN])
    out += typed + masked_crc(typed).to_bytes(4, "little")
    return handle


def _separator(low: bytes, high: bytes) -> bytes:
    """A short key in ``low <= key < high``: enough for the index to tell two blocks apart."""
    common = _shared_prefix(low, high)
    if common < min(len(low), len(high)) and low[common] < 0xFF and low[common] + 1 < high[common]:
        return low[:common] + bytes([low[common] + 1])
    return low


def _successor(key: bytes) -> bytes:
    """A short key that is not below *key*."""
    for position, byte in enumerate(key):
        if byte != 0xFF:
            return key[:position] + bytes([byte + 1])
    return key


def _shared_prefix(one: bytes, other: bytes) -> int:
    """How many leading bytes two keys have in common."""
    shortest = min(len(one), len(other))
    if one[:shortest] == other[:shortest]:
        return shortest
    return next(position for position in range(shortest) if one[position] != other[position])
