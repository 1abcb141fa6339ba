"""The folder of documents: whole or not at all, never overwritten, proved when read, whatever dies in between."""

from __future__ import annotations

import stat
from hashlib import sha256
from pathlib import Path

import pytest

from runtime.document_store import INCOMING, Damaged, DocumentStore
from runtime.errors import BadInput, Refused, Unreachable

CONTENT = b"%PDF-1.7 a contract"
DIGEST = sha256(CONTENT).hexdigest()


@pytest.fixture
def store(tmp_path: Path) -> DocumentStore:
    return DocumentStore(tmp_path / "documents")


def drafts(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "documents" / INCOMING).iterdir())


def keep(store: DocumentStore, content: bytes = CONTENT) -> str:
    with store.holding(content) as digest:
        pass
    return digest


def test_what_was_kept_is_read_back_and_lies_by_its_hash(store: DocumentStore, tmp_path: Path) -> None:
    assert keep(store) == DIGEST
    assert store.read(DIGEST) == CONTENT
    assert store.path_of(DIGEST) == tmp_path / "documents" / DIGEST[:2] / DIGEST[2:4] / DIGEST
    assert drafts(tmp_path) == []


def test_only_its_owner_may_read_a_document(store: DocumentStore) -> None:
    keep(store)
    assert stat.S_IMODE(store.path_of(DIGEST).stat().st_mode) == 0o600
    assert stat.S_IMODE(store.path_of(DIGEST).parent.stat().st_mode) == 0o700


def test_the_same_content_is_kept_once_and_never_overwritten(store: DocumentStore) -> None:
    keep(store)
    before = store.path_of(DIGEST).stat()
    keep(store)
    after = store.path_of(DIGEST).stat()
    assert (before.st_ino, before.st_mtime_ns, after.st_nlink) == (after.st_ino, after.st_mtime_ns, 1)


@pytest.mark.parametrize("refusal", [BadInput(("file", "x")), Refused("rule", "9", "why")])
def test_nothing_stays_of_what_is_refused(store: DocumentStore, tmp_path: Path, refusal: Exception) -> None:
    with pytest.raises(type(refusal)), store.holding(CONTENT):
        raise refusal
    assert drafts(tmp_path) == []
    assert not store.path_of(DIGEST).exists()


def test_a_refusal_takes_nothing_away_that_another_has_handed_in(store: DocumentStore) -> None:
    keep(store)
    with pytest.raises(BadInput), store.holding(CONTENT):
        raise BadInput(("file", "x"))
    assert store.read(DIGEST) == CONTENT


def test_what_was_recorded_before_a_crash_is_found_and_brought_home(store: DocumentStore, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), store.holding(CONTENT):
        raise RuntimeError("nobody knows whether it was recorded")
    assert not store.path_of(DIGEST).exists()
    assert store.read(DIGEST) == CONTENT
    assert store.path_of(DIGEST).exists()
    assert drafts(tmp_path) == []


def test_a_draft_that_was_cut_off_is_not_brought_home(store: DocumentStore, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), store.holding(CONTENT):
        raise RuntimeError
    (draft,) = drafts(tmp_path)
    draft.write_bytes(CONTENT[:5])
    with pytest.raises(Damaged, match="missing"):
        store.read(DIGEST)


def test_an_altered_file_is_not_read(store: DocumentStore) -> None:
    keep(store)
    store.path_of(DIGEST).write_bytes(b"another contract")
    with pytest.raises(Damaged, match="not what was handed in"):
        store.read(DIGEST)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = DocumentStore(tmp_path / "file" / "documents")
    with pytest.raises(Unreachable, match="FIRSTCOVER_DOCUMENTS"), store.holding(CONTENT):
        pass
