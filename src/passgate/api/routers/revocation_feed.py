"""The deny list for services that verify tokens by themselves."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response

from passgate.api.dependencies import CurrentEdge, public
from passgate.api.revocation_feed import RevocationFeed

router = APIRouter(tags=["revocations"])

_LONGEST_WAIT = 30


def _feed(request: Request, edge: CurrentEdge) -> RevocationFeed:
    state = request.app.state
    if not hasattr(state, "revocation_feed"):
        state.revocation_feed = RevocationFeed(edge.storage)
    feed: RevocationFeed = state.revocation_feed
    return feed


@router.get(
    "/oauth2/revocations",
    dependencies=[public("ids alone, and whoever verifies a token must be able to learn that it was revoked")],
    responses={304: {"description": "Nothing has come to the list that you have."}},
    response_model=dict[str, Any],
)
async def get_revocation_list(
    request: Request,
    edge: CurrentEdge,
    wait: Annotated[int, Query(ge=0, le=_LONGEST_WAIT, description="Seconds to wait, with If-None-Match.")] = 0,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """All that is revoked and not yet expired: `{"seq": 7, "entries": [{"seq", "kind", "value", "not_before", …}]}`.

    `kind` is `token` (value: a `jti`), `subject` (`sub`), `application` (`client_id`), `key` (`kid`) or `everything`;
    with `not_before`, tokens with an earlier `iat` are refused. The ETag is the newest number: send it back as
    If-None-Match, and with `wait` the answer comes as soon as there is news.
    """
    feed = _feed(request, edge)
    seq, document = await feed.current()
    if _is_known(if_none_match, seq):
        if wait == 0 or not await feed.wait_beyond(seq, wait):
            return Response(status_code=304, headers=_headers(seq))
        seq, document = await feed.current()
    return Response(document, media_type="application/json", headers=_headers(seq))


def _headers(seq: int) -> dict[str, str]:
    return {"ETag": f'"{seq}"', "Cache-Control": "no-cache", "Access-Control-Allow-Origin": "*"}


def _is_known(if_none_match: str | None, seq: int) -> bool:
    tags = [tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")]
    return f'"{seq}"' in tags
