"""What can go wrong at an entrance, and the exit status that tells it (`interfaces.md`).

Every message is one line. It names the field or the rule, the article where the law speaks, and why.
"""

from __future__ import annotations

from runtime.messages import named, say, told


class FirstcoverError(Exception):
    """An outcome other than success; `exit_status` is what the command line answers with."""

    exit_status = 1


class Refused(FirstcoverError):
    """The law or the limits of an office forbid the act: status 1."""

    def __init__(self, rule: str, article: str, why: str) -> None:
        super().__init__(say("refused", rule=named(rule, "rule"), article=article, why=told(why)))
        self.rule, self.article, self.why = rule, article, why


class BadInput(FirstcoverError):
    """What was handed in cannot be read as what it should be: status 2.

    All wrong fields are told at once; nothing has been stored.
    """

    exit_status = 2

    def __init__(self, *faults: tuple[str, str]) -> None:
        all_told = "; ".join(say("fault", field=field, why=told(why)) for field, why in faults)
        super().__init__(say("bad_input", faults=all_told))
        self.faults = faults


class Unreachable(FirstcoverError):
    """A server did not answer, or a place cannot be used: status 3."""

    exit_status = 3

    def __init__(self, what: str, where: str, remedy: str) -> None:
        self.what, self.where, self.remedy = what, where, remedy
        super().__init__(say("unreachable", what=told(what), where=told(where), remedy=told(remedy)))
