"""Text that stands for rules: one a line, so that a form can hold many."""

from collections.abc import Mapping, Sequence

from passgate.console.components.table import tag
from passgate.identity.issuers.schemas import GroupRule
from passgate.kernel.errors import InvalidInputError
from passgate.kernel.permissions import Role


def lines_of(text: str | None) -> list[str]:
    """The lines that say something."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def pairs_of(text: str | None, field: str) -> dict[str, str]:
    """Lines of the form ``name = value``.

    Raises:
        InvalidInputError: a line of another form.
    """
    found = {}
    for line in lines_of(text):
        name, sign, value = line.rpartition("=")
        if not sign or not name.strip() or not value.strip():
            raise InvalidInputError(f"“{line}” has not the form name = value.", field=field)
        found[name.strip()] = value.strip()
    return found


def rules_of(text: str | None, teams: Mapping[str, str]) -> list[GroupRule]:
    """Lines of the form ``group = admin`` or ``group = role in team``.

    Raises:
        InvalidInputError: a line of another form, or a team that is not known.
    """
    ids = {name: team_id for team_id, name in teams.items()}
    rules = []
    for group, granted in pairs_of(text, "group_rules").items():
        role, _, team = (part.strip() for part in granted.partition(" in "))
        if role not in set(Role) or (team and team not in ids):
            raise InvalidInputError(
                f"“{group} = {granted}”: a role is admin, or owner, developer or viewer in a team by its name.",
                field="group_rules",
            )
        rules.append(GroupRule(group=group, role=Role(role), team_id=ids[team] if team else None))
    return rules


def rules_text(rules: Sequence[GroupRule], teams: Mapping[str, str]) -> str:
    """The rules as lines."""
    return "\n".join(
        f"{rule.group} = {rule.role}" + (f" in {teams.get(rule.team_id, rule.team_id)}" if rule.team_id else "")
        for rule in rules
    )


def state_tag(*, is_enabled: bool, problem: str | None) -> dict[str, object]:
    """Whether it is on, and whether its keys could be fetched."""
    if not is_enabled:
        return tag("Switched off", "plain", dot=True)
    if problem:
        return tag("Unreachable", "warn", dot=True, title=problem)
    return tag("On", "good", dot=True)
