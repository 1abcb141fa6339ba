"""The places of insurer, regulator and finance, and the round as the three offices see it."""

from tests.desk.shots import Shot

SHOTS = (
    Shot("returns", "insurer-a-1", "/returns"),
    Shot("return-quarter", "insurer-a-1", "/returns/{quarter}"),
    Shot("rounds", "bureau-1", "/round"),
    Shot("round-show", "regulator-1", "/round/{quarter}"),
    Shot("plan-show", "regulator-1", "/round/{quarter}/plan"),
    Shot("money-budget", "finance-1", "/budget"),
    Shot("budget-act", "finance-1", "/budget/{year}/acts/appropriate"),
    Shot("money-payments", "finance-1", "/payments"),
    Shot("money-payment", "finance-1", "/payments/{quarter}"),
    Shot("list-policies", "insurer-a-1", "/policies"),
    Shot("list-loss-claims", "insurer-a-1", "/loss-claims"),
    Shot("list-complaints", "regulator-1", "/complaints"),
    Shot("list-recoveries", "finance-1", "/recoveries"),
    Shot("insurers-list", "regulator-1", "/pilot-insurers"),
    Shot("insurer-file", "regulator-1", "/p/pilot_insurer/insurer-a"),
    Shot("policy", "insurer-a-1", "/p/policy/{paid}-1"),
    Shot("open-recovery", "finance-1", "/p/recovery/new/acts/open_recovery"),
    Shot("take-in-complaint", "ganjingzi-1", "/p/complaint/new/acts/receive_complaint"),
    Shot("insurer-show", "regulator-1", "/pilot-insurers/insurer-a"),
    Shot("report-evaluation", "finance-1", "/reports/evaluation/{year}"),
    Shot("report-take-up", "finance-1", "/reports"),
)
