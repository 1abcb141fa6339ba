"""往来: what a browser sends with a form, files among it, and files that go back."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from urllib.parse import quote

from fastapi import HTTPException, Request
from fastapi.responses import Response

from desk.security import TooLarge

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


#: What no page holds: passwords; and the forms that have nothing else.
SECRET, SECRETS = frozenset({"password", "again", "current"}), ("/sign-in", "/account")


async def held(request: Request) -> dict[str, Any]:
    """A form that could not be taken, for a page from which it can be sent again; files cannot be held, only named."""
    texts: dict[str, list[str]] = {}
    files: list[File] = []
    if request.method == "POST" and not request.url.path.startswith(SECRETS):
        with suppress(HTTPException, TooLarge):
            texts, files = await received(request)
    kept = {name: said for name, said in texts.items() if name not in SECRET}
    return {"held": kept, "not_held": [called for _, called, _ in files]}


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
