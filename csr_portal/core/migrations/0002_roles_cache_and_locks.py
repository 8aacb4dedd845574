"""Role groups, the shared cache table, and triggers by which the database itself keeps history and files unchanged."""

from django.core.management import call_command
from django.db import migrations

ROLES = ["buyer", "csr_manager", "auditor", "training_coordinator", "administrator"]
CONTENT = [
    "subject_type",
    "subject_id",
    "thread",
    "action",
    "from_status",
    "to_status",
    "by_id",
    "by_name",
    "reason",
    "data",
    "at",
]

SQLITE = [
    """CREATE TRIGGER history_no_delete BEFORE DELETE ON core_historyentry
       BEGIN SELECT RAISE(ABORT, 'history is never deleted'); END""",
    f"""CREATE TRIGGER history_no_update BEFORE UPDATE ON core_historyentry
       WHEN OLD.sequence IS NOT NULL OR {" OR ".join(f"OLD.{c} IS NOT NEW.{c}" for c in CONTENT)}
       BEGIN SELECT RAISE(ABORT, 'history is never changed'); END""",
    """CREATE TRIGGER file_no_delete BEFORE DELETE ON core_storedfile
       BEGIN SELECT RAISE(ABORT, 'files as received are never deleted'); END""",
    """CREATE TRIGGER file_no_update BEFORE UPDATE ON core_storedfile
       WHEN OLD.sha256 IS NOT NEW.sha256 OR OLD.file IS NOT NEW.file OR OLD.size IS NOT NEW.size
       BEGIN SELECT RAISE(ABORT, 'files as received are never changed'); END""",
]
POSTGRES = [
    """CREATE FUNCTION core_refuse() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'rows of % are never changed nor deleted', TG_TABLE_NAME; END $$""",
    """CREATE TRIGGER history_no_delete BEFORE DELETE ON core_historyentry
       FOR EACH ROW EXECUTE FUNCTION core_refuse()""",
    f"""CREATE TRIGGER history_no_update BEFORE UPDATE ON core_historyentry FOR EACH ROW
       WHEN (OLD.sequence IS NOT NULL OR {" OR ".join(f"OLD.{c} IS DISTINCT FROM NEW.{c}" for c in CONTENT)})
       EXECUTE FUNCTION core_refuse()""",
    """CREATE TRIGGER file_no_delete BEFORE DELETE ON core_storedfile
       FOR EACH ROW EXECUTE FUNCTION core_refuse()""",
    """CREATE TRIGGER file_no_update BEFORE UPDATE ON core_storedfile FOR EACH ROW
       WHEN (OLD.sha256 IS DISTINCT FROM NEW.sha256 OR OLD.file IS DISTINCT FROM NEW.file
             OR OLD.size IS DISTINCT FROM NEW.size)
       EXECUTE FUNCTION core_refuse()""",
]
TRIGGERS = {
    "history_no_delete": "core_historyentry",
    "history_no_update": "core_historyentry",
    "file_no_delete": "core_storedfile",
    "file_no_update": "core_storedfile",
}


def make_roles(apps, schema_editor):
    group = apps.get_model("auth", "Group")
    for role in ROLES:
        group.objects.get_or_create(name=role)


def make_cache_table(apps, schema_editor):
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


def lock_rows(apps, schema_editor):
    for statement in POSTGRES if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement, params=None)  # no placeholders: psycopg would read "%" as one


def unlock_rows(apps, schema_editor):
    is_postgres = schema_editor.connection.vendor == "postgresql"
    for trigger, table in TRIGGERS.items():
        schema_editor.execute(f"DROP TRIGGER {trigger}" + (f" ON {table}" if is_postgres else ""))
    if is_postgres:
        schema_editor.execute("DROP FUNCTION core_refuse()")


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.RunPython(make_roles, migrations.RunPython.noop),
        migrations.RunPython(make_cache_table, migrations.RunPython.noop),
        migrations.RunPython(lock_rows, unlock_rows),
    ]
