"""A paper with the company chop may be several photos; each upload is kept, and gets a straightened copy."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


def keep_scans(apps, schema_editor):
    """The one scan that an agreement could have becomes the one file of its paper."""
    Agreement, ChopPaper, ChopFile = (
        apps.get_model("agreements", name) for name in ("Agreement", "ChopPaper", "ChopFile")
    )
    for agreement in Agreement.objects.exclude(chop_scan=None).select_related("chop_scan").iterator():
        scan = agreement.chop_scan
        paper = ChopPaper.objects.create(agreement=agreement, sent_by=scan.uploaded_by, sent_at=scan.received_at)
        ChopFile.objects.create(paper=paper, position=1, file=scan)


def forget_papers(apps, schema_editor):
    """Back to one scan: the first file of the newest paper."""
    Agreement, ChopFile = apps.get_model("agreements", "Agreement"), apps.get_model("agreements", "ChopFile")
    for row in ChopFile.objects.filter(position=1).order_by("paper_id"):
        Agreement.objects.filter(pk=row.paper.agreement_id).update(chop_scan=row.file_id)


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0005_archive_copy"),
        ("core", "0005_calendar_feed"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ChopPaper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sent_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("page_count", models.PositiveSmallIntegerField(default=0, verbose_name="pages")),
                ("viewing_file", models.FileField(blank=True, editable=False, max_length=200, upload_to="")),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="chop_papers",
                        to="agreements.agreement",
                    ),
                ),
                (
                    "sent_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "paper with company chop",
                "verbose_name_plural": "papers with company chop",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="ChopFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.storedfile"
                    ),
                ),
                (
                    "paper",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="files", to="agreements.choppaper"
                    ),
                ),
            ],
            options={
                "verbose_name": "file with company chop",
                "verbose_name_plural": "files with company chop",
                "ordering": ["position"],
                "constraints": [models.UniqueConstraint(fields=("paper", "position"), name="chop_file_position_once")],
            },
        ),
        migrations.CreateModel(
            name="ChopPage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "picture",
                    models.FileField(
                        blank=True, help_text="empty where no picture could be made", max_length=200, upload_to=""
                    ),
                ),
                ("has_edges", models.BooleanField(default=False)),
                ("shows", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="pages", to="agreements.chopfile"
                    ),
                ),
                (
                    "paper",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="pages", to="agreements.choppaper"
                    ),
                ),
            ],
            options={
                "verbose_name": "page with company chop",
                "verbose_name_plural": "pages with company chop",
                "ordering": ["position"],
                "constraints": [models.UniqueConstraint(fields=("paper", "position"), name="chop_page_position_once")],
            },
        ),
        migrations.RunPython(keep_scans, forget_papers),
        migrations.RemoveField(
            model_name="agreement",
            name="chop_scan",
        ),
    ]
