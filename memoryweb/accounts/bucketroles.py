"""What people are in single buckets: a role of their own there, in the place of the one that they have everywhere.

Whoever has none, as most people, costs no query. `permissions.py` alone asks this; the page of a person changes it.
"""

from collections.abc import Mapping

from django.db import transaction

from . import sessions
from .models import BucketRole, Role, User


def of(person: User, service: str) -> Mapping[str, str]:
    """The person's roles in buckets of this service, by bucket id; read once for each User that Django makes."""
    return _by_service(person).get(service, {})


def anywhere(person: User) -> set[str]:
    """Which roles the person has in single buckets, whatever service these are of."""
    return {role for roles in _by_service(person).values() for role in roles.values()}


def _by_service(person: User) -> Mapping[str, Mapping[str, str]]:
    if not person.has_bucket_roles:
        return {}
    if person.bucket_roles is None:
        person.bucket_roles = {}
        rows = BucketRole.objects.filter(user=person).values_list("service", "bucket_id", "role")
        for service, bucket_id, role in rows:
            person.bucket_roles.setdefault(service, {})[bucket_id] = role
    return person.bucket_roles


def change(person: User, service: str, roles: Mapping[str, str]) -> None:
    """Give the person these roles in buckets of the service, by bucket id, and in its other buckets none of their own.

    Valid from their next request on, also for images that a worker would have served again.
    """
    with transaction.atomic():
        BucketRole.objects.filter(user=person, service=service).delete()
        BucketRole.objects.bulk_create(
            BucketRole(user=person, service=service, bucket_id=bucket_id, role=role) for bucket_id, role in roles.items()
        )
        person.has_bucket_roles = BucketRole.objects.filter(user=person).exists()
        person.save(update_fields=["has_bucket_roles"])
    person.bucket_roles = None
    sessions.tell()


def set_apart(service: str) -> list[str]:
    """The names of those for whom roles in buckets of this service count: they can sign in, and are no owners."""
    people = User.objects.filter(pk__in=BucketRole.objects.filter(service=service).values("user"), is_active=True)
    return list(people.exclude(role=Role.OWNER).order_by("username").values_list("username", flat=True))


def everybodys(service: str) -> dict[int, dict[str, str]]:
    """The same of all people, by their id."""
    found: dict[int, dict[str, str]] = {}
    for person_id, bucket_id, role in BucketRole.objects.filter(service=service).values_list("user", "bucket_id", "role"):
        found.setdefault(person_id, {})[bucket_id] = role
    return found
