"""Signing in, my work, a proceeding, an act."""

from tests.desk.shots import Shot

SHOTS = (
    Shot("sign-in", None, "/sign-in"),
    Shot("account", "bureau-1", "/account"),
    Shot("work-district", "ganjingzi-1", "/work"),
    Shot("work-bureau", "bureau-1", "/work"),
    Shot("work-empty", "shahekou-1", "/work?kind=case&due=overdue"),
    Shot("case-paid", "finance-1", "/p/case/{paid}"),
    Shot("case-late", "insurer-a-1", "/p/case/{late}"),
    Shot("case-review", "ganjingzi-1", "/p/case/{review}"),
    Shot("round", "regulator-1", "/p/round/{quarter}"),
    Shot("act-submit", "{enterprise}", "/p/case/new/acts/submit"),
    Shot("act-confirm", "ganjingzi-1", "/p/case/{review}/acts/confirm"),
    Shot("act-confirm-wrong", "ganjingzi-1", "/p/case/{review}/acts/confirm", "preview"),
    Shot("act-receive-preview", "bureau-1", "/p/case/{confirmed}/acts/receive", "preview"),
    Shot("act-barred", "ganjingzi-1", "/p/case/{paid}/acts/confirm"),
    Shot("not-found", "ganjingzi-1", "/p/case/DL-1999-000001"),
)
