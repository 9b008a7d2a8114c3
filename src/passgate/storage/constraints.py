"""What the database itself refuses, as a refusal in words."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import IntegrityError

from passgate.kernel.errors import PassgateError
from passgate.storage.work import Work


@contextmanager
def refusing(work: Work, refusal: PassgateError) -> Iterator[None]:
    """Write what is changed inside, and raise the refusal where a constraint forbids it.

    Services check first, for a good message; this is for the case that someone else was faster.
    """
    try:
        with work.session.begin_nested():
            yield
    except IntegrityError:
        raise refusal from None
