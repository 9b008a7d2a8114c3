"""Browser sessions: signing in, staying signed in, signing out."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, func, select

from passgate.identity import repository
from passgate.identity.device import device_of, is_browser
from passgate.identity.errors import SignInFailedError, SignInThrottledError
from passgate.identity.issuers.password_rule import require_password_allowed
from passgate.identity.models import BrowserSession, SignInFailure, User
from passgate.identity.oauth.logout import end_grants_of_session
from passgate.identity.passwords import password_holds
from passgate.identity.secret_hash import secret_hash
from passgate.identity.service.actors import actor_of_user
from passgate.kernel.actor import Actor
from passgate.storage.audit.capture import Act
from passgate.storage.work import Work

ABSOLUTE_LIMIT = timedelta(days=7)
IDLE_LIMIT = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)

ROTATED_EVERY = timedelta(hours=1)
_HANDED_OUT_AGAIN_AFTER = timedelta(minutes=1)
_PREVIOUS_HOLDS_FOR = timedelta(minutes=1)

THROTTLE_WINDOW = timedelta(minutes=15)
FAILURES_PER_EMAIL_AND_IP = 10
FAILURES_PER_IP = 50
FAILURES_PER_EMAIL = 200
"""High, so that a stranger can hardly shut somebody out, and a guesser still gets nowhere."""


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """How long a session lives; settled when it is opened."""

    absolute: timedelta = ABSOLUTE_LIMIT
    idle: timedelta = IDLE_LIMIT


def sign_in(  # noqa: PLR0913, PLR0917 - what a browser tells of itself
    work: Work, email: str, password: str, ip: str, user_agent: str, limits: SessionLimits | None = None
) -> tuple[BrowserSession, str]:
    """Open a session; the row, and the secret for the browser's cookie, which is not kept.

    Raises:
        SignInThrottledError: too many failures within 15 minutes.
        SignInFailedError: unknown e-mail, wrong password or inactive user; the failure is recorded.
    """
    email, ip, now = email.strip().lower()[:254].replace("\0", ""), ip[:64], work.clock.now()
    work.origin.ip = ip
    _refuse_guessing(work, email, ip)
    user = repository.user_by_email(work, email)
    require_password_allowed(work, email, user)
    held = password_holds(user.password_hash if user else None, password)
    if user is None or not held or not user.is_active:
        work.session.add(SignInFailure(id=work.ids.new("fail"), email=email, ip=ip, failed_at=now))
        work.note(Act("sign_in.refused", "user", user.id if user else "", email, refused_for=SignInFailedError.code))
        raise SignInFailedError("The e-mail or the password is wrong.")
    work.session.execute(delete(SignInFailure).where(SignInFailure.email == email, SignInFailure.ip == ip))
    return open_session(work, user, ip, user_agent, limits)


def open_session(
    work: Work, user: User, ip: str, user_agent: str, limits: SessionLimits | None = None
) -> tuple[BrowserSession, str]:
    """Open a session for a user whose credential was checked; the row, and the secret, which is not kept."""
    limits, now = limits or SessionLimits(), work.clock.now()
    user.last_login_at = now
    secret = work.ids.secret("pgs")
    opened = BrowserSession(
        id=work.ids.new("ses"),
        user_id=user.id,
        secret_hash=secret_hash(secret),
        rotate_at=now + ROTATED_EVERY,
        created_at=now,
        last_seen_at=now,
        expires_at=now + limits.absolute,
        idle_seconds=int(limits.idle.total_seconds()),
        ip=ip[:64],
        user_agent=user_agent.replace("\0", "")[:256],
    )
    work.session.add(opened)
    work.act_as(actor_of_user(work, user, via=opened.id), ip[:64])
    return opened, secret


def session_of(work: Work, secret: str, user_agent: str | None = None) -> BrowserSession | None:
    """The open session of that secret; None for an unknown, ended or timed-out one, or another browser's.

    Args:
        work: the unit of work.
        secret: what the cookie holds.
        user_agent: the browser's; None: not compared.
    """
    hashed = secret_hash(secret)
    found = _one(work, BrowserSession.secret_hash == hashed) or _one(work, BrowserSession.next_hash == hashed)
    if found is None:
        found = _one(work, BrowserSession.previous_hash == hashed)
        if found is not None and (found.previous_until is None or found.previous_until <= work.clock.now()):
            return None
    if found is None or not is_open(work, found):
        return None
    device = device_of(found.user_agent)
    # A browser keeps its name and system as long as it runs; a stolen cookie mostly turns up in another one.
    if user_agent is not None and is_browser(device) and device_of(user_agent) != device:
        return None
    return found


def open_session_of_id(work: Work, session_id: str) -> BrowserSession | None:
    """The session of that id while it is open; for a page that was opened with its secret, and lives on."""
    found = work.session.get(BrowserSession, session_id)
    return found if found is not None and is_open(work, found) else None


def is_open(work: Work, found: BrowserSession) -> bool:
    """Whether the session was neither ended nor timed out."""
    now = work.clock.now()
    if found.ended_at is not None or found.expires_at <= now:
        return False
    return now - found.last_seen_at < timedelta(seconds=found.idle_seconds)


def actor_of(work: Work, found: BrowserSession | None) -> Actor | None:
    """The user whose session this is, with the permissions of this moment."""
    user = work.session.get(User, found.user_id) if found else None
    if found is None or user is None or not user.is_active:
        return None
    return actor_of_user(work, user, via=found.id)


def is_stale(work: Work, found: BrowserSession) -> bool:
    """Whether the session was last noted as seen more than a minute ago, so that :func:`touch` is due."""
    return work.clock.now() - found.last_seen_at >= SEEN_EVERY


def touch(work: Work, session_id: str) -> None:
    """Note that the session was seen now; the idle limit counts from here."""
    found = open_session_of_id(work, session_id)
    if found is not None:
        found.last_seen_at = work.clock.now()


def is_rotation_due(work: Work, found: BrowserSession, secret: str) -> bool:
    """Whether :func:`rotate` has something to do: another secret is due, or the next one was presented first now."""
    if found.next_hash is not None and found.next_hash == secret_hash(secret):
        return True
    now = work.clock.now()
    if found.secret_hash != secret_hash(secret) or (found.rotate_at is not None and now < found.rotate_at):
        return False
    return found.next_at is None or now - found.next_at >= _HANDED_OUT_AGAIN_AFTER


def rotate(work: Work, session_id: str, secret: str) -> str | None:
    """Go on to another secret: the one to set as the cookie now, if any.

    The present secret holds until the browser has shown that it got the next one, so that a lost answer signs nobody
    out; then it holds for another minute, for what was under way at the same time.
    """
    query = select(BrowserSession).where(BrowserSession.id == session_id).with_for_update()
    found = work.session.scalars(query.execution_options(populate_existing=True)).first()
    if found is None or not is_rotation_due(work, found, secret):
        return None
    now = work.clock.now()
    if found.next_hash == secret_hash(secret):
        found.previous_hash, found.previous_until = found.secret_hash, now + _PREVIOUS_HOLDS_FOR
        found.secret_hash, found.next_hash, found.next_at = found.next_hash, None, None
        found.rotate_at = now + ROTATED_EVERY
        return None
    fresh = work.ids.secret("pgs")
    found.next_hash, found.next_at = secret_hash(fresh), now
    return fresh


def rotate_sessions_of(work: Work, user_id: str) -> None:
    """Have every session of a user take another secret at its next request, since the user may now do other things."""
    for found in _open_sessions_of(work, user_id):
        found.rotate_at = work.clock.now()


def sign_out(work: Work, secret: str) -> None:
    """End the session; nothing happens when there is none."""
    found = session_of(work, secret)
    if found is not None:
        actor = actor_of(work, found)
        if actor is not None:
            work.act_as(actor)
        found.ended_at = work.clock.now()
        end_grants_of_session(work, found.id)


def end_sessions_of(work: Work, user_id: str, but: str | None = None) -> int:
    """End all sessions of a user, but one; how many. Whoever calls this has authorised the actor."""
    ended = 0
    for found in _open_sessions_of(work, user_id):
        if found.id != but:
            found.ended_at = work.clock.now()
            end_grants_of_session(work, found.id)
            ended += 1
    work.session.flush()
    return ended


def _open_sessions_of(work: Work, user_id: str) -> list[BrowserSession]:
    query = select(BrowserSession).where(BrowserSession.user_id == user_id, BrowserSession.ended_at.is_(None))
    return [found for found in work.session.scalars(query) if is_open(work, found)]


def _one(work: Work, condition: ColumnElement[bool]) -> BrowserSession | None:
    return work.session.scalars(select(BrowserSession).where(condition)).first()


def _refuse_guessing(work: Work, email: str, ip: str) -> None:
    since = work.clock.now() - THROTTLE_WINDOW
    by_email, by_ip = SignInFailure.email == email, SignInFailure.ip == ip
    limits = (
        (by_email & by_ip, FAILURES_PER_EMAIL_AND_IP),
        (by_ip, FAILURES_PER_IP),
        (by_email, FAILURES_PER_EMAIL),
    )
    for condition, limit in limits:
        failures = select(func.count()).select_from(SignInFailure).where(condition, SignInFailure.failed_at > since)
        if (work.session.scalar(failures) or 0) >= limit:
            raise SignInThrottledError("Too many failed sign-ins; wait 15 minutes.")
