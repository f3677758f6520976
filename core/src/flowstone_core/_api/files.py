"""Files: ``tf.io.gfile`` and the ops that read and write them."""

from __future__ import annotations

from flowstone_core._api.names import public

PUBLIC: dict[str, str] = (
    public(
        "flowstone_core.gfile",
        {
            name: f"io.gfile.{name}"
            for name in (
                *("copy", "exists", "get_registered_schemes", "glob", "isdir", "join", "listdir", "makedirs", "mkdir"),
                *("remove", "rename", "rmtree", "stat", "walk"),
            )
        },
    )
    | public("flowstone_core.gfile_file", {"GFile": "io.gfile.GFile"})
    | public(
        "flowstone_core.ops.files",
        {"read_file": "io.read_file", "write_file": "io.write_file", "matching_files": "io.matching_files"},
    )
)
