"""Marks of public names."""

from __future__ import annotations

from typing import Any


class tf_export:
    """A decorator that gives a thing a public name in TensorFlow; here it leaves it as it is."""

    def __init__(self, *args: str, **kwargs: Any) -> None:
        self.names = args

    def __call__(self, target: Any) -> Any:
        return target


keras_export = estimator_export = tf_export
