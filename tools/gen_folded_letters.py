#!/usr/bin/env python3
"""Writes services/registry/domain/folded_letters.cc: letters as search compares them.

A letter becomes its compatibility decomposition (Unicode NFKD) in small letters without combining
marks; those that do not decompose get the letters that stand for them where they cannot be written.
"""

import sys
import unicodedata
from pathlib import Path

OUTPUT = Path(__file__).resolve().parent.parent / "services/registry/domain/folded_letters.cc"
# Latin, Greek, Cyrillic, Armenian, Latin Extended Additional, Greek Extended, full width.
BLOCKS = ((0x00AA, 0x024F), (0x0370, 0x058F), (0x1E00, 0x1FFF), (0xFB00, 0xFB06), (0xFF10, 0xFF5A))
# As ICAO Doc 9303 part 3 and common use have them.
WRITTEN_AS = {
    "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h", "ı": "i",
    "ŋ": "n", "ŧ": "t", "ĸ": "k", "ƒ": "f", "ə": "e", "ɓ": "b", "ɗ": "d", "ƙ": "k",
}


def folded(letter):
    """The letters that stand for one; "" for what is no letter or digit."""
    text = unicodedata.normalize("NFKD", letter).casefold()
    text = unicodedata.normalize("NFKD", text)
    text = "".join(c for c in text if not unicodedata.combining(c))
    text = "".join(WRITTEN_AS.get(c, c) for c in text)
    # Not what modifies a letter, as the apostrophe in "ŉ".
    return "".join(c for c in text if unicodedata.category(c)[0] in "LN" and unicodedata.category(c) != "Lm")


def main():
    lines = []
    for first, last in BLOCKS:
        for code in range(first, last + 1):
            letter = chr(code)
            if unicodedata.category(letter)[0] not in "LN":
                continue
            as_is = folded(letter)
            if as_is and as_is != letter:
                text = as_is if as_is.isascii() else "".join(f"\\x{b:02x}" for b in as_is.encode())
                lines.append(f'    {{0x{code:04X}, "{text}"}},')
    OUTPUT.write_text(
        "// Written by tools/gen_folded_letters.py from Unicode "
        f"{unicodedata.unidata_version}; do not edit.\n"
        '#include "services/registry/domain/folded_letters.h"\n\n'
        "namespace weft::registry {\n\n"
        "// clang-format off\n"
        "const FoldedLetter kFoldedLetters[] = {\n" + "\n".join(lines) + "\n};\n"
        "// clang-format on\n"
        "const size_t kFoldedLetterCount = sizeof(kFoldedLetters) / sizeof(kFoldedLetters[0]);\n\n"
        "}  // namespace weft::registry\n",
        encoding="utf-8",
    )
    print(f"{OUTPUT.name}: {len(lines)} letters")
    return 0


if __name__ == "__main__":
    sys.exit(main())
