"""A document is what its bytes say: what is named otherwise, cut off, encrypted, packed too far or runs is refused."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.documents.sheets import csv_of
from runtime.errors import BadInput
from runtime.sniffing import KINDS, MOST_PARTS, media_type_of

MB = 1024 * 1024
PDF = b"%PDF-1.7\n1 0 obj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + b"\x00" * 17 + b"\x00\x00\x00\x00IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xe0" + b"\x00" * 32 + b"\xff\xd9"


def packed(**parts: bytes) -> bytes:
    """A packed file; two underscores stand for a stroke, and one for a dot."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in parts.items():
            out.writestr(name.replace("__", "/").replace("_", "."), content)
    return made.getvalue()


def office(part: str, **more: bytes) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("[Content_Types].xml", more.pop("types", b"<Types/>"))
        out.writestr(part, b"<x/>")
        for name, content in more.items():
            out.writestr(name.replace("__", "/").replace("_", "."), content)
    return made.getvalue()


XLSX, DOCX, OFD = office("xl/workbook.xml"), office("word/document.xml"), packed(OFD_xml=b"<OFD/>")
TAKEN = {
    "a.pdf": PDF,
    "a.PDF": PDF,
    "a.png": PNG,
    "a.jpg": JPEG,
    "a.jpeg": JPEG,
    "a.xlsx": XLSX,
    "a.docx": DOCX,
    "a.ofd": OFD,
    "a.csv": csv_of([("甲", "乙")]),
    "a.txt": "说明\r\n".encode(),
}


@pytest.mark.parametrize("name", TAKEN)
def test_what_is_allowed_is_known_by_its_content(name: str) -> None:
    ending = name[1:].lower()
    assert media_type_of(TAKEN[name], name, MB) == next(k.media_type for k in KINDS if ending in k.endings)


@pytest.mark.parametrize("name", TAKEN)
@pytest.mark.parametrize("ending", [ending for kind in KINDS for ending in kind.endings])
def test_a_name_whose_ending_says_otherwise_is_refused(name: str, ending: str) -> None:
    same = next(kind for kind in KINDS if name[1:].lower() in kind.endings)
    # Text is text, whichever of its two endings it has.
    alike = {".csv", ".txt"} if name[1:] in (".csv", ".txt") else set(same.endings)
    if ending in alike:
        return
    with pytest.raises(BadInput, match="name: must end in"):
        media_type_of(TAKEN[name], f"a{ending}", MB)


def encrypted() -> bytes:
    """A packed file whose part says that it is encrypted."""
    made = bytearray(XLSX)
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = made.find(signature)
        made[at + place] |= 1
    return bytes(made)


#: What is in a file, or how that is made where it is much, its name, and why it is refused.
REFUSED: dict[str, tuple[bytes | Callable[[], bytes], str, str]] = {
    "nothing": (b"", "a.pdf", "must not be empty"),
    "too much": (b"a" * (MB + 1), "a.txt", "must not be larger than 1 MB"),
    "a program": (b"\x7fELF\x02\x01\x01", "a.pdf", "must be one of"),
    "a program of Windows": (b"MZ\x90\x00", "a.docx", "must be one of"),
    "text of another encoding": ("合同".encode("gb18030"), "a.txt", "must be one of"),
    "text that commands a terminal": (b"a\x1b[2Jb", "a.txt", "must be one of"),
    "half a PDF": (PDF[:10], "a.pdf", "cut off"),
    "half a PNG": (PNG[:20], "a.png", "cut off"),
    "half a JPEG": (JPEG[:10], "a.jpg", "cut off"),
    "half a packed file": (XLSX[:60], "a.xlsx", "cannot be read"),
    "a packed file of anything": (packed(a_txt=b"a"), "a.xlsx", "no XLSX, DOCX or OFD"),
    "a workbook with macros": (office("xl/workbook.xml", xl__vbaProject_bin=b"x"), "a.xlsx", "macros"),
    "a workbook that says it has macros": (
        office("xl/workbook.xml", types=b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"),
        "a.xlsx",
        "macros",
    ),
    "a program in an OFD": (packed(OFD_xml=b"<OFD/>", Doc__a_js=b"x"), "a.ofd", "macros or programs"),
    "an encrypted workbook": (encrypted(), "a.xlsx", "must not be encrypted"),
    "a bomb": (lambda: packed(OFD_xml=b"\x00" * 50 * MB), "a.ofd", "must not unpack"),
    "a bomb of parts": (
        lambda: packed(OFD_xml=b"", **{f"p{n}": b"" for n in range(MOST_PARTS)}),
        "a.ofd",
        "must not unpack",
    ),
    "an office document of the old kind": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.docx", "must be one of"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_allowed_is_refused_with_its_reason(case: str) -> None:
    content, name, why = REFUSED[case]
    with pytest.raises(BadInput, match=why):
        media_type_of(content() if callable(content) else content, name, MB)


def test_a_workbook_whose_part_is_damaged_is_refused() -> None:
    at = XLSX.find(b"PK\x01\x02")
    broken = XLSX[:45] + bytes(one ^ 0xFF for one in XLSX[45:60]) + XLSX[60:]
    assert at > 60
    with pytest.raises(BadInput, match="file: is"):
        media_type_of(broken, "a.xlsx", MB)


@given(st.binary(max_size=200), st.sampled_from([b"", b"PK\x03\x04", b"%PDF-", XLSX[:80]]))
def test_any_bytes_are_taken_or_refused_and_nothing_else(content: bytes, before: bytes) -> None:
    for kind in KINDS:
        with suppress(BadInput):
            assert media_type_of(before + content, f"a{kind.endings[0]}", MB) == kind.media_type
