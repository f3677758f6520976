"""The public names that flowstone-core gives to ``tf.*``, one file a family; importing it imports no op."""

from __future__ import annotations

from flowstone_core._api import basics, math, state

PUBLIC: dict[str, str] = basics.PUBLIC | math.PUBLIC | state.PUBLIC
