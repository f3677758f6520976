"""Strings, regular expressions, Unicode, encodings of bytes."""

import gzip
import zlib

from casekit import D, T, case, inf, nan

S = "strings."
NUMBERS = T([3.14159, -2.25, 1e10, 1e-10, 0.1])

CASES = [
    *(case(f"{S}as_string", x) for x in (T([1, -2]), NUMBERS, T([True, False]), T([1 + 2j, -1.5j]), T(["a", "b"]))),
    *(case(f"{S}as_string", T([0.1, 1.5], t)) for t in ("float16", "bfloat16", "float64")),
    *(case(f"{S}as_string", T([5, 100], t)) for t in ("uint8", "int8", "int64", "uint64")),
    case(f"{S}as_string", T([nan, inf, -inf, -0.0])),
    case(f"{S}as_string", T([1e300], "float64")),
    *(case(f"{S}as_string", NUMBERS, precision=p) for p in (0, 2, 10)),
    case(f"{S}as_string", NUMBERS, scientific=True),
    case(f"{S}as_string", NUMBERS, shortest=True),
    case(f"{S}as_string", NUMBERS, shortest=True, precision=3),
    case(f"{S}as_string", NUMBERS, width=12, precision=1, fill="0"),
    *(case(f"{S}as_string", T([3, -42]), width=5, fill=fill) for fill in ("", "0", "-", " ", "+", "x")),
    case(f"{S}as_string", T([3]), fill="0"),
    case(f"{S}as_string", T([3]), precision=2),
    case(f"{S}as_string", T([3]), scientific=True),
    case(f"{S}as_string", T([3.0]), scientific=True, shortest=True),
    case(f"{S}as_string", T([1 + 2j]), precision=2),
    case(f"{S}as_string", T(["a"]), width=5),
    case(f"{S}as_string", T([True]), width=7),
    case(f"{S}join", ["a", "b", "c"]),
    case(f"{S}join", [T(["a", "b"]), "c"], separator="-"),
    case(f"{S}join", [T(["a", "b"]), T(["c", "d"])], "+"),
    case(f"{S}join", [T(["a", "b"]), T(["c"])]),
    case(f"{S}join", []),
    case(f"{S}join", [T([["a"]]), "b"]),
    case(f"{S}join", ["a", 1]),
    *(case(f"{S}length", T(["abc", "é", "", "\U0001f600"]), unit=unit) for unit in ("BYTE", "UTF8_CHAR", "X")),
    case(f"{S}length", T([b"\xff\xfe"]), unit="UTF8_CHAR"),
    *(
        case(f"{S}{name}", T(["ABC é É", "straße İΣ"]), encoding=encoding)
        for name in ("lower", "upper")
        for encoding in ("", "utf-8", "latin")
    ),
    case(f"{S}upper", T([b"\xffa"]), encoding="utf-8"),
    case(f"{S}strip", T(["  a b \t\n", "\v\fx\x1f", "\u00a0x", ""])),
    *(case(f"{S}substr", T("hello"), *args) for args in ((1, 3), (-3, 2), (5, 1), (2, 100), (1, -1), (10, 1), (-6, 1))),
    case(f"{S}substr", T(["hello", "wo"]), T([1, 0]), T([3, 2])),
    case(f"{S}substr", T(["ab", "cd"]), [[0], [1]], [[1], [1]]),
    case(f"{S}substr", T(["a"]), [0, 1], [1]),
    case(f"{S}substr", T(["ab", "cd"]), 0, [1, 2]),
    *(case(f"{S}substr", T("añb\U0001f600c"), *args, unit="UTF8_CHAR") for args in ((1, 2), (-2, 2), (9, 1))),
    *(
        case(f"{S}regex_replace", T(text), pattern, rewrite)
        for text, pattern, rewrite in (
            (["abc", "xbx"], "b", "_"),
            ("hello world", r"(\w+) (\w+)", r"\2 \1"),
            ("a.b", r"\.", r"\\"),
            ("abc", "b", r"\9"),
            ("abc", "", "-"),
            ("abc", "x*", "-"),
            ("baac", "a*", "-"),
            ("a1b22", "[0-9]+", r"<\0>"),
            ("AbC", "(?i)b", "x"),
            ("a\nb", "^b", "x"),
            ("a\nb", "(?m)^b", "x"),
            ("a\nb", "a.b", "x"),
            ("a\nb", "(?s)a.b", "x"),
            ("ab\n", "b$", "x"),
            ("héllo Ω1", r"\pL", "x"),
            ("héllo Ω1", r"\p{Lu}", "x"),
            ("héllo Ω1", r"\PL", "x"),
            ("héllo", r"\w", "x"),
            ("tab\there", "[[:space:]]", "_"),
            ("a-b_c", "[^[:alpha:]]", " "),
            ("a\vb c", r"\s", "_"),
            ("abab", "(?P<n>a)b", r"\1"),
            ("aé", ".", "-"),
            ("abc", "b", "a&b$1"),
            ("a", "(a)(b)?", r"[\2]"),
            ("aaa", "a+?", "x"),
            ("aaa", "(?U)a+", "x"),
            ("a.b*c", r"\Q.b*\E", "x"),
            ("a]b", "[]]", "x"),
            ("a-b", "[a-]", "x"),
            ("xyz", r"x\x79", "_"),
            ("xyz", r"x\x{79}\172", "_"),
            ("a b", r"\bb\b", "x"),
            ("foo.bar", "(?:foo|fo)o?", "x"),
            ("abc", "[", "x"),
            ("abc", "(", "x"),
            ("abc", ")", "x"),
            ("abc", "*", "x"),
            ("abc", "a**", "x"),
            ("abc", "a++", "x"),
            ("a", "(?=a)", "x"),
            ("aa", r"(a)\1", "x"),
            ("a", r"\y", "x"),
            ("a", "[z-a]", "x"),
            ("a", "a{1001}", "x"),
            ("a", "[[:nope:]]", "x"),
        )
    ),
    case(f"{S}regex_replace", T("aaa"), "a", "b", replace_global=False),
    case(f"{S}regex_replace", T("abc"), T("b"), T("X")),
    case(f"{S}regex_replace", T("abc"), T(["b"]), "X"),
    *(case(f"{S}regex_full_match", T(["abc", "ab"]), p) for p in ("abc?", "ab", "a|ab", ".*b", "[", T("a.c"))),
    *(
        case(f"{S}to_number", T(texts), D(kind))
        for kind in ("float32", "float64", "int32", "int64", "uint32", "uint64", "string")
        for texts in (["1", " 4 ", "05"], ["1.5"], ["-1"], ["+5"], ["3000000000"], ["abc"], [""], ["1_0"], ["0x10"])
    ),
    case(f"{S}to_number", T(["nan", "inf", "-2e3", "1e400", "1e-400", ".5", "5.", "-0"])),
    case(f"{S}to_number", T(["1f"])),
    *(
        case(f"{S}{name}", T(["a", "hello", "", "x" * 20, "y" * 40, "z" * 100, "w" * 1000]), 10**9)
        for name in ("to_hash_bucket", "to_hash_bucket_fast")
    ),
    case(f"{S}to_hash_bucket_strong", T(["a", "hello", "", "x" * 20]), 10**9, [1, 2]),
    case(f"{S}to_hash_bucket_strong", T(["a"]), 10, [1]),
    case(f"{S}to_hash_bucket_fast", T(["a"]), 0),
    *(
        case(f"{S}reduce_join", T([["a", "b"], ["c", "d"]]), axis, keepdims, "-")
        for axis in (None, 0, 1, -1, [0, 1], [1, 0], [], [0, 0], 2)
        for keepdims in (False, True)
    ),
    case(f"{S}reduce_join", T("a")),
    case(f"{S}reduce_join", T([["a", "b"]]), T([1])),
    case(f"{S}unsorted_segment_join", T(["a", "b", "c"]), T([0, 1, 0]), 2),
    case(f"{S}unsorted_segment_join", T(["a", "b", "c"]), T([2, 2, 0]), 3, ":"),
    case(f"{S}unsorted_segment_join", T([["a", "b"], ["c", "d"]]), T([1, 1]), 2),
    case(f"{S}unsorted_segment_join", T(["a", "b"]), T([0, 5]), 2),
    case(f"{S}unsorted_segment_join", T(["a", "b"]), T([0, -1]), 2),
    case(f"{S}unicode_script", T([65, 0x3B1, 0x4E00, 48, -1, 0x1F600, 0x5D0, 0x430, 0xAC00, 0x3042])),
    *(case(f"{S}unicode_transcode", T(["Hé"]), "UTF-8", e) for e in ("UTF-8", "UTF-16-BE", "UTF-32-BE", "latin1")),
    *(
        case(f"{S}unicode_transcode", T([b"a\xffb\xe2\x82"]), "UTF-8", "UTF-8", e)
        for e in ("replace", "ignore", "strict")
    ),
    case(f"{S}unicode_transcode", T([b"\xff\xe9"]), "latin1", "UTF-8"),
    case(f"{S}unicode_transcode", T([b"a\x01b\n"]), "UTF-8", "UTF-8", replace_control_characters=True),
    case(f"{S}unicode_transcode", T([b"a\xffb"]), "UTF-8", "UTF-8", replacement_char=63),
    case(f"{S}unicode_transcode", T(["a"]), "nope", "UTF-8"),
    case(f"{S}unicode_encode", T([72, 233, 128512]), "UTF-8"),
    case(f"{S}unicode_encode", T([[72, 233], [97, 98]]), "UTF-16-BE"),
    *(case(f"{S}unicode_encode", T([72, 0xD800, 0x110000]), "UTF-8", e) for e in ("replace", "ignore", "strict")),
    case(f"{S}unicode_encode", T(72), "UTF-8"),
    case("io.encode_base64", T(["hello", "", b"\xff\xfe"])),
    case("io.encode_base64", T(["hello"]), pad=True),
    *(case("io.decode_base64", T([x])) for x in ("aGVsbG8", "aGVsbG8=", "__4", "a", "a+/b", "", "ab=c")),
    case("io.decode_raw", T([b"\x01\x00\x02\x00"]), D("int16")),
    case("io.decode_raw", T([b"\x01\x00\x02\x00"]), D("int16"), False),
    case("io.decode_raw", T([[b"ab"], [b"cd"]]), D("uint8")),
    case("io.decode_raw", T(b"\x00\x00\x80?"), D("float32")),
    *(case("io.decode_raw", T([b"\x00\x3f" * 8]), D(t)) for t in ("bfloat16", "float16", "complex64", "int64")),
    case("io.decode_raw", T([b"\x01\x00"]), D("bool")),
    case("io.decode_raw", T([b"\x01\x00\x02"]), D("int16")),
    case("io.decode_raw", T([b"ab", b"c"]), D("uint8")),
    case("io.decode_raw", T([b"ab"]), D("string")),
    *(case("io.decode_raw", T([b"abcdef", b"c"]), D("uint16"), fixed_length=n) for n in (4, 8, 3, 0)),
    case("io.decode_compressed", T([zlib.compress(b"hello")]), "ZLIB"),
    case("io.decode_compressed", T([gzip.compress(b"hello", mtime=0)]), "GZIP"),
    case("io.decode_compressed", T([b"hello"])),
    case("io.decode_compressed", T([b"hello"]), "ZLIB"),
    case("io.decode_compressed", T([b"hello"]), "X"),
    case("fingerprint", T(["abc", "x"])),
    case("fingerprint", T([[1, 2], [3, 4]])),
    case("fingerprint", T([["a", "b"]])),
    case("fingerprint", T("a")),
    case("fingerprint", T([1]), "other"),
]
