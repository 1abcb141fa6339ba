"""The pages of a district's, the bureau's and an assessor's cases."""

from tests.desk.shots import Shot

SHOTS = (
    Shot("cases-verification", "ganjingzi-1", "/verification"),
    Shot("cases-recognition", "bureau-1", "/recognition"),
    Shot("cases-assessments", "assessor-a-1", "/assessments"),
)
