import uuid

from django.db import migrations, models


def give_codes(apps, schema_editor):
    universe = apps.get_model("patterns", "Universe")
    rows = list(universe.objects.only("pk"))
    for row in rows:
        row.code = uuid.uuid4()
    universe.objects.bulk_update(rows, ["code"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("patterns", "0001_initial")]

    operations = [
        migrations.AddField("universe", "code", models.UUIDField(default=uuid.uuid4, editable=False, null=True)),
        migrations.AddField("universe", "request_key", models.CharField(blank=True, editable=False, max_length=64, null=True)),
        migrations.AddField("universe", "request_digest", models.CharField(blank=True, default="", editable=False, max_length=64)),
        migrations.RunPython(give_codes, migrations.RunPython.noop),
        migrations.AlterField("universe", "code", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
        migrations.AddConstraint("universe", models.UniqueConstraint(fields=["owner", "request_key"], name="universe_created_once")),
    ]
