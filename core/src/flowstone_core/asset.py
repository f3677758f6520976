"""``tf.saved_model.Asset``: a file that a SavedModel takes along."""

from __future__ import annotations

import os
from typing import Any

from flowstone_core.conversion import convert_to_tensor
from flowstone_core.scopes import init_scope
from flowstone_core.trackable import Trackable


class Asset(Trackable):
    """A file that belongs to a model, such as a vocabulary.

    Functions that use ``asset_path`` get the path of the copy after loading.

    Args:
        path: Where the file is: a path or a string tensor.

    >>> Asset("/tmp/vocabulary.txt").asset_path.numpy()
    b'/tmp/vocabulary.txt'
    """

    def __init__(self, path: Any) -> None:
        with init_scope():
            self._path = convert_to_tensor(os.fspath(path) if isinstance(path, os.PathLike) else path)

    @property
    def asset_path(self) -> Any:
        """The path as a string tensor."""
        return self._path
