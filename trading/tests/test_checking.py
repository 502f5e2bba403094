"""`manage.py journal_check`, and what a kill in the middle leaves."""

import os
import random
import signal
import subprocess
import sys
import time
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from accounts.models import User
from trading.models import Fill, JournalMonth, Trade
from trading.queries.journal import Narrowing, calendar, figures

from .factories import closed_trade, open_trade, reference_journal


def check(*words: str) -> tuple[int, str]:
    said = StringIO()
    try:
        call_command("journal_check", *words, stdout=said)
    except SystemExit as end:
        return int(end.code or 0), said.getvalue()
    return 0, said.getvalue()


@pytest.fixture(autouse=True)
def _no_journal_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trading.queries.months.SMALL", 1)


def test_a_sound_journal_has_no_differences(alice: User, bob: User) -> None:
    reference_journal(alice)
    open_trade(bob)
    figures(owner=alice, narrowing=Narrowing())
    assert check() == (0, "2 journals looked at, 0 differences.\n")
    assert check("--user", "bob") == (0, "1 journal looked at, 0 differences.\n")
    with pytest.raises(Exception, match="nobody called 'nobody'"):
        check("--user", "nobody")


def test_differences_are_told_and_mended_when_asked(alice: User) -> None:
    trade = closed_trade(alice)
    figures(owner=alice, narrowing=Narrowing())
    calendar(owner=alice, narrowing=Narrowing(), currency="USD")
    Trade.objects.filter(pk=trade.pk).update(net_pnl=Decimal(999), r_multiple=Decimal(9))
    Fill.objects.filter(trade=trade, kind="exit").update(net=Decimal(1))
    JournalMonth.objects.filter(kind="days").update(figures="{}")
    code, said = check()
    assert code == 1 and "net_pnl is 999.00000000, should be 500.00000000" in said
    assert "result of fill 2 is 1.00000000, should be 500.00000000" in said and "days is worked out differently" in said
    assert f"alice ACME {trade.code}" in said
    assert Trade.objects.get(pk=trade.pk).net_pnl == 999
    code, said = check("--mend")
    assert code == 0 and "All of them are put right." in said
    assert Trade.objects.get(pk=trade.pk).net_pnl == 500 and check()[0] == 0
    assert figures(owner=alice, narrowing=Narrowing()).summary.total_profit_loss == 500


def test_fills_that_no_trade_can_have_stay_for_their_owner(alice: User) -> None:
    trade = closed_trade(alice)
    Fill.objects.filter(trade=trade, kind="exit").update(quantity=Decimal(101))
    code, said = check("--mend")
    assert code == 1 and "takes out 101, but only 100 is open" in said and "1 could not be put right" in said


WORK = """
import django; django.setup()
import itertools, sys, datetime as dt
from decimal import Decimal
from django.utils import timezone
from accounts.models import User
from trading.queries import months
from trading.queries.journal import Narrowing, figures
from trading.services.checking import differences
from trading.services.corrections import change_fill
from trading.services.trades import FillInput, TradeInput, close_trade, create_trade
months.SMALL = 1
owner, _ = User.objects.get_or_create(username="worker", defaults={"email": "worker@example.com"})
now = timezone.now()
for k in itertools.count():
    bought = FillInput("entry", now, Decimal(50), Decimal(100))
    made = create_trade(owner=owner, told=TradeInput("ACME", fills=[bought], stop_loss=Decimal(48)), now=now)
    close_trade(owner=owner, code=made.code, fill=FillInput("exit", now, Decimal(51 + k), Decimal(40)), now=now)
    close_trade(owner=owner, code=made.code, fill=FillInput("exit", now, Decimal(52 + k)), now=now)
    change_fill(owner=owner, code=made.code, number=2, changes={"price": Decimal(60 + k)}, now=now)
    figures(owner=owner, narrowing=Narrowing())
    if k % 5 == 4:
        made.__class__.objects.filter(pk=made.pk).update(net_pnl=1)
        list(differences(owner=owner, mend=True, now=now))
    print(k, flush=True)
"""


def environment(folder: Path) -> dict[str, str]:
    told = {name: os.environ[name] for name in ("PATH", "HOME", "SECRET_KEY", "NUMBA_CACHE_DIR") if name in os.environ}
    told |= {
        "LEGEND_ENV_FILE": os.devnull,
        "LEGEND_DATA": str(folder),
        "DJANGO_SETTINGS_MODULE": "legend.settings",
        "PYTHONPATH": str(settings.BASE_DIR),
    }
    if connection.vendor == "postgresql":
        at = connection.settings_dict
        address = f"{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT'] or 5432}/{at['NAME']}"
        told |= {"DATABASE_URL": f"postgresql://{address}", "REDIS_URL": os.environ["REDIS_URL"], "LEGEND_DB_POOL_MIN": "1"}
    return told


def manage(told: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", *words]
    return subprocess.run(command, cwd=settings.BASE_DIR, env=told, capture_output=True, text=True, timeout=300)


@pytest.fixture
def workplace(tmp_path: Path, transactional_db: Any) -> dict[str, str]:
    """A database that processes of their own share."""
    told = environment(tmp_path)
    if connection.vendor != "postgresql":
        assert manage(told, "migrate", "--verbosity", "0").returncode == 0
    return told


def test_a_kill_in_the_middle_of_work_leaves_rows_that_agree(workplace: dict[str, str]) -> None:
    dice = random.Random(5)
    for _ in range(3):
        work = subprocess.Popen([sys.executable, "-c", WORK], cwd=settings.BASE_DIR, env=workplace, stdout=subprocess.PIPE, text=True)
        assert work.stdout is not None
        for _ in range(dice.randint(3, 12)):
            assert work.stdout.readline().strip().isdigit()
        time.sleep(dice.random() * 0.3)
        work.send_signal(signal.SIGKILL)
        work.wait(30)
        work.stdout.close()
        answer = manage(workplace, "journal_check")
        # the row that the work itself spoiled may be there, with the month that was added up before; nothing else
        found = [line for line in answer.stdout.splitlines() if ": " in line]
        if any(": net_pnl is 1.00000000" in line for line in found):
            found = [line for line in found if ": net_pnl is 1.00000000" not in line and "is worked out differently" not in line]
        assert found == [] and "1 journal looked at" in answer.stdout, answer.stdout + answer.stderr
