"""Every check of a token with its outcome and its reason, for people who want to know why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from passgate.sdk.examination import CLAIM_CHECKS, SIGNATURE_CHECKS, Check, Reading
from passgate.sdk.refusal import TokenRefusedError
from passgate.sdk.rules import Rules
from passgate.sdk.verification_key import VerificationKey

Outcome = Literal["pass", "fail", "skip"]
_YEAR_10000 = 253_402_300_800


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check.

    Attributes:
        name: stable, for machines.
        title: for people.
        outcome: ``skip`` where an earlier failure left nothing to look at.
        reason: why, in a sentence.
        code: of the refusal, where it failed.
    """

    name: str
    title: str
    outcome: Outcome
    reason: str
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """What was found; header and payload are None where they cannot be read."""

    checks: tuple[CheckResult, ...]
    header: Mapping[str, Any] | None
    payload: Mapping[str, Any] | None

    @property
    def holds(self) -> bool:
        """Whether every check passed."""
        return all(check.outcome == "pass" for check in self.checks)


def explain(token: str, keys: Mapping[str, VerificationKey], rules: Rules, *, now: float) -> Explanation:
    """Run every check that can be run; the first failed one is what the verifier would refuse the token with."""
    reading = Reading(token, keys, rules, now)
    results: dict[str, CheckResult] = {}
    for check in (*SIGNATURE_CHECKS, *CLAIM_CHECKS):
        results[check.name] = _run(check, reading, results)
    return Explanation(
        tuple(results.values()),
        reading.header if results["header"].outcome == "pass" else None,
        reading.claims if results["payload"].outcome == "pass" else None,
    )


def _run(check: Check, reading: Reading, before: Mapping[str, CheckResult]) -> CheckResult:
    missing = next((before[name] for name in check.needs if before[name].outcome != "pass"), None)
    if missing is not None:
        reason = f"Not looked at, since “{missing.title}” did not pass."
        return CheckResult(check.name, check.title, "skip", reason)
    try:
        check.judge(reading)
    except TokenRefusedError as refused:
        reason = f"{refused.message} {_found(check.name, reading)}".strip()
        return CheckResult(check.name, check.title, "fail", reason, refused.code)
    return CheckResult(check.name, check.title, "pass", _why(check.name, reading))


def _found(name: str, reading: Reading) -> str:  # noqa: PLR0911 - one sentence a check
    """What stands there instead; the token is the asker's own, so it may be repeated."""
    header, claims, rules = reading.header, reading.claims, reading.rules
    match name:
        case "header_fields":
            return f"It also holds: {', '.join(sorted(set(header) - {'alg', 'kid', 'typ'}))}."
        case "type":
            return f"typ: {_shown(header.get('typ'))}."
        case "key":
            known = ", ".join(filter(None, reading.keys)) or "none"
            return f"The kid is {_shown(header.get('kid'))}; trusted keys: {known}."
        case "algorithm":
            return f"The header says {_shown(header.get('alg'))}."
        case "issuer":
            return f"iss: {_shown(claims.get('iss'))}; wanted: {rules.issuer}."
        case "audience":
            return f"aud: {_shown(claims.get('aud'))}; wanted: {' or '.join(rules.audiences)}."
        case "expiry":
            return f"It did at {moment(claims['exp'])}, now is {moment(reading.now)}."
        case "not_before":
            return f"It will be at {moment(claims['nbf'])}, now is {moment(reading.now)}."
        case "issued":
            return f"At {moment(claims['iat'])}, now is {moment(reading.now)}."
        case _:
            return ""


def _why(name: str, reading: Reading) -> str:  # noqa: C901, PLR0911, PLR0912 - one sentence a check
    header, claims, rules = reading.header, reading.claims, reading.rules
    kid = reading.key.kid if reading.key else ""
    match name:
        case "size":
            return f"{len(reading.token)} bytes."
        case "form":
            return "Header, payload and signature, each in its one spelling."
        case "header" | "payload":
            return "UTF-8, one object, every key once."
        case "header_fields":
            return f"It holds {', '.join(header)}: nothing that could mislead a verifier."
        case "type":
            return f"typ: {_shown(header.get('typ'))}" + ("." if rules.typ else "; any will do.")
        case "key":
            return f"The kid is that of the trusted key {kid}." if kid else "There is one key to check it with."
        case "algorithm":
            return f"{header['alg']}, the only one that this key serves."
        case "signature":
            return "It is the key's, over exactly this header and payload."
        case "claims":
            return f"All of {', '.join(rules.required)} are there." if rules.required else "Each is of its type."
        case "issuer":
            return f"It is {rules.issuer}." if rules.issuer else f"Any will do. iss: {_shown(claims.get('iss'))}."
        case "audience":
            found = f"aud: {_shown(claims.get('aud'))}."
            return found if rules.audiences else f"Any will do. {found}"
        case "expiry":
            return f"It does at {moment(claims['exp'])}." if "exp" in claims else "It never expires: it has no exp."
        case "not_before":
            return f"Since {moment(claims['nbf'])}." if "nbf" in claims else "It has no nbf."
        case _:
            return f"At {moment(claims['iat'])}." if "iat" in claims else "It has no iat."


def moment(seconds: float) -> str:
    """A NumericDate for people."""
    if not 0 <= seconds < _YEAR_10000:
        return f"{seconds:g} s"
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"


def _shown(value: object) -> str:
    return "missing" if value is None else str(value)
