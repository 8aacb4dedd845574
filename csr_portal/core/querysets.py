"""Rows of the core and who may see them."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self

from django.db import models

if TYPE_CHECKING:
    from csr_portal.core.models import User


class HistoryQuerySet(models.QuerySet):
    """Entries of the history; never updated nor deleted in bulk."""

    def about(self, subject: models.Model) -> Self:
        return self.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk)

    def of_thread(self, thread: str) -> Self:
        return self.filter(thread=thread)

    def of_threads(self, threads: Iterable[str]) -> Self:
        return self.filter(thread__in=list(threads))

    def unsealed(self) -> Self:
        return self.filter(sequence=None).order_by("pk")

    def sealed(self) -> Self:
        return self.exclude(sequence=None).order_by("sequence")

    def delete(self) -> Any:
        raise TypeError("History is never deleted.")


class NoticeQuerySet(models.QuerySet):
    def visible_to(self, user: "User") -> Self:
        return self.filter(recipient=user)

    def unread(self) -> Self:
        return self.filter(read_at=None)
