"""What FastAPI finds wrong with an address or a plain form, said as every other fault is: its field, and the rule."""

from __future__ import annotations

from typing import cast

from fastapi.exceptions import RequestValidationError
from pydantic_core import ErrorDetails

from desk.language import gettext as _
from rules.faults import fault_of


def faults_of(error: RequestValidationError) -> tuple[tuple[str, str], ...]:
    """Every wrong field, and why; whether it stood in the address or in the body is nobody's concern."""
    found = (fault_of(cast("ErrorDetails", {**one, "loc": one["loc"][1:]})) for one in error.errors())
    return tuple((field or "body", _("must be a file") if "UploadFile" in why else why) for field, why in found)
