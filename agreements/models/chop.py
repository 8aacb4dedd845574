"""Paper with the company chop: what was sent, exactly as received, and the straightened copy for looking at."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agreements.models.agreements import Agreement
from agreements.querysets import OfAgreementQuerySet
from csr_portal.core.models import StoredFile

User = settings.AUTH_USER_MODEL


class ChopPaper(models.Model):
    """One upload of the printed, chopped text: a scan or several photos. The newest one of an agreement counts."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="chop_papers")
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    sent_at = models.DateTimeField(default=timezone.now)
    page_count = models.PositiveSmallIntegerField(_("pages"), default=0)
    viewing_file = models.FileField(max_length=200, blank=True, editable=False)

    objects = OfAgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("paper with company chop")
        verbose_name_plural = _("papers with company chop")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.agreement} – {self.pk}"

    @property
    def is_ready(self) -> bool:
        """Whether every page was looked at and straightened."""
        return 0 < self.page_count <= self.pages.count()


class ChopFile(models.Model):
    """One file of an upload, in the order in which they were chosen."""

    paper = models.ForeignKey(ChopPaper, on_delete=models.PROTECT, related_name="files")
    position = models.PositiveSmallIntegerField()
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("file with company chop")
        verbose_name_plural = _("files with company chop")
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["paper", "position"], name="chop_file_position_once")]

    def __str__(self) -> str:
        return self.file.original_name

    @property
    def key(self) -> str:
        """What the file is called in addresses (views/shared.py)."""
        return f"chop-{self.pk}"


class ChopPage(models.Model):
    """One straightened page. `shows` is the page of the text that it seems to be, from 1; empty if unlike any."""

    paper = models.ForeignKey(ChopPaper, on_delete=models.PROTECT, related_name="pages")
    source = models.ForeignKey(ChopFile, on_delete=models.PROTECT, related_name="pages")
    position = models.PositiveSmallIntegerField()
    picture = models.FileField(max_length=200, blank=True, help_text="empty where no picture could be made")
    has_edges = models.BooleanField(default=False)
    shows = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        verbose_name = _("page with company chop")
        verbose_name_plural = _("pages with company chop")
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["paper", "position"], name="chop_page_position_once")]

    def __str__(self) -> str:
        return f"{self.paper} / {self.position}"
