"""往来: what a browser sends with a form, files among it, and files that go back."""

from __future__ import annotations

from urllib.parse import quote

from fastapi.responses import Response
from starlette.datastructures import FormData, UploadFile


def texts_of(form: FormData) -> dict[str, list[str]]:
    """Every text of a form, by its field."""
    sent: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            sent.setdefault(name, []).append(value)
    return sent


async def files_of(form: FormData) -> list[tuple[str, str, bytes]]:
    """Every file that was chosen: its field, what it is called, its content."""
    chosen = [(name, value) for name, value in form.multi_items() if isinstance(value, UploadFile) and value.filename]
    return [(name, str(file.filename), await file.read()) for name, file in chosen]


def file_answer(content: bytes, name: str, media_type: str, *, inline: bool = False) -> Response:
    """A file for the browser to keep, or, where it is one of our own, to show."""
    how = "inline" if inline else "attachment"
    plain = "".join(one if one.isascii() and (one.isalnum() or one in "-_. ") else "_" for one in name)
    charset = "; charset=utf-8" if media_type.startswith("text/") else ""
    headers = {
        "content-disposition": f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "content-type": media_type + charset,
    }
    return Response(content, headers=headers)
