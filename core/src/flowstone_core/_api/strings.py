"""Strings, regular expressions, Unicode, encodings of bytes."""

from __future__ import annotations

from flowstone_core._api.names import public

PUBLIC: dict[str, str] = (
    public(
        "flowstone_core.ops.strings",
        {
            "lower": "strings.lower",
            "upper": "strings.upper",
            "strip": "strings.strip",
            "length": "strings.length",
            "join": "strings.join",
            "substr": "strings.substr",
            "reduce_join": "strings.reduce_join",
            "unsorted_segment_join": "strings.unsorted_segment_join",
            "as_string": ". strings.as_string",
            "to_number": "strings.to_number",
            "to_hash_bucket": "strings.to_hash_bucket",
            "to_hash_bucket_fast": "strings.to_hash_bucket_fast",
            "to_hash_bucket_strong": "strings.to_hash_bucket_strong",
            "fingerprint": ".",
        },
    )
    | public(
        "flowstone_core.ops.regex",
        {"regex_replace": "strings.regex_replace", "regex_full_match": "strings.regex_full_match"},
    )
    | public(
        "flowstone_core.ops.unicode",
        {
            "unicode_script": "strings.unicode_script",
            "unicode_transcode": "strings.unicode_transcode",
        },
    )
    | public(
        "flowstone_core.ragged.strings",
        {
            name: f"strings.{name}"
            for name in (
                "split",
                "bytes_split",
                "ngrams",
                "unicode_decode",
                "unicode_decode_with_offsets",
                "unicode_encode",
                "unicode_split",
                "unicode_split_with_offsets",
            )
        },
    )
    | public("flowstone_core.ops.csv", {"decode_csv": "io.decode_csv"})
    | public(
        "flowstone_core.ops.encoding",
        {
            "encode_base64": "io.encode_base64",
            "decode_base64": "io.decode_base64",
            "decode_compressed": "io.decode_compressed",
            "decode_raw": "io.decode_raw",
        },
    )
)
