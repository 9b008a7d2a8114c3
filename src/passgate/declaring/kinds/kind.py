"""What every kind of document can do."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import ClassVar, Generic, TypeVar

from passgate.declaring.desk import Desk
from passgate.declaring.documents import Document

Doc = TypeVar("Doc", bound=Document)


class Kind(ABC, Generic[Doc]):
    """The way from documents of a kind to the services of its domain, and back. The services authorise."""

    name: ClassVar[str]

    @abstractmethod
    def find(self, desk: Desk, given: Doc) -> str | None:
        """The id of what the document is about; None: it is not there."""

    @abstractmethod
    def present(self, desk: Desk, object_id: str) -> Doc:
        """What is there, as a document without secrets."""

    def settled(self, desk: Desk, given: Doc, present: Doc | None) -> Doc:
        """The document in the form that :meth:`present` gives, so that both can be compared.

        A secret stays in it only where another one is stored.
        """
        del desk, present
        return given

    @abstractmethod
    def make(self, desk: Desk, wanted: Doc) -> str:
        """Make it; the id."""

    @abstractmethod
    def change(self, desk: Desk, object_id: str, wanted: Doc, present: Doc) -> None:
        """Have it be as the document says."""

    def connect(self, desk: Desk, object_id: str, wanted: Doc) -> None:
        """Have it be as the document says of others of its kind, all of which are there now."""
        del desk, object_id, wanted

    @abstractmethod
    def remove(self, desk: Desk, object_id: str) -> None:
        """Remove it, with what no one else needs."""

    @abstractmethod
    def listed(self, desk: Desk) -> Iterable[str]:
        """The ids of all that the actor may export."""

    def export(self, desk: Desk, object_id: str) -> Doc:
        """As :meth:`present`, for another Passgate: secrets by names of variables."""
        return self.present(desk, object_id)
