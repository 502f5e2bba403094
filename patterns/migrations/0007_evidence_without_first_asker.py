from django.db import migrations


class Migration(migrations.Migration):
    """Apart from the copying before it: a table cannot be changed while rows of it wait for their checks."""

    dependencies = [("patterns", "0006_evidence_requests")]

    operations = [migrations.RemoveField(model_name="evidence", name="asked_by")]
