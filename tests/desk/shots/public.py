"""What anyone reads without signing in, and an officer's access tokens."""

from tests.desk.shots import Shot

SHOTS = (
    Shot("public-front", None, "/"),
    Shot("public-register", None, "/register"),
    Shot("public-register-none", None, "/register?q=nothing-like-it"),
    Shot("public-product", None, "/register/{paid}"),
    Shot("public-insurers", None, "/insurers/list"),
    Shot("public-law", None, "/law"),
    Shot("public-article", None, "/law/11"),
    Shot("public-calculators", None, "/calculators"),
    Shot("public-premium", None, "/calculators/premium?sum_insured=20000000.00&premium_rate=0.025&years=1"),
    Shot("public-deadline", None, "/calculators/deadline?contract_signed_on=2026-01-05&delivered_on=2026-01-20"),
    Shot("public-validity", None, "/calculators/validity?published_on=2026-01-05"),
    Shot("public-cancel", None, "/calculators/cancel"),
    Shot("public-recognition", None, "/calculators/recognition"),
    Shot("public-fund", None, "/calculators/fund"),
    Shot("public-subsidy-wrong", None, "/calculators/subsidy?premium_rate=3"),
    Shot("public-ceiling", None, "/calculators/ceiling?product_value=50000000.00"),
    Shot("public-api", None, "/api"),
    Shot("account-tokens", "bureau-1", "/account/tokens"),
)
