"""My work, the next one, absence, the office's work, and search."""

from tests.desk.shots import Shot

SHOTS = (
    Shot("work-nobodys", "bureau-1", "/work?who=nobody&due=later"),
    Shot("work-fault", "bureau-1", "/work", "act"),
    Shot("absence", "bureau-1", "/work/substitution"),
    Shot("office-work", "ganjingzi-1", "/office-work"),
    Shot("search-found", "bureau-1", "/search?q=大连"),
    Shot("search-nothing", "ganjingzi-1", "/search?q=zz-none"),
)
