"""``tf_keras.__internal__``: hooks of Keras 2 for libraries."""

from __future__ import annotations


class utils:
    """``tf_keras.__internal__.utils``."""

    @staticmethod
    def register_symbolic_tensor_type(cls: type) -> None:
        """Name a class whose values stand for tensors in functional models; here the type of tensors says so itself."""
