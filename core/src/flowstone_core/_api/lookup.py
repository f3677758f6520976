"""Lookup tables."""

from __future__ import annotations

from flowstone_core._api.names import public

PUBLIC: dict[str, str] = (
    public(
        "flowstone_core.lookup.initializers",
        {
            "KeyValueTensorInitializer": "lookup.KeyValueTensorInitializer",
            "TextFileInitializer": "lookup.TextFileInitializer",
            "TextFileIndex": "lookup.TextFileIndex",
        },
    )
    | public(
        "flowstone_core.lookup.static",
        {
            "StaticHashTable": "lookup.StaticHashTable",
            "StaticVocabularyTable": "lookup.StaticVocabularyTable",
        },
    )
    | public(
        "flowstone_core.lookup.mutable",
        {
            "MutableHashTable": "lookup.experimental.MutableHashTable",
            "DenseHashTable": "lookup.experimental.DenseHashTable",
        },
    )
)
