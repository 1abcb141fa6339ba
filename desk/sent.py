"""往来: what a browser sends with a form, files among it, and files that go back."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import Request
from fastapi.responses import Response

#: A file that was chosen: its field, what it is called, its content.
File = tuple[str, str, bytes]


async def received(request: Request) -> tuple[dict[str, list[str]], list[File]]:
    """Every text of a form by its field, and every file that was chosen."""
    sent: dict[str, list[str]] = {}
    files: list[File] = []
    async with request.form() as form:
        for name, value in form.multi_items():
            if isinstance(value, str):
                sent.setdefault(name, []).append(value)
            elif value.filename:
                files.append((name, value.filename, await value.read()))
    return sent, files


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
