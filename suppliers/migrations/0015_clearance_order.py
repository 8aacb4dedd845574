"""PostgreSQL sorts what is empty last, SQLite first: the order says it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("suppliers", "0014_what_an_undo_gives_back"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="clearance",
            options={
                "ordering": [
                    models.OrderBy(models.F("category__code"), nulls_first=True),
                    models.OrderBy(models.F("site__name"), nulls_first=True),
                    "pk",
                ],
                "verbose_name": "clearance",
                "verbose_name_plural": "clearances",
            },
        ),
    ]
