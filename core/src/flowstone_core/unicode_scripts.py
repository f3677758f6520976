"""The scripts that characters belong to, by ICU's numbers (``UScriptCode``).

Python knows no scripts, but characters are named after theirs: ``GREEK SMALL LETTER ALPHA``. What names do not tell
(a few hundred rare signs) counts as common.
"""

from __future__ import annotations

import functools
import unicodedata
from typing import Final

COMMON: Final = 0
INHERITED: Final = 1
UNKNOWN: Final = 103
INVALID: Final = -1

_NUMBERED = """
    2 ARABIC, 3 ARMENIAN, 4 BENGALI, 5 BOPOMOFO, 6 CHEROKEE, 7 COPTIC, 8 CYRILLIC, 9 DESERET, 10 DEVANAGARI,
    11 ETHIOPIC, 12 GEORGIAN, 13 GOTHIC, 14 GREEK, 15 GUJARATI, 16 GURMUKHI, 17 CJK, 17 KANGXI, 17 IDEOGRAPHIC,
    17 HANGZHOU, 18 HANGUL, 19 HEBREW, 20 HIRAGANA, 20 HENTAIGANA, 21 KANNADA, 22 KATAKANA, 23 KHMER, 24 LAO,
    25 LATIN, 25 ROMAN, 26 MALAYALAM, 27 MONGOLIAN, 28 MYANMAR, 29 OGHAM, 30 OLD ITALIC, 31 ORIYA, 32 RUNIC,
    33 SINHALA, 34 SYRIAC, 35 TAMIL, 36 TELUGU, 37 THAANA, 38 THAI, 39 TIBETAN, 40 CANADIAN, 41 YI, 42 TAGALOG,
    43 HANUNOO, 44 BUHID, 45 TAGBANWA, 46 BRAILLE, 47 CYPRIOT, 48 LIMBU, 49 LINEAR B, 50 OSMANYA, 51 SHAVIAN,
    52 TAI LE, 53 UGARITIC, 55 BUGINESE, 56 GLAGOLITIC, 57 KHAROSHTHI, 58 SYLOTI, 59 NEW TAI, 60 TIFINAGH,
    61 OLD PERSIAN, 62 BALINESE, 63 BATAK, 65 BRAHMI, 66 CHAM, 71 EGYPTIAN, 75 PAHAWH, 76 OLD HUNGARIAN,
    78 JAVANESE, 79 KAYAH, 82 LEPCHA, 83 LINEAR A, 84 MANDAIC, 86 MEROITIC HIEROGLYPHIC, 87 NKO, 88 OLD TURKIC,
    89 OLD PERMIC, 90 PHAGS-PA, 91 PHOENICIAN, 92 MIAO, 99 VAI, 101 CUNEIFORM, 104 CARIAN, 106 TAI THAM,
    107 LYCIAN, 108 LYDIAN, 109 OL CHIKI, 110 REJANG, 111 SAURASHTRA, 112 SIGNWRITING, 113 SUNDANESE, 115 MEETEI,
    116 IMPERIAL ARAMAIC, 117 AVESTAN, 118 CHAKMA, 120 KAITHI, 121 MANICHAEAN, 122 INSCRIPTIONAL PAHLAVI,
    123 PSALTER, 125 INSCRIPTIONAL PARTHIAN, 126 SAMARITAN, 127 TAI VIET, 130 BAMUM, 131 LISU, 133 OLD SOUTH,
    134 BASSA, 135 DUPLOYAN, 136 ELBASAN, 137 GRANTHA, 140 MENDE, 141 MEROITIC CURSIVE, 142 OLD NORTH,
    143 NABATAEAN, 144 PALMYRENE, 145 KHUDAWADI, 146 WARANG, 149 MRO, 150 NUSHU, 151 SHARADA, 152 SORA, 153 TAKRI,
    154 TANGUT, 156 ANATOLIAN, 157 KHOJKI, 158 TIRHUTA, 159 CAUCASIAN, 160 MAHAJANI, 161 AHOM, 162 HATRAN,
    163 MODI, 164 MULTANI, 165 PAU, 166 SIDDHAM, 167 ADLAM, 168 BHAIKSUKI, 169 MARCHEN, 170 NEWA, 171 OSAGE,
    175 MASARAM, 176 SOYOMBO, 177 ZANABAZAR, 178 DOGRA, 179 GUNJALA, 180 MAKASAR, 181 MEDEFAIDRIN, 182 HANIFI,
    183 SOGDIAN, 184 OLD SOGDIAN, 185 ELYMAIC, 186 NYIAKENG, 187 NANDINAGARI, 188 WANCHO, 189 CHORASMIAN,
    190 DIVES, 191 KHITAN, 192 YEZIDI
"""
_SCRIPTS: Final = {
    name: int(number) for number, name in (entry.strip().split(" ", 1) for entry in _NUMBERED.split(","))
}
_BEFORE: Final = frozenset({"COMBINING", "CIRCLED", "PARENTHESIZED", "SQUARE", "HALFWIDTH", "FULLWIDTH", "MODIFIER"})
"""First words after which the script's name may stand."""


@functools.lru_cache(maxsize=4096)
def script_of(point: int) -> int:
    """The number of the script of a code point: 0 for what all scripts share, -1 for what is no code point."""
    if not 0 <= point <= 0x10FFFF:
        return INVALID
    name, kind = unicodedata.name(chr(point), ""), unicodedata.category(chr(point))
    if not name:
        return COMMON if kind == "Cc" else _SCRIPTS["TANGUT"] if kind == "Lo" else UNKNOWN
    words = name.split()
    found = _named(words)
    if found is None and words[0] in _BEFORE:
        found = _named(words[1:])
        if found is None and words[0] == "MODIFIER" and {"SMALL", "CAPITAL"} & set(words):
            found = _SCRIPTS["LATIN"]
    if found is None:
        return INHERITED if kind in ("Mn", "Me") else COMMON
    return COMMON if kind in ("Po", "So", "Sm") and words[0] == "IDEOGRAPHIC" else found


def _named(words: list[str]) -> int | None:
    for count in (2, 1):
        found = _SCRIPTS.get(" ".join(words[:count]))
        if found is not None:
            return found
    return None
