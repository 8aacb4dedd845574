"""The search finds pairs of Chinese characters by its index; saved views with few rows have indexes of their own."""

import re

from django.conf import settings
from django.db import migrations, models

PAIRS = re.compile(r"(?=([\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2}))")


def add_pairs(apps, schema_editor):
    suppliers = apps.get_model("suppliers", "Supplier").objects
    changed = []
    for supplier in suppliers.only("search_text").iterator(chunk_size=2000):
        text = supplier.search_text.strip()
        supplier.search_text = f"{text} {' '.join(PAIRS.findall(text))} "
        changed.append(supplier)
    suppliers.bulk_update(changed, ["search_text"], batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [
        ("suppliers", "0005_gate_drop"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="supplier",
            index=models.Index(
                condition=models.Q(("gate_missing__gt", 0)), fields=["name", "id"], name="supplier_blocked"
            ),
        ),
        migrations.AddIndex(
            model_name="supplier",
            index=models.Index(
                condition=models.Q(("is_key_material", True)), fields=["name", "id"], name="supplier_key_material"
            ),
        ),
        migrations.AddIndex(
            model_name="supplier",
            index=models.Index(
                condition=models.Q(("agreement_status", "in_force"), _negated=True),
                fields=["name", "id"],
                name="supplier_agreement_open",
            ),
        ),
        migrations.AddIndex(
            model_name="supplier",
            index=models.Index(
                condition=models.Q(("site_review_status__in", ["", "planned", "postponed"])),
                fields=["name", "id"],
                name="supplier_not_reviewed",
            ),
        ),
        migrations.RunPython(add_pairs, migrations.RunPython.noop),
    ]
