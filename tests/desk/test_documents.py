"""Documents by the desk: handed in with an act or alone, shown to whom they concern and found by nobody else."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from pypdf import PdfReader

from runtime.errors import BadInput
from service import uploads
from service.session import now
from service.uploads import Visitor, keep
from tests.desk.browser import Browser, flat
from tests.hands import Hands

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


@pytest.fixture(autouse=True)
def documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of documents of this test's own."""
    monkeypatch.setenv("FIRSTCOVER_DOCUMENTS", str(tmp_path))
    return tmp_path


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def uploaded(browser: Browser, hands: Hands, content: bytes = PDF, name: str = "营业执照.pdf") -> str:
    """Hand a licence in as its enterprise; return its address."""
    await browser.sign_in(hands.forms.enterprise)
    where = f"/p/case/{hands.stream.number}"
    sent = await browser.post(
        f"{where}/documents", {"proves": "licence"}, files={"file": (name, content, "application/octet-stream")}
    )  # fmt: skip
    assert sent.status_code == 303, sent.text
    return f"/documents/case-{hands.stream.number}-1"


async def test_a_document_is_handed_in_listed_and_fetched_as_what_it_is(browser: Browser, hands: Hands) -> None:
    await hands.submit()
    address = await uploaded(browser, hands)
    page = (await browser.get(f"/p/case/{hands.stream.number}")).text
    assert address in page
    assert sha256(PDF).hexdigest() in page
    fetched = await browser.get(address)
    assert fetched.content == PDF
    assert fetched.headers["content-type"] == "application/pdf"
    assert fetched.headers["content-disposition"].startswith("attachment; ")
    assert "filename*=UTF-8''%E8%90%A5" in fetched.headers["content-disposition"]
    assert fetched.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("officer", "status"),
    [("ganjingzi-1", 200), ("bureau-1", 200), ("shahekou-1", 404), ("insurer-a-1", 404), ("assessor-a-1", 404),
     ("finance-1", 404), ("regulator-1", 404)],
)  # fmt: skip
async def test_a_document_is_found_by_whom_it_concerns_and_by_nobody_else(
    browser: Browser, hands: Hands, officer: str, status: int
) -> None:
    await hands.submit()
    address = await uploaded(browser, hands)
    await browser.sign_in(officer)
    assert (await browser.get(address)).status_code == status
    # Whoever may see it has not handed it in, so nobody of these withdraws it.
    withdrawn = await browser.post(f"{address}/withdraw", {"reason": "x"})
    assert withdrawn.status_code == (403 if status == 200 else 404)


async def test_another_enterprise_does_not_find_a_document(browser: Browser, hands: Hands) -> None:
    await hands.submit()
    address = await uploaded(browser, hands)
    other = hands.another()
    await other.submit()
    await browser.sign_in(other.forms.enterprise)
    assert (await browser.get(address)).status_code == 404
    where = f"/p/case/{hands.stream.number}/documents"
    assert (await browser.post(where, {"proves": "licence"}, files={"file": ("a.pdf", PDF)})).status_code == 404


async def test_a_new_version_stands_before_the_old_and_a_withdrawn_one_says_why(browser: Browser, hands: Hands) -> None:
    await hands.submit()
    await uploaded(browser, hands)
    await uploaded(browser, hands, PDF + b"\n")
    page = (await browser.get(f"/p/case/{hands.stream.number}")).text
    assert "version 2" in page
    assert "1 earlier version" in page
    second = f"/documents/case-{hands.stream.number}-2"
    assert (await browser.get(f"{second}/withdraw")).status_code == 200
    assert (await browser.post(f"{second}/withdraw", {"reason": " "})).status_code == 422
    assert (await browser.post(f"{second}/withdraw", {"reason": "错件"})).status_code == 303
    assert "错件" in (await browser.get(f"/p/case/{hands.stream.number}")).text


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.pdf", b"MZ\x90\x00 no paper", "must"),
        ("a.exe", PDF, "must end in .pdf"),
        ("a.pdf", b"", "must not be empty"),
    ],
)
async def test_what_is_no_document_is_told_on_the_page_and_not_kept(
    browser: Browser, hands: Hands, documents: Path, name: str, content: bytes, why: str
) -> None:
    await hands.submit()
    await browser.sign_in(hands.forms.enterprise)
    where = f"/p/case/{hands.stream.number}/documents"
    answer = await browser.post(where, {"proves": "licence"}, files={"file": (name, content)})
    assert answer.status_code == 422
    assert "Nothing is stored" in answer.text
    assert why in answer.text
    assert files_in(documents) == []
    in_chinese = await browser.post(f"{where}?lang=zh", {"proves": "licence"}, files={"file": (name, content)})
    assert re.search("未保存任何内容。</strong>(?: <span>[\u4e00-\u9fff]+：[^<]*</span>)+</div>", in_chinese.text)


async def test_a_file_chosen_for_a_form_outlives_the_preview_and_is_handed_in_with_the_act(
    browser: Browser, hands: Hands, documents: Path
) -> None:
    await hands.submit()
    await browser.sign_in(hands.forms.enterprise)
    form = hands.another().forms.submission() | {"enterprise": hands.forms.submission()["enterprise"]}
    data = flat(form) | {"papers[0].sha256": "", "command": "with-a-file"}
    where, file = "/p/case/new/acts/submit", {"papers[0].sha256.file": ("营业执照.pdf", PDF, "application/pdf")}
    preview = await browser.post(where, data | {"preview": "yes"}, files=file)
    assert preview.status_code == 200, preview.text
    digest = sha256(PDF).hexdigest()
    assert f'value="{digest}"' in preview.text
    # The browser sends back what the page holds: the hash, and what the file is called.
    again = data | {"papers[0].sha256": digest, "papers[0].sha256.name": "营业执照.pdf", "send": "yes"}
    sent = await browser.post(where, again)
    assert sent.status_code == 303, sent.text
    page = (await browser.get(sent.headers["location"])).text
    assert ">营业执照.pdf</a>" in page
    assert "2 papers are named by their hashes only" in page
    assert files_in(documents / "waiting") == []


async def test_a_wrong_file_is_told_beside_its_field(browser: Browser, hands: Hands) -> None:
    await hands.stand_at("entrust")
    await browser.sign_in("assessor-a-1")
    data = flat(hands.forms.report()) | {"report_sha256": "", "preview": "yes"}
    where = f"/p/case/{hands.stream.number}/acts/assess"
    answer = await browser.post(where, data, files={"report_sha256.file": ("a.pdf", b"MZ no paper")})
    assert answer.status_code == 422
    assert "a.pdf: must" in answer.text


async def test_nobody_hands_in_what_another_has_chosen(browser: Browser, hands: Hands, documents: Path) -> None:
    await hands.submit()
    digest = keep("shahekou-1", PDF, "a.pdf", now())
    await browser.sign_in(hands.forms.enterprise)
    form = hands.another().forms.submission() | {"enterprise": hands.forms.submission()["enterprise"]}
    data = flat(form) | {"papers[0].sha256": digest, "papers[0].sha256.name": "a.pdf", "send": "yes"}
    for button in ("send", "preview"):
        sent = await browser.post("/p/case/new/acts/submit", data | {button: "yes"})
        assert sent.status_code == 422
        assert "must be handed in with the form: a.pdf is kept no longer" in sent.text
    own = "select count(*) from proceeding where kind = 'case' and enterprise = $1"
    assert await hands.session.pool.fetchval(own, hands.forms.enterprise) == 1, "no act names what nobody hands in"


def papers(first: int, many: int) -> list[bytes]:
    return [PDF + b"%d" % n for n in range(first, first + many)]


async def test_one_visitors_files_take_no_place_from_anothers(documents: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_WAITING", 4)
    one, other = Visitor("192.0.2.1", "one-form"), Visitor("192.0.2.2", "another-form")
    first = keep(other, PDF, "a.pdf", now())
    for paper in papers(0, 4):
        keep(one, paper, "a.pdf", now())
    for visitor in (one, Visitor(one.address, "his-next-form")):
        with pytest.raises(BadInput, match="4 files wait from your address already"):
            keep(visitor, PDF, "a.pdf", now())
    keep(one, papers(0, 1)[0], "a.pdf", now())
    keep(other, papers(9, 1)[0], "a.pdf", now())
    assert first in {path.name for path in files_in(documents / "waiting")}
    assert keep(one, PDF, "a.pdf", now() + timedelta(days=2)), "what waited a day gives way"


async def test_all_visitors_files_have_a_bound_that_is_told(
    browser: Browser, hands: Hands, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_OF_VISITORS", 3)
    for n, paper in enumerate(papers(0, 3)):
        keep(Visitor(f"192.0.2.{n}", "a-form"), paper, "a.pdf", now())
    data = flat(hands.forms.submission()) | {"papers[0].sha256": "", "preview": "yes"}
    file = {"papers[0].sha256.file": ("营业执照.pdf", PDF, "application/pdf")}
    for language, told in (("en", "3 files of visitors wait already"), ("zh", "来访者的待交文件已有 3 份")):
        answer = await browser.post(f"/apply?lang={language}", data, files=file)
        assert (answer.status_code, told in answer.text) == (422, True)
    keep("ganjingzi-1", PDF, "a.pdf", now())


async def test_a_visitor_hands_in_what_he_chose_for_his_own_form_only(
    browser: Browser, hands: Hands, documents: Path
) -> None:
    data = flat(hands.forms.submission()) | {"papers[0].sha256": "", "command": "his-form", "preview": "yes"}
    file = {"papers[0].sha256.file": ("营业执照.pdf", PDF, "application/pdf")}
    assert (await browser.post("/apply", data, files=file)).status_code == 200
    again = data | {"papers[0].sha256": sha256(PDF).hexdigest(), "papers[0].sha256.name": "营业执照.pdf"}
    other = await browser.post("/apply", again | {"command": "another-form"})
    assert (other.status_code, "choose it again" in other.text) == (422, True)
    assert (await browser.post("/apply", again)).status_code == 200


async def test_a_file_that_waited_too_long_is_asked_for_again_and_not_left_out(
    browser: Browser, hands: Hands, documents: Path
) -> None:
    await hands.stand_at("entrust")
    await browser.sign_in("assessor-a-1")
    where, digest = f"/p/case/{hands.stream.number}/acts/assess", keep("assessor-a-1", PDF, "a.pdf", now())
    data = flat(hands.forms.report()) | {"report_sha256": digest, "report_sha256.name": "a.pdf", "command": "waited"}
    assert (await browser.post(where, data | {"preview": "yes"})).status_code == 200
    for waiting in files_in(documents / "waiting"):
        waiting.unlink()
    late = await browser.post(where, data | {"send": "yes"})
    assert (late.status_code, "choose it again" in late.text) == (422, True)
    keep("assessor-a-1", PDF, "a.pdf", now())
    done = await browser.post(where, data | {"send": "yes"})
    again = await browser.post(where, data | {"send": "yes"})
    assert (done.status_code, again.status_code) == (303, 303), "sent twice it is answered as the first time"


async def test_forms_and_notices_are_fetched_as_pdf_by_whom_the_case_concerns(browser: Browser, hands: Hands) -> None:
    await hands.submit()
    await hands.act("return_for_correction", "ganjingzi-1")
    where = f"/p/case/{hands.stream.number}"
    await browser.sign_in(hands.forms.enterprise)
    for path in ("forms/recognition.pdf", "notices/2.pdf"):
        made = await browser.get(f"{where}/{path}")
        assert made.status_code == 200
        assert made.headers["content-type"] == "application/pdf"
        assert made.content.startswith(b"%PDF")
    for path in ("forms/opinion.pdf", "forms/nothing.pdf", "notices/1.pdf"):
        assert (await browser.get(f"{where}/{path}")).status_code == 404
    await browser.sign_in("shahekou-1")
    for path in ("forms/recognition.pdf", "notices/2.pdf"):
        assert (await browser.get(f"{where}/{path}")).status_code == 404


async def test_a_form_as_pdf_masks_its_contact_for_every_office_but_its_own_enterprise(
    browser: Browser, hands: Hands
) -> None:
    await hands.submit()
    for officer, seen in ((hands.forms.enterprise, True), ("ganjingzi-1", False)):
        await browser.sign_in(officer)
        made = await browser.get(f"/p/case/{hands.stream.number}/forms/recognition.pdf")
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(made.content)).pages)
        assert (hands.forms.contact in re.sub(r"[\s\u200b]", "", text)) is seen, officer
