"""Rules of which one version is in force: what every such rule keeps, and the trial of a version before it is."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from suppliers.states import VersionState

User = settings.AUTH_USER_MODEL


class RuleVersion(models.Model):
    """One version of a rule: drafted, tried, put in force, and kept for the decisions that stand on it.

    A version that was in force is never changed. `to_apply` and `applied` count the suppliers that a version which was
    put in force goes through in the background. Every rule names in `CONTENT` the fields that say what it asks.
    """

    CONTENT: ClassVar[tuple[str, ...]]

    number = models.PositiveIntegerField(_("version"), unique=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    is_current = models.BooleanField(default=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    activated_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    activated_at = models.DateTimeField(null=True, blank=True)
    activation_reason = models.CharField(max_length=500, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)
    discarded_at = models.DateTimeField(null=True, blank=True, editable=False)
    to_apply = models.PositiveIntegerField(default=0, editable=False)
    applied = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        abstract = True

    @property
    def state(self) -> str:
        if self.is_current:
            return VersionState.CURRENT
        if self.discarded_at:
            return VersionState.DISCARDED
        return VersionState.RETIRED if self.retired_at else VersionState.DRAFT

    @property
    def is_draft(self) -> bool:
        return self.state == VersionState.DRAFT

    @property
    def is_applying(self) -> bool:
        return self.applied < self.to_apply

    def content(self) -> dict[str, Any]:
        """What the version says, for comparing and hashing."""
        return {name: getattr(self, name) for name in self.CONTENT}
