"""The class of iterators over data sets."""

from __future__ import annotations

from flowstone import data as _data

OwnedIterator = IteratorBase = _data.Iterator
