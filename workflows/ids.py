"""Names that must stay what they are for as long as any case runs."""

TASK_QUEUE = "firstcover"
CASE, ROUND = "case", "round"
BATCH, POLICY = "batch", "policy"
COMPLAINT, RECOVERY, LOSS_CLAIM = "complaint", "recovery", "loss_claim"
PILOT_INSURER = "pilot_insurer"
#: Opens a quarter's round; no proceeding of its own.
OPENER = "opener"
#: The update by which every act reaches its proceeding.
ACT = "act"
