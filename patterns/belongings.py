"""What the market keeps of a person: their lists, their detectors, what they asked for."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from legend.lib.belongings import Belongings, Table

from .models import EvidenceRequest, SavedRule, Scan, ScanRequest, Universe, UniverseMember

if TYPE_CHECKING:
    from accounts.models import User


def export(person: "User") -> Iterator[Table]:
    yield Table("lists", Universe.objects.filter(owner=person), ("code", "title", "created_at"))
    members = UniverseMember.objects.filter(universe__owner=person).order_by("universe__title", "instrument__symbol")
    yield Table("list_members", members, ("universe__code", "universe__title", "instrument__symbol"))
    yield Table("own_detectors", SavedRule.objects.filter(owner=person), ("code", "name", "rule__detector", "rule__params", "created_at"))
    requests = ScanRequest.objects.filter(user=person).order_by("created_at")
    yield Table(
        "scans",
        requests,
        (
            "scan__code",
            "scan__universe__title",
            "scan__symbols",
            "scan__interval",
            "scan__as_of",
            "scan__status",
            "created_at",
            "withdrawn_at",
        ),
    )
    yield Table(
        "lab",
        EvidenceRequest.objects.filter(user=person).order_by("asked_at"),
        (
            "rule__detector",
            "rule__params",
            "universe__title",
            "interval",
            "setting",
            "asked_at",
            "evidence__code",
            "evidence__status",
        ),
    )


def erase(person: "User") -> None:
    """Scans of symbols that nobody else asked for; those of a list go with it."""
    theirs = Scan.objects.filter(universe=None, requests__user=person)
    Scan.objects.filter(pk__in=theirs.values("pk")).exclude(requests__in=ScanRequest.objects.exclude(user=person)).delete()


BELONGINGS = Belongings("patterns", export, erase)
