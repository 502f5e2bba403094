"""People's own detectors: a setting kept under a name, to scan with it."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from legend.lib.errors import Conflict, NotFound, invalid
from legend.lib.models import Once
from patterns.engine import registry
from patterns.models import SavedRule

from .rules import asked_rules, changed_rule, engine_rule, store_rules

if TYPE_CHECKING:
    from accounts.models import User

MOST = 100


class UnknownSavedRule(NotFound):
    code = "unknown_saved_rule"


class SavedNameTaken(Conflict):
    code = "name_taken"


def lab_rule(*, detector: str, params: dict[str, float]) -> registry.Rule:
    """A detector, named by itself or by one of its patterns, with some parameters changed. Invalid names what is wrong and the bounds."""
    found = registry.patterns().get(detector)
    name = found[0].name if found else detector
    if name not in registry.detectors():
        raise invalid("detector", f"There is no detector {name[:60]!r}; there are {', '.join(registry.detectors())}.", "unknown_detector")
    return changed_rule(detector=name, params=params)


@transaction.atomic
def save_rule(*, owner: "User", name: str, rule: registry.Rule, once: Once | None = None) -> SavedRule:
    """Keep a setting; the same wish again gives the same one. Raises SavedNameTaken, KeyReused, Invalid (name, or too many)."""
    owner.__class__.objects.select_for_update().filter(pk=owner.pk).first()
    mine = saved_rules(owner=owner)
    if once is not None and (made := mine.filter(request_key=once.key).first()) is not None and made.is_answer_to(once):
        return made
    title = _free_name(name, mine)
    if mine.count() >= MOST:
        raise invalid("name", f"You have {MOST} detectors of your own, which is the most there can be.", "too_many")
    key = once.as_fields() if once else {}
    return SavedRule.objects.create(owner=owner, name=title, rule=store_rules(rules=[rule])[0], **key)


def _free_name(name: str, others: QuerySet[SavedRule]) -> str:
    title = " ".join(name.split())
    if not 1 <= len(title) <= 60:
        raise invalid("name", "The name of a detector of yours has 1 to 60 characters.", "bad_name")
    if others.filter(name__iexact=title).exists():
        raise SavedNameTaken(f"You have a detector {title!r} already.")
    return title


def saved_rules(*, owner: "User") -> QuerySet[SavedRule]:
    """One's own, each with its rule, by name."""
    return SavedRule.objects.filter(owner=owner).select_related("rule").order_by("name")


def find_saved(*, owner: "User", code: UUID) -> SavedRule:
    """Someone else's is not found."""
    found = saved_rules(owner=owner).filter(code=code).first()
    if found is None:
        raise UnknownSavedRule("You have no such detector.")
    return found


@transaction.atomic
def rename_saved(*, owner: "User", code: UUID, name: str) -> SavedRule:
    """Someone else's is not found. Raises SavedNameTaken, and Invalid for a name that cannot be."""
    owner.__class__.objects.select_for_update().filter(pk=owner.pk).first()
    saved = find_saved(owner=owner, code=code)
    saved.name = _free_name(name, saved_rules(owner=owner).exclude(pk=saved.pk))
    saved.save(update_fields=["name"])
    return saved


@transaction.atomic
def delete_saved(*, owner: "User", code: UUID) -> None:
    """Matches it found stay. Someone else's is not found."""
    find_saved(owner=owner, code=code).delete()


def chosen_rules(*, owner: "User", patterns: Sequence[str], saved: Collection[UUID]) -> tuple[registry.Rule, ...]:
    """What a scan runs: the named patterns, one's own detectors, or both; all default rules when nothing is named.

    Raises UnknownSavedRule, and Invalid for an unknown pattern or a saved setting that this version cannot run any more.
    """
    own = {one.code: one.rule for one in saved_rules(owner=owner).filter(code__in=saved)}
    if missing := [code for code in saved if code not in own]:
        raise UnknownSavedRule(f"You have no detector {missing[0]}.")
    named = asked_rules(patterns=patterns) if patterns or not own else ()
    return tuple(dict.fromkeys([*named, *(engine_rule(row=row) for row in own.values())]))
