"""What a call said, shown when somebody asks to see it."""

from passgate.console.components.button import button
from passgate.console.components.text import Words, box, muted
from passgate.console.formatting import byte_count
from passgate.console.visit import Visit
from passgate.kernel.errors import NotFoundError
from passgate.metering.bodies.service import read_body


def body_part(visit: Visit, call_id: int) -> None:
    """A button, and what it brings in its place."""
    with box("pg-stack-s"):
        Words("Bodies", "h3")
        place = box("pg-stack-s")

    async def show() -> None:
        try:
            body = await visit.change(read_body, call_id)
        except NotFoundError as error:
            place.clear()
            with place:
                muted(error.message)
            return
        place.clear()
        with place:
            _text("Request", body.request, body.request_bytes)
            _text("Reply", body.reply, body.reply_bytes)

    with place:
        muted("That you look is written into the audit log.")
        button("Show what was said", show, icon="search")


def _text(title: str, text: str, size: int) -> None:
    cut = size > len(text.encode())
    muted(f"{title}, {byte_count(size)}{', the beginning' if cut else ''}")
    Words(text or "(nothing)", "pre", "pg-trial")
