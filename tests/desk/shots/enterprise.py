"""An enterprise's own pages, its first submission, and the forecast."""

from tests.desk.shots import Shot

FORECAST = "/forecast?sum_insured=60000000&premium_rate=0.03&years=1&shortfall_borne_by=enterprise"
SHOTS = (
    Shot("enterprise-apply", None, "/apply"),
    Shot("enterprise-mine", "{enterprise}", "/mine"),
    Shot("enterprise-forecast", "{enterprise}", FORECAST),
    Shot("enterprise-case", "{enterprise}", "/p/case/{paid}"),
)
