"""Documents made ready for workers, each once in a process: the next snapshot asks for the same ones again."""

from collections.abc import Collection

from passgate.publishing.openapi import repository
from passgate.publishing.openapi.prepared import prepared
from passgate.publishing.openapi.reading import read_document
from passgate.storage.work import Work

_MOST_KEPT = 4_096
_KEPT: dict[str, str] = {}
"""By digest, the longest kept first."""


def prepared_documents(work: Work, digests: Collection[str]) -> dict[str, str]:
    """What workers need of each of the documents, packed, by digest."""
    missing = {digest for digest in digests if digest not in _KEPT}
    for digest, text in repository.texts_of(work, missing).items():
        _KEPT[digest] = prepared(read_document(text))
    found = {digest: _KEPT[digest] for digest in digests if digest in _KEPT}
    while len(_KEPT) > _MOST_KEPT:
        _KEPT.pop(next(iter(_KEPT)), None)
    return found
