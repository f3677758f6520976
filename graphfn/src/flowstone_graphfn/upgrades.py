"""Which class upgrades which op, so that it can be differentiated (see ``execution.Upgrade``)."""

from __future__ import annotations

from typing import Final

UPGRADES: Final = {
    "PartitionedCall": "flowstone_graphfn.differentiate_calls:CallUpgrade",
    "StatefulPartitionedCall": "flowstone_graphfn.differentiate_calls:CallUpgrade",
    "If": "flowstone_graphfn.differentiate_branches:BranchUpgrade",
    "StatelessIf": "flowstone_graphfn.differentiate_branches:BranchUpgrade",
    "Case": "flowstone_graphfn.differentiate_branches:BranchUpgrade",
    "StatelessCase": "flowstone_graphfn.differentiate_branches:BranchUpgrade",
    "While": "flowstone_graphfn.differentiate_loops:LoopUpgrade",
    "StatelessWhile": "flowstone_graphfn.differentiate_loops:LoopUpgrade",
}
"""Imported when the first op of the kind is differentiated."""
