"""Who is concerned by a proceeding, and who looks: what a rule about seeing its papers is asked of (article 15(3))."""

from __future__ import annotations

from dataclasses import dataclass

from rules.timetable import OfficeKind


@dataclass(frozen=True)
class Parties:
    """当事方: whose a proceeding is, by the proceedings it is about as well."""

    enterprise: str | None = None
    district: str | None = None
    assessor: str | None = None
    insurer: str | None = None
    #: 承办机构: the office that handles a complaint.
    handling: str | None = None
    #: 追缴对象: who is to pay back.
    debtors: frozenset[str] = frozenset()
    #: Whether a quarterly return has taken the application in (article 13).
    returned: bool = False


@dataclass(frozen=True)
class Viewer:
    """查阅人: the office an officer acts for, and the districts whose cases are its own."""

    office: str
    kind: OfficeKind
    districts: frozenset[str] = frozenset()
