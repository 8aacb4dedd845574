"""On PostgreSQL a trigram index carries the search of the supplier list; SQLite searches without one."""

from django.db import migrations

CREATE = [
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX supplier_search ON suppliers_supplier USING gin (search_text gin_trgm_ops)",
]
DROP = ["DROP INDEX supplier_search"]


def _run(statements):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            for statement in statements:
                schema_editor.execute(statement)

    return run


class Migration(migrations.Migration):
    dependencies = [("suppliers", "0002_invitation_role_and_met_conditions")]

    operations = [migrations.RunPython(_run(CREATE), _run(DROP))]
