"""Who sees which paper: every kind of proceeding, everything a document proves there, every kind of office (15(3))."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.entitlement import Parties, Viewer
from rules.procedures import PROCEDURES
from rules.schemes.dalian_documents import PROVABLE, SEEN_BY, may_see
from rules.schemes.dalian_dossier import MOST_LETTERS, file_name
from rules.timetable import OfficeKind

#: Everybody's own proceeding, with no return filed yet.
OURS = Parties("enterprise", "district", "assessor", "insurer", "handler", frozenset({"enterprise", "insurer"}))
RETURNED = Parties(*list(OURS.__dict__.values())[:-1], returned=True)
#: The same of others: nobody here has anything to do with it.
THEIRS = Parties("E", "D", "A", "I", "H", frozenset({"E", "I"}))
KINDS = tuple(kind for kind in get_args(OfficeKind) if kind != "system")
EDBA = {"enterprise", "district", "industry_bureau", "assessor"}
OWNERS = {"industry_bureau", "regulator", "finance"}
#: By topic: who sees a paper of his own proceeding before a return, and who besides once one is filed.
BEFORE: dict[str, set[str]] = {
    "recognition": EDBA,
    "publication": EDBA | {"insurer"},
    "insurance": {"enterprise", "district", "industry_bureau", "insurer"},
    "return": OWNERS,
    "listing": {"industry_bureau", "regulator", "insurer"},
    "complaint": set(),
    "recovery": OWNERS | {"enterprise", "insurer"},
    "inquiry": OWNERS,
    "budget": OWNERS,
}
RETURNED_TO = {"recognition", "publication", "insurance"}
#: Who sees a paper of a proceeding that is not his: those whose kind is never bound to parties.
ANYBODYS = {
    **{topic: {"industry_bureau"} for topic in RETURNED_TO},
    **dict.fromkeys(("return", "recovery", "inquiry", "budget"), OWNERS),
    "listing": {"industry_bureau", "regulator"},
    "complaint": set(),
}
MATRIX = [(kind, proves, office) for kind, names in PROVABLE.items() for proves in names for office in KINDS]


def viewer(office: str) -> Viewer:
    return Viewer(office, office, frozenset({office}) if office == "district" else frozenset())  # type: ignore[arg-type]


@pytest.mark.parametrize(("kind", "proves", "office"), MATRIX)
def test_an_office_sees_what_concerns_it_and_nothing_else(kind: str, proves: str, office: str) -> None:
    topic = PROVABLE[kind][proves].topic
    sees = {parties: may_see(kind, proves, "somebody", parties, viewer(office)) for parties in (OURS, RETURNED, THEIRS)}
    with_return = BEFORE[topic] | ({"regulator", "finance"} if topic in RETURNED_TO else set())
    assert sees == {
        OURS: office in BEFORE[topic],
        RETURNED: office in with_return,
        THEIRS: office in ANYBODYS[topic],
    }


@pytest.mark.parametrize(("kind", "proves", "office"), MATRIX)
def test_whoever_handed_a_paper_in_sees_it_but_a_complaints(kind: str, proves: str, office: str) -> None:
    handed_in = may_see(kind, proves, office, THEIRS, viewer(office))
    assert handed_in is (PROVABLE[kind][proves].topic != "complaint")


@pytest.mark.parametrize("office", ["district", "industry_bureau", "regulator", "finance"])
@pytest.mark.parametrize("proves", PROVABLE["complaint"])
def test_only_the_office_that_handles_a_complaint_sees_its_papers(proves: str, office: str) -> None:
    handled = Parties(handling=office)
    assert may_see("complaint", proves, office, handled, viewer(office))
    assert not may_see("complaint", proves, "another", Parties(handling="another"), viewer(office))


def test_a_district_sees_what_was_its_absorbed_neighbours() -> None:
    absorbed = Viewer("jinpu", "district", frozenset({"jinpu", "baoshui"}))
    assert may_see("case", "licence", "e", Parties(district="baoshui"), absorbed)


def test_every_topic_is_proved_somewhere_and_every_kind_with_papers_is_a_proceeding() -> None:
    assert {one.topic for names in PROVABLE.values() for one in names.values()} == set(SEEN_BY)
    assert set(PROVABLE) <= {kind for kind, _ in PROCEDURES}


# --- names of files ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("合同.pdf", "合同.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\a\\合同 .pdf", "合同 .pdf"),
        ("a\x00b\u202egpj.pdf", "abgpj.pdf"),
        ("  a \t\n b.pdf . ", "a b.pdf"),
        (".bashrc", "bashrc"),
        ("…/", ""),
        ("\u3164", ""),
    ],
)
def test_a_name_is_kept_without_path_and_without_what_cannot_be_seen(written: str, kept: str) -> None:
    assert file_name(written) == kept


@given(st.text(max_size=400))
def test_a_name_is_plain_short_and_stays_as_it_is_when_read_again(written: str) -> None:
    name = file_name(written)
    assert len(name) <= MOST_LETTERS
    assert file_name(name) == name
    assert name.isprintable() or not name
    assert not set("/\\") & set(name)


def test_a_long_name_keeps_its_ending() -> None:
    assert file_name("长" * 300 + ".pdf") == "长" * 116 + ".pdf"
