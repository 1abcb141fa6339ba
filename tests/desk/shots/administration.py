"""Officers and offices, editions, days off, letters, and the proof of the record."""

from tests.desk.shots import Shot

SHOTS = (
    Shot("admin-officers", "bureau-1", "/administration"),
    Shot("admin-propose", "finance-1", "/administration/acts/offices/propose_officer"),
    Shot("admin-absorb", "bureau-1", "/administration/acts/offices/absorb"),
    Shot("editions", "bureau-1", "/administration/editions"),
    Shot("edition", "regulator-1", "/administration/editions/dalian-demonstration-2026"),
    Shot("edition-new", "bureau-1", "/administration/editions/new"),
    Shot("edition-end", "bureau-1", "/administration/acts/editions/propose_end?name=dalian-demonstration-2026"),
    Shot("days-off", "bureau-1", "/administration/days-off"),
    Shot("letters", "bureau-1", "/letters"),
    Shot("proof", "bureau-1", "/administration/proof?verify=now"),
)
