"""Browser sessions: signing in, staying signed in, signing out."""

from datetime import timedelta

from sqlalchemy import delete, func, select, update

from passgate.identity import repository
from passgate.identity.errors import SignInFailedError, SignInThrottledError
from passgate.identity.models import BrowserSession, SignInFailure, User
from passgate.identity.passwords import password_holds
from passgate.identity.secret_hash import secret_hash
from passgate.identity.service.actors import actor_of_user
from passgate.kernel.actor import Actor
from passgate.storage.work import Work

ABSOLUTE_LIMIT = timedelta(days=7)
IDLE_LIMIT = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)

THROTTLE_WINDOW = timedelta(minutes=15)
FAILURES_PER_EMAIL_AND_IP = 10
FAILURES_PER_IP = 50
FAILURES_PER_EMAIL = 200
"""High, so that a stranger can hardly shut somebody out, and a guesser still gets nowhere."""


def sign_in(work: Work, email: str, password: str, ip: str, user_agent: str) -> tuple[BrowserSession, str]:
    """Open a session; the row, and the secret for the browser's cookie, which is not kept.

    Raises:
        SignInThrottledError: too many failures within 15 minutes.
        SignInFailedError: unknown e-mail, wrong password or inactive user; the failure is recorded.
    """
    email, ip, now = email.strip().lower()[:254].replace("\0", ""), ip[:64], work.clock.now()
    _refuse_guessing(work, email, ip)
    user = repository.user_by_email(work, email)
    held = password_holds(user.password_hash if user else None, password)
    if user is None or not held or not user.is_active:
        work.session.add(SignInFailure(id=work.ids.new("fail"), email=email, ip=ip, failed_at=now))
        raise SignInFailedError("The e-mail or the password is wrong.")
    work.session.execute(delete(SignInFailure).where(SignInFailure.email == email, SignInFailure.ip == ip))
    user.last_login_at = now
    secret = work.ids.secret("pgs")
    opened = BrowserSession(
        id=work.ids.new("ses"),
        user_id=user.id,
        secret_hash=secret_hash(secret),
        created_at=now,
        last_seen_at=now,
        expires_at=now + ABSOLUTE_LIMIT,
        ip=ip,
        user_agent=user_agent.replace("\0", "")[:256],
    )
    work.session.add(opened)
    return opened, secret


def actor_of_session(work: Work, secret: str) -> Actor | None:
    """The user whose open session this is; None for an unknown, ended or timed-out one."""
    found = _open_session(work, secret)
    user = work.session.get(User, found.user_id) if found else None
    return actor_of_user(work, user) if user is not None and user.is_active else None


def session_is_stale(work: Work, secret: str) -> bool:
    """Whether the session was last noted as seen more than a minute ago, so that :func:`touch_session` is due."""
    found = _open_session(work, secret)
    return found is not None and work.clock.now() - found.last_seen_at >= SEEN_EVERY


def touch_session(work: Work, secret: str) -> None:
    """Note that the session was seen now; the idle limit counts from here."""
    found = _open_session(work, secret)
    if found is not None:
        found.last_seen_at = work.clock.now()


def sign_out(work: Work, secret: str) -> None:
    """End the session; nothing happens when there is none."""
    found = _open_session(work, secret)
    if found is not None:
        found.ended_at = work.clock.now()


def end_sessions_of(work: Work, user_id: str) -> None:
    """End all sessions of a user. Whoever calls this has authorised the actor."""
    work.session.execute(
        update(BrowserSession)
        .where(BrowserSession.user_id == user_id, BrowserSession.ended_at.is_(None))
        .values(ended_at=work.clock.now())
    )


def _open_session(work: Work, secret: str) -> BrowserSession | None:
    query = select(BrowserSession).where(BrowserSession.secret_hash == secret_hash(secret))
    found = work.session.scalars(query).first()
    now = work.clock.now()
    if found is None or found.ended_at is not None or found.expires_at <= now:
        return None
    return found if now - found.last_seen_at < IDLE_LIMIT else None


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
