"""`manage.py journal_check`: are the figures that journals keep those that their fills make?"""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import User
from trading.services.checking import differences


class Command(BaseCommand):
    help = (
        "Work the figures of trades and kept months out anew and print each difference; --mend puts them right. Exit code 1 if any stays."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--user", help="only this person's journal")
        parser.add_argument("--mend", action="store_true", help="put right what differs")

    def handle(self, *, user: str | None, mend: bool, **options: Any) -> None:
        people = User.objects.filter(trades__isnull=False).distinct().order_by("pk")
        if user is not None:
            people = User.objects.filter(username=user)
            if not people.exists():
                raise CommandError(f"There is nobody called {user!r}.")
        count = journals = 0
        for person in people.iterator():
            journals += 1
            for one in differences(owner=person, mend=mend, now=timezone.now()):
                count += 1
                self.stdout.write(str(one))
        self.stdout.write(f"{journals} journal{'' if journals == 1 else 's'} looked at, {count} difference{'' if count == 1 else 's'}.")
        if not count:
            return
        if mend:
            count = sum(1 for person in people.iterator() for _ in differences(owner=person, mend=False, now=timezone.now()))
            self.stdout.write("All of them are put right." if not count else f"{count} could not be put right.")
        if count:
            sys.exit(1)
