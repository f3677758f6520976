"""What a conversion may and may not do."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Feature(enum.Enum):
    """Optional conversions, for ``tf.function(experimental_autograph_options=...)``.

    Attributes:
        ALL: All of them.
        AUTO_CONTROL_DEPS: Accepted; functions always keep program order.
        ASSERT_STATEMENTS: Accepted; ``assert`` is always converted.
        BUILTIN_FUNCTIONS: ``print`` of tensors prints their values at each call.
        EQUALITY_OPERATORS: Accepted; ``==`` of tensors is elementwise anyway.
        LISTS: Accepted; lists that grow in a graph loop always become tensor lists.
        NAME_SCOPES: Each converted function opens a name scope.
    """

    ALL = "ALL"
    AUTO_CONTROL_DEPS = "AUTO_CONTROL_DEPS"
    ASSERT_STATEMENTS = "ASSERT_STATEMENTS"
    BUILTIN_FUNCTIONS = "BUILTIN_FUNCTIONS"
    EQUALITY_OPERATORS = "EQUALITY_OPERATORS"
    LISTS = "LISTS"
    NAME_SCOPES = "NAME_SCOPES"

    @classmethod
    def all_but(cls, exclude: Feature | tuple[Feature, ...]) -> tuple[Feature, ...]:
        """All features except ``exclude``."""
        excluded = exclude if isinstance(exclude, tuple) else (exclude,)
        return tuple(feature for feature in cls if feature not in excluded and feature is not cls.ALL)


@dataclass(frozen=True)
class Options:
    """How to convert.

    Attributes:
        recursive: Whether functions that the converted one calls are converted too.
        features: The optional conversions.
    """

    recursive: bool = True
    features: frozenset[Feature] = frozenset()

    @classmethod
    def of(cls, recursive: bool, features: Feature | tuple[Feature, ...] | list[Feature] | None) -> Options:
        """Options from the public arguments.

        Raises:
            TypeError: If a feature is no ``Feature``.
        """
        given = () if features is None else (features,) if isinstance(features, Feature) else tuple(features)
        for feature in given:
            if not isinstance(feature, Feature):
                raise TypeError(
                    f"experimental_optional_features takes tf.autograph.experimental.Feature, got {feature!r}."
                )
        return cls(recursive, frozenset(given))

    def uses(self, feature: Feature) -> bool:
        """Whether an optional conversion is wanted."""
        return feature in self.features or Feature.ALL in self.features


DEFAULT = Options()
