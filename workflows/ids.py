"""Names that must stay what they are for as long as any case runs."""

TASK_QUEUE = "firstcover"
CASE, ROUND = "case", "round"
BATCH, POLICY = "batch", "policy"
COMPLAINT, RECOVERY = "complaint", "recovery"
PILOT_INSURER = "pilot_insurer"
#: The update by which every act reaches its proceeding.
ACT = "act"
