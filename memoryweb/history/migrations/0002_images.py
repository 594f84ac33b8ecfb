from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("history", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="batch",
            name="operation",
            field=models.CharField(
                choices=[
                    ("create", "Create"),
                    ("create_images", "Create Images"),
                    ("edit", "Edit"),
                    ("describe", "Describe"),
                    ("move", "Move"),
                    ("delete", "Delete"),
                    ("merge", "Merge"),
                    ("restore", "Restore"),
                    ("create_bucket", "Create Bucket"),
                    ("edit_bucket", "Edit Bucket"),
                    ("delete_bucket", "Delete Bucket"),
                    ("merge_bucket", "Merge Bucket"),
                    ("load", "Load"),
                    ("undo", "Undo"),
                ],
                max_length=20,
            ),
        ),
    ]
