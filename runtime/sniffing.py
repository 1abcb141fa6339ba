"""What a file really is, by its bytes: its name only has to agree. Macros, encryption and zip bombs are not let in."""

from __future__ import annotations

import re
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Final, NamedTuple

from runtime.errors import BadInput

#: What a packed document may hold once it is unpacked, in parts and in bytes, and how much larger it may grow.
MOST_PARTS, MOST_UNPACKED, MOST_RATIO = 5_000, 200 * 1024 * 1024, 200
_OFFICE = "application/vnd.openxmlformats-officedocument"
#: What names a part that runs by itself.
_MACROS: Final = re.compile(r"vbaproject|vbadata|macrosheets|activex|\.(?:js|vbs|exe|dll|bin\.lnk)$", re.IGNORECASE)


class Kind(NamedTuple):
    """A type of file that is taken: its media type and the endings a name of it has."""

    media_type: str
    endings: tuple[str, ...]


PDF = Kind("application/pdf", (".pdf",))
PNG = Kind("image/png", (".png",))
JPEG = Kind("image/jpeg", (".jpg", ".jpeg"))
XLSX = Kind(f"{_OFFICE}.spreadsheetml.sheet", (".xlsx",))
DOCX = Kind(f"{_OFFICE}.wordprocessingml.document", (".docx",))
OFD = Kind("application/ofd", (".ofd",))
CSV = Kind("text/csv", (".csv",))
TEXT = Kind("text/plain", (".txt",))
KINDS: Final = (PDF, PNG, JPEG, XLSX, DOCX, OFD, CSV, TEXT)
#: By the part that only such a document has.
_PACKED: Final = {"xl/workbook.xml": XLSX, "word/document.xml": DOCX, "OFD.xml": OFD}


def media_type_of(content: bytes, name: str, most_bytes: int) -> str:
    """Return the media type of a file of a name; raise `BadInput` naming what keeps it from being taken."""
    if not content:
        raise _fault("must not be empty")
    if len(content) > most_bytes:
        raise _fault(f"must not be larger than {most_bytes // 1024 // 1024} MB")
    kind = _sniffed(content, name)
    if not name.lower().endswith(kind.endings):
        raise BadInput(("name", f"must end in {' or '.join(kind.endings)}: its content is {kind.media_type}"))
    return kind.media_type


def _sniffed(content: bytes, name: str) -> Kind:
    for begins, read in _SIGNATURES.items():
        if content.startswith(begins):
            return read(content)
    if _is_text(content):
        return CSV if name.lower().endswith(CSV.endings) else TEXT
    taken = ", ".join(ending for kind in KINDS for ending in kind.endings)
    raise _fault(f"must be one of {taken}, by its content")


def _pdf(content: bytes) -> Kind:
    if b"%%EOF" not in content[-2048:]:
        raise _fault("is a PDF without an end: it is cut off")
    return PDF


def _png(content: bytes) -> Kind:
    if content[12:16] != b"IHDR" or b"IEND" not in content[-64:]:
        raise _fault("is a PNG without a head or an end: it is cut off")
    return PNG


def _jpeg(content: bytes) -> Kind:
    if b"\xff\xd9" not in content[-4096:]:
        raise _fault("is a JPEG without an end: it is cut off")
    return JPEG


def _packed(content: bytes) -> Kind:
    """Say which packed document it is, once every part was unpacked within bounds and none of it runs."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            parts = packed.infolist()
            _bounded(parts, len(content))
            if (broken := packed.testzip()) is not None:
                raise _fault(f"is broken at its part {broken[:60]!r}")
            types = packed.read("[Content_Types].xml") if "[Content_Types].xml" in packed.namelist() else b""
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError, ValueError) as error:
        raise _fault("is a packed file that cannot be read") from error
    if b"macroEnabled" in types or any(_MACROS.search(part.filename) for part in parts):
        raise _fault("must not hold macros or programs")
    names = {part.filename for part in parts}
    for part, kind in _PACKED.items():
        if part in names and (kind is OFD or types):
            return kind
    raise _fault("is a packed file, and no XLSX, DOCX or OFD")


def _bounded(parts: list[zipfile.ZipInfo], size: int) -> None:
    if any(part.flag_bits & 0x1 for part in parts):
        raise _fault("must not be encrypted")
    unpacked = sum(part.file_size for part in parts)
    # A small file of much blank space is no bomb: the ratio counts from a megabyte on.
    if len(parts) > MOST_PARTS or unpacked > min(MOST_UNPACKED, max(size * MOST_RATIO, 1024 * 1024)):
        raise _fault(f"must not unpack to more than {MOST_UNPACKED // 1024 // 1024} MB or {MOST_RATIO} times its size")


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return not any(unicodedata.category(one) == "Cc" and one not in "\t\r\n\f" for one in text)


def _fault(why: str) -> BadInput:
    return BadInput(("file", why))


_SIGNATURES: Final[dict[bytes, Callable[[bytes], Kind]]] = {
    b"%PDF-": _pdf,
    b"\x89PNG\r\n\x1a\n": _png,
    b"\xff\xd8\xff": _jpeg,
    b"PK\x03\x04": _packed,
}
