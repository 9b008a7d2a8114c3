"""What callers say of kept answers."""

import pytest

from passgate.inference.cached.fields import Fields
from passgate.inference.cached.wishes import Wishes, has_changed, wishes_of


def fields(**headers: str) -> Fields:
    return Fields((name.replace("_", "-").encode(), value.encode()) for name, value in headers.items())


@pytest.mark.parametrize(
    ("headers", "wishes"),
    [
        ({}, Wishes()),
        ({"cache_control": "no-store"}, Wishes(passes_by=True)),
        ({"range": "bytes=0-1"}, Wishes(passes_by=True)),
        ({"if_match": '"a"'}, Wishes(passes_by=True)),
        ({"cache_control": "no-cache"}, Wishes(anew=True)),
        ({"pragma": "no-cache"}, Wishes(anew=True)),
        ({"pragma": "no-cache", "cache_control": "max-age=5"}, Wishes(oldest=5)),
        ({"cache_control": "max-age=x"}, Wishes()),
        ({"cache_control": "only-if-cached"}, Wishes(only_kept=True)),
    ],
)  # fmt: skip
def test_wishes(headers: dict[str, str], wishes: Wishes) -> None:
    assert wishes_of(fields(**headers)) == wishes


MONDAY, TUESDAY = "Mon, 02 Mar 2026 10:00:00 GMT", "Tue, 03 Mar 2026 10:00:00 GMT"


@pytest.mark.parametrize(
    ("request_", "answer", "changed"),
    [
        ({}, {"etag": '"a"'}, True),
        ({"if_none_match": '"a"'}, {"etag": '"a"'}, False),
        ({"if_none_match": 'W/"a", "b"'}, {"etag": '"a"'}, False),
        ({"if_none_match": '"a"'}, {"etag": 'W/"a"'}, False),
        ({"if_none_match": "*"}, {}, False),
        ({"if_none_match": '"b"'}, {"etag": '"a"'}, True),
        ({"if_none_match": '""'}, {}, True),
        ({"if_none_match": '"b"', "if_modified_since": TUESDAY}, {"etag": '"a"', "last_modified": MONDAY}, True),
        ({"if_modified_since": MONDAY}, {"last_modified": MONDAY}, False),
        ({"if_modified_since": MONDAY}, {"last_modified": TUESDAY}, True),
        ({"if_modified_since": MONDAY}, {}, True),
        ({"if_modified_since": "x"}, {"last_modified": MONDAY}, True),
    ],
)  # fmt: skip
def test_a_caller_may_have_it_already(request_: dict[str, str], answer: dict[str, str], changed: bool) -> None:  # noqa: FBT001 - a column
    assert has_changed(200, fields(**request_), fields(**answer)) is changed
