"""Examples written as JSON."""

from casekit import T, case

CASES = [
    case("io.decode_json_example", T(text))
    for text in (
        '{"features": {"feature": {"x": {"int64List": {"value": ["7", -1]}}}}}',
        ['{"features": {"feature": {"x": {"floatList": {"value": [0.5]}}}}}', "{}"],
        '{"features": {"feature": {"x": {"bytesList": {"value": ["/w=="]}}}}}',
        "{",
        "",
        '{"nope": 1}',
        '{"features": {"feature": {"x": {"int64List": {"value": ["a"]}}}}}',
    )
]

UNLIKE = {r'"7", -1|0\.5': "flowstone packs lists of numbers, TensorFlow does not: two encodings of one message"}
