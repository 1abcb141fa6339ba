"""`firstcover document`: handed in, listed, written out and proved, to whom it concerns; and the forms of a case."""

from __future__ import annotations

import io
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from db.pool import Pool
from runtime.document_store import DocumentStore
from tests.activities.desk import Desk, first
from tests.runtime.test_sniffing import PDF
from tests.starters.terminal import Outcome, Terminal
from tests.workshop import Workshop

DIGEST = sha256(PDF).hexdigest()


@pytest.fixture
async def desk(pool: Pool) -> Desk:
    """A case that has applied for its subsidy, whose contract is the document the tests hand in."""
    desk = Desk(pool)
    await desk.play(first("case", "insure"))
    await desk.order("insure", "insurer-a-1", {**desk.forms.contract(), "contract_sha256": DIGEST})
    await desk.order("apply", desk.forms.enterprise)
    return desk


@pytest.fixture
def papers(terminal: Terminal, folder: Path) -> Terminal:
    """A terminal that knows where documents are kept."""
    terminal.environment["FIRSTCOVER_DOCUMENTS"] = str(folder / "documents")
    return terminal


def number_of(desk: Desk) -> str:
    return desk.case.split(":")[-1]


def file(folder: Path, name: str = "合同.pdf", content: bytes = PDF) -> str:
    (folder / name).write_bytes(content)
    return str(folder / name)


async def add(papers: Terminal, desk: Desk, *more: str, content: bytes = PDF, name: str = "合同.pdf") -> Outcome:
    what = (number_of(desk), file(papers.folder, name, content), "--proves", "contract", "--as", "insurer-a-1")
    return await papers.run("document", "add", *what, "--json", *more)


def kept_files(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "documents").rglob("*") if path.is_file())


async def test_a_document_is_added_listed_shown_with_its_case_and_written_out_again(
    papers: Terminal, desk: Desk, folder: Path
) -> None:
    added = await add(papers, desk)
    assert (added.status, added.json["event"]["act"], added.json["event"]["passed"]) == (0, "add_document", True)
    number = f"case-{number_of(desk)}-1"
    (listed,) = (await papers.run("document", "list", desk.case, "--as", "bureau-1", "--json")).lines
    assert (listed["number"], listed["media_type"], listed["size"]) == (number, "application/pdf", len(PDF))
    (proved,) = listed["proves_facts"]
    assert (proved["act"], proved["field"]) == ("insure", "contract_sha256")
    shown = (await papers.run("case", "show", number_of(desk), "--as", "bureau-1", "--json")).json
    assert shown["documents"] == [listed]
    assert (await papers.run("document", "get", number, "--out", str(folder / "out.pdf"), "--as", "bureau-1")).err == ""
    assert (folder / "out.pdf").read_bytes() == PDF
    told = await papers.run("document", "list", number_of(desk), "--as", "bureau-1")
    assert number in told.out


async def test_a_case_shows_no_documents_to_nobody_and_to_whom_they_do_not_concern(
    papers: Terminal, desk: Desk
) -> None:
    await add(papers, desk)
    for whom in ((), ("--as", "insurer-b-1"), ("--as", "regulator-1"), ("--as", "zhongshan-1")):
        shown = (await papers.run("case", "show", number_of(desk), *whom, "--json")).json
        assert shown["documents"] == []


async def test_a_document_is_refused_to_whom_it_does_not_concern(papers: Terminal, desk: Desk, folder: Path) -> None:
    await add(papers, desk)
    out = str(folder / "out.pdf")
    number = f"case-{number_of(desk)}-1"
    refused = await papers.run("document", "get", number, "--out", out, "--as", "insurer-b-1")
    assert (refused.status, "entitled_to_see" in refused.err) == (1, True)
    absent = await papers.run("document", "get", "case-DL-2030-000001-7", "--out", out, "--as", "bureau-1")
    assert (absent.status, "number: there is no document" in absent.err) == (2, True)
    assert not (folder / "out.pdf").exists()


@pytest.mark.parametrize(
    ("words", "content", "status", "says"),
    [
        (("--as", "insurer-b-1"), PDF, 1, "own_contract (article 5)"),
        (("--proves", "licence"), PDF, 1, "hands_in_its_own (article 9)"),
        (("--proves", "weather"), PDF, 2, "proves: must be one of"),
        (("--name", "…"), PDF, 2, "name: must end in .pdf"),
        (("--name", "\u3164"), PDF, 2, "name: must hold something"),
        ((), b"", 2, "file: must not be empty"),
        ((), b"MZ", 2, "name: must end in .txt"),
        ((), b"a" * (1024 * 1024 + 1), 2, "file: must not be larger than 1 MB"),
    ],
)
async def test_nothing_is_kept_of_what_is_refused(
    papers: Terminal, desk: Desk, folder: Path, words: tuple[str, ...], content: bytes, status: int, says: str
) -> None:
    papers.environment["FIRSTCOVER_DOCUMENT_MEGABYTES"] = "1"
    refused = await add(papers, desk, *words, content=content)
    assert (refused.status, says in refused.err, len(refused.err.splitlines())) == (status, True, 1), refused.err
    assert kept_files(folder) == []
    assert await desk.pool.fetchval("select count(*) from document") == 0


async def test_a_document_is_withdrawn_and_stays_to_be_seen(papers: Terminal, desk: Desk) -> None:
    await add(papers, desk)
    number = f"case-{number_of(desk)}-1"
    done = await papers.run("document", "withdraw", number, "--reason", "错件", "--as", "insurer-a-1", "--json")
    assert done.status == 0, done.err
    (listed,) = (await papers.run("document", "list", desk.case, "--as", "bureau-1", "--json")).lines
    assert listed["withdrawn_because"] == "错件"
    for wrong in ("x", "a b-1", "case-DL-2030-000001-1"):
        refused = await papers.run("document", "withdraw", wrong, "--reason", "x", "--as", "insurer-a-1")
        assert refused.status == 2, refused.err


async def test_the_same_order_hands_a_document_in_once(papers: Terminal, desk: Desk, folder: Path) -> None:
    first_time, again = [await add(papers, desk, "--command-id", "one") for _ in range(2)]
    assert first_time.out == again.out
    assert kept_files(folder) == [DIGEST]


async def test_every_file_is_proved_and_one_that_was_altered_or_lost_is_named(
    papers: Terminal, desk: Desk, folder: Path
) -> None:
    await add(papers, desk)
    assert (await papers.run("document", "verify", "--json")).json == {"ok": True, "files": 1, "broken": []}
    assert "1" in (await papers.run("document", "verify")).out
    kept = DocumentStore(folder / "documents").path_of(DIGEST)
    for harm, why in ((lambda: kept.write_bytes(b"x"), "not what was handed in"), (kept.unlink, "missing")):
        harm()
        found = await papers.run("document", "verify", "--json")
        assert (found.status, found.json["ok"], why in found.json["broken"][0]["why"]) == (1, False, True)
        assert "unaltered_document (article 15(3))" in found.err
        get = ("document", "get", f"case-{number_of(desk)}-1", "--out", str(folder / "o"), "--as", "bureau-1")
        assert (await papers.run(*get)).status == 1


async def test_where_documents_are_kept_must_be_named_beside_a_servers_address(terminal: Terminal, desk: Desk) -> None:
    refused = await add(terminal, desk)
    assert (refused.status, "FIRSTCOVER_DOCUMENTS" in refused.err) == (3, True)


@pytest.mark.parametrize("stream", ["case:dalian:DL-2030-000009", "offices:dalian:register", "x:y:z", "a b"])
async def test_documents_of_nothing_are_bad_input(papers: Terminal, desk: Desk, stream: str) -> None:
    listed = await papers.run("document", "list", stream, "--as", "bureau-1")
    assert (listed.status, len(listed.err.splitlines())) == (2, 1)


# --- forms ---------------------------------------------------------------------------------------------------------


async def printed(papers: Terminal, desk: Desk, form: str, *more: str) -> str:
    """What a reader finds on the pages of a form; lines and spaces are the typesetter's."""
    out = papers.folder / "form.pdf"
    done = await papers.run("document", "form", number_of(desk), form, "--out", str(out), *more)
    assert done.status == 0, done.err
    read = PdfReader(io.BytesIO(out.read_bytes()))
    return re.sub(r"[\s\u200b]", "", "".join(page.extract_text() for page in read.pages))


@pytest.fixture
async def account(desk: Desk) -> str:
    """Where the demonstration's insurer is paid."""
    return str(await desk.pool.fetchval("select account from bank_account where office = 'insurer-a'"))


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ("application", ["保费补贴申请表", "PA-1", "60,000,000.00元", "3%", "人民币陆拾万元整", "甘井子", "FP-1"]),
        ("recognition", ["新产品认定申请表", "高速电主轴", "技术参数", "发明专利证书", "产品符合国家节能环保标准"]),
        (
            "opinion",
            ["确认意见表", "第八条", "首批次新产品的生产制造工业企业，属中小企业", "原件核对", "均符合规定", "甘井子"],
        ),
        ("score", ["专家评分表", "88", "无隶属", "建议认定"]),
    ],
)
async def test_a_form_is_filled_from_the_record_in_chinese_and_then_in_english(
    papers: Terminal, desk: Desk, form: str, says: list[str]
) -> None:
    text = await printed(papers, desk, form)
    everything = [*says, number_of(desk), desk.forms.enterprise, "大连星海主轴有限公司"]
    assert [one for one in everything if one not in text] == []
    assert text.index("演示版本，不具法律效力") < text.index("Demonstrationedition,withoutlegalforce")
    papers.environment["FIRSTCOVER_LANGUAGE"] = "zh"
    assert "Demonstration" not in await printed(papers, desk, form)


async def test_an_account_is_written_out_for_the_finance_office_alone(
    papers: Terminal, desk: Desk, account: str
) -> None:
    for whom in ((), ("--as", "bureau-1"), ("--as", "insurer-a-1")):
        text = await printed(papers, desk, "application", *whom)
        assert (account in text, "*" + account[-4:] in text) == (False, True)
    assert account in await printed(papers, desk, "application", "--as", "finance-1")


async def test_a_form_masks_its_contact_but_for_its_own_enterprise_and_who_says_what_for(
    papers: Terminal, desk: Desk
) -> None:
    own, look = ("--as", desk.forms.enterprise), ("--as", "bureau-1", "--persons", "核对申请人")
    for whom, whole in (((), False), (("--as", "bureau-1"), False), (own, True), (look, True)):
        assert (desk.forms.contact in await printed(papers, desk, "recognition", *whom)) is whole, whom


async def test_a_form_that_the_case_has_not_come_to_is_not_printed(papers: Terminal, pool: Pool) -> None:
    young = await Desk(pool, serial=3).play(1)
    out = str(papers.folder / "form.pdf")
    for form in ("application", "opinion", "score"):
        refused = await papers.run("document", "form", number_of(young), form, "--out", out)
        assert (refused.status, "is not filled yet" in refused.err) == (2, True)
    unknown = await papers.run("document", "form", number_of(young), "poem", "--out", out)
    assert (unknown.status, "form: must be one of" in unknown.err) == (2, True)


# --- audit ---------------------------------------------------------------------------------------------------------

TAMPERINGS: dict[str, tuple[str, str]] = {
    "a document has another hash": ("update document set sha256 = repeat('0', 64)", "document"),
    "a document is another office's": ("update document set office = 'insurer-b'", "document"),
    "a document is of another proceeding": ("update document set stream = dossier", "document"),
    "a document is larger": ("update document set size = size + 1", "document"),
    "a document is deleted": ("delete from document", "document"),
    "a document is added": (
        "insert into document select number || '0', stream, dossier, 9, proves, name, media_type, size, sha256, 9, "
        "number, handed_in_by, office, received_at from document",
        "document",
    ),
    "a withdrawal is undone": ("delete from document_withdrawal", "document_withdrawal"),
    "a withdrawal has another reason": ("update document_withdrawal set reason = 'x'", "document_withdrawal"),
}


@pytest.mark.parametrize("case", TAMPERINGS)
async def test_documents_written_behind_the_record_are_found_and_named(
    papers: Terminal, desk: Desk, workshop: Workshop, case: str
) -> None:
    await add(papers, desk)
    withdrawal = ("--reason", "错件", "--as", "insurer-a-1")
    await papers.run("document", "withdraw", f"case-{number_of(desk)}-1", *withdrawal)
    whole: Any = (await papers.run("audit", "verify", "--json")).json
    assert whole["ok"], whole
    statement, table = TAMPERINGS[case]
    async with workshop.superuser.transaction():
        await workshop.superuser.execute("set local session_replication_role = replica")
        assert await workshop.superuser.execute(statement) not in {"UPDATE 0", "DELETE 0", "INSERT 0 0"}
    found = (await papers.run("audit", "verify", "--json")).json
    assert (found["ok"], found["why"].split(":")[0]) == (False, table)
