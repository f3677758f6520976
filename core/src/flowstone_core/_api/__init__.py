"""The public names that flowstone-core gives to ``tf.*``, one file a family; importing it imports no op."""

from __future__ import annotations

from flowstone_core._api import (
    array,
    basics,
    filling,
    indexing,
    joining,
    linalg,
    math,
    nn,
    providers,
    random,
    reduce,
    state,
)

FAMILIES = (array, basics, filling, indexing, joining, linalg, math, nn, providers, random, reduce, state)

PUBLIC: dict[str, str] = {name: target for family in FAMILIES for name, target in family.PUBLIC.items()}
