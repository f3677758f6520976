"""Objects whose state is behind a handle and is made anew in each process: what saved models must know of them."""

from __future__ import annotations

from typing import Any

from flowstone_core.scopes import init_scope
from flowstone_core.tensor import Tensor
from flowstone_core.trackable import Trackable


class TrackableResource(Trackable):
    """An object with a resource handle, which a saved model makes and fills again by three functions.

    >>> class Counts(tf.saved_model.experimental.TrackableResource):
    ...     def _create_resource(self):
    ...         return tf.raw_ops.MutableHashTableV2(key_dtype=tf.string, value_dtype=tf.int64)
    >>> Counts().resource_handle.dtype
    tf.resource

    Subclasses answer ``_create_resource`` (make the handle) and, if there is something to do, ``_initialize`` (fill
    what is behind it). What these functions use must be tracked or constant.

    Args:
        device: Accepted; there is one device.

    Attributes:
        _registered_name: By what name TensorFlow knows the class, if it does.
    """

    _registered_name = ""
    _resource_handle: Tensor | None = None

    def __init__(self, device: str = "") -> None:
        self._resource_device = device

    def _create_resource(self) -> Tensor:
        """Make the handle."""
        raise NotImplementedError(f"{type(self).__name__} does not say how its resource is made.")

    def _initialize(self) -> None:
        """Fill what is behind the handle."""

    @property
    def resource_handle(self) -> Any:
        """The handle, made when it is first asked for."""
        if self._resource_handle is None:
            with init_scope():
                self._resource_handle = self._create_resource()
        return self._resource_handle
