"""``tf.saved_model.SaveOptions`` and ``LoadOptions``."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from typing import Any


class VariablePolicy(enum.Enum):
    """Whether devices and replicas of variables are kept; there is one device here."""

    NONE = None
    SAVE_VARIABLE_DEVICES = "save_variable_devices"
    EXPAND_DISTRIBUTED_VARIABLES = "expand_distributed_variables"

    @classmethod
    def from_obj(cls, obj: Any) -> VariablePolicy:
        """The policy that *obj* (a policy, its value, or None) stands for.

        Raises:
            ValueError: If there is none.
        """
        if isinstance(obj, cls):
            return obj
        value = str(obj).lower() if obj is not None else None
        for policy in cls:
            if policy.value == value:
                return policy
        raise ValueError(f"Received invalid VariablePolicy value: {obj}.")


class SaveOptions:
    """How a SavedModel is written.

    Args:
        namespace_whitelist: Prefixes of custom ops that may be saved; every op may.
        save_debug_info: Accepted: source lines are not written.
        function_aliases: Names for ``tf.function`` objects, by which the saved functions can be found.
        experimental_debug_stripper: Accepted: nodes for debugging are kept.
        experimental_io_device: Accepted: there is one device.
        experimental_variable_policy: Accepted: there is one device.
        experimental_custom_gradients: Accepted: gradients of functions are derived after loading.
        experimental_image_format: Accepted: the usual format is written.
        experimental_skip_saver: Whether to leave out the nodes by which TensorFlow 1 restores variables.
        experimental_sharding_callback: Accepted: variables are one shard.
        extra_tags: Tags besides ``serve``.
    """

    def __init__(
        self,
        namespace_whitelist: Sequence[str] | None = None,
        save_debug_info: bool = False,
        function_aliases: Mapping[str, Any] | None = None,
        experimental_debug_stripper: bool = False,
        experimental_io_device: str | None = None,
        experimental_variable_policy: Any = None,
        experimental_custom_gradients: bool = True,
        experimental_image_format: bool = False,
        experimental_skip_saver: bool = False,
        experimental_sharding_callback: Any = None,
        extra_tags: Sequence[str] | None = None,
    ) -> None:
        if namespace_whitelist is not None and not isinstance(namespace_whitelist, list | tuple):
            raise TypeError(f"`namespace_whitelist` must be a list of strings. Got: {namespace_whitelist!r}")
        self.namespace_whitelist = list(namespace_whitelist or ())
        self.save_debug_info = save_debug_info
        self.function_aliases = dict(function_aliases or {})
        self.experimental_debug_stripper = experimental_debug_stripper
        self.experimental_io_device = experimental_io_device
        self.experimental_variable_policy = VariablePolicy.from_obj(experimental_variable_policy)
        self.experimental_custom_gradients = experimental_custom_gradients
        self.experimental_image_format = experimental_image_format
        self.experimental_skip_saver = experimental_skip_saver
        self.experimental_sharding_callback = experimental_sharding_callback
        self.extra_tags = list(extra_tags or ())


class LoadOptions:
    """How a SavedModel is read.

    Args:
        allow_partial_checkpoint: Whether variables that the file lacks may keep their initial values.
        experimental_io_device: Accepted: there is one device.
        experimental_skip_checkpoint: Whether to leave variables without values.
        experimental_variable_policy: Accepted: there is one device.
        experimental_load_function_aliases: Whether to set ``function_aliases`` on the loaded object.
        experimental_allow_file_ops: Whether the model's graphs may use files that they name. Set it only for
            models that you trust. (An addition of flowstone.)
    """

    def __init__(
        self,
        allow_partial_checkpoint: bool = False,
        experimental_io_device: str | None = None,
        experimental_skip_checkpoint: bool = False,
        experimental_variable_policy: Any = None,
        experimental_load_function_aliases: bool = False,
        experimental_allow_file_ops: bool = False,
    ) -> None:
        self.allow_partial_checkpoint = allow_partial_checkpoint
        self.experimental_io_device = experimental_io_device
        self.experimental_skip_checkpoint = experimental_skip_checkpoint
        self.experimental_variable_policy = VariablePolicy.from_obj(experimental_variable_policy)
        self.experimental_load_function_aliases = experimental_load_function_aliases
        self.experimental_allow_file_ops = experimental_allow_file_ops
