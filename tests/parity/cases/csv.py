"""Comma-separated values, and tensors as messages."""

from casekit import D, T, case

C = "io.decode_csv"
LINES = (
    *(
        "1,2",
        "1,",
        ",2",
        ",",
        "",
        "1",
        "1,2,3",
        "x,1",
        " 1 , 2",
        "1\n,2",
        '"1","2"',
        '"1,2"',
        '"1",2',
        '1,"2',
        '"1"2,3',
    ),
    *('"1""2",3', '"",5', "3000000000,1", "+5,-7", "0x10,1", "1.5,1", "NA,1", '1, "2"', '"a\nb",c'),
)

CASES = [
    *(case(C, T([line]), [[7], [8]]) for line in LINES),
    *(case(C, T([line]), [["d"], ["e"]]) for line in LINES),
    *(case(C, T([line]), [["d"], ["e"]], use_quote_delim=False) for line in LINES),
    *(case(C, T([line]), [[0.5], [1.5]], na_value="NA") for line in LINES),
    *(case(C, T([line]), [T([], "int32"), [8]]) for line in LINES[:6]),
    case(C, T(["1,a,2.5", "4,b,"]), [[0], [""], [1.5]]),
    case(C, T([["1,2"], ["3,4"]]), [[0], T([0], "int64")]),
    case(C, T("1|2"), [[0], [0]], field_delim="|"),
    case(C, T("1"), [[0]], field_delim="ab"),
    case(C, T("1"), [0]),
    case(C, T("1"), [[0, 1]]),
    case(C, T("1"), [[True]]),
    case(C, T("1"), []),
    case(C, T([], "string"), [[0]]),
    *(case(C, T("1,2,3"), [[0], [0]], select_cols=cols) for cols in ([0, 2], [2, 0], [0, 5], [0], [-1, 1], [1, 1])),
    *(
        case("io.serialize_tensor", T(values, kind))
        for values, kind in (
            ([[1, 2]], "int32"),
            (["a", "é"], None),
            (1.5, "float32"),
            ([True], None),
            ([1 + 2j], "complex64"),
            ([1.5], "bfloat16"),
            ([[], []], "float64"),
            ([1, 2], "uint8"),
            ("", None),
        )
    ),
    case(
        "io.parse_tensor",
        T(b"\x08\x03\x12\x08\x12\x02\x08\x01\x12\x02\x08\x02\x22\x08\x01\0\0\0\x02\0\0\0"),
        D("int32"),
    ),
    case(
        "io.parse_tensor",
        T(b"\x08\x03\x12\x08\x12\x02\x08\x01\x12\x02\x08\x02\x22\x08\x01\0\0\0\x02\0\0\0"),
        D("int64"),
    ),
    case("io.parse_tensor", T(b"\x08\x07\x12\x04\x12\x02\x08\x02B\x01aB\x01b"), D("string")),
    case("io.parse_tensor", T(b"junk"), D("float32")),
    case("io.parse_tensor", T(b""), D("float32")),
    case("io.parse_tensor", T([b"\x08\x01\x12\x00"]), D("float32")),
]
