"""One of everything that has an address, and for every change of it something that its owner may really send."""

import io
from datetime import timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from django.contrib.admin import site
from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.models import PasswordReset, Session, SignUp, TokenFamily, User
from accounts.services.api_keys import create_key
from accounts.services.archives import make_archive, request_archive
from accounts.services.profiles import set_avatar
from patterns.engine.registry import default_rules
from patterns.models import Evidence, PatternMatch, ScanResult
from patterns.services.evidence import judge_here
from patterns.services.rules import asked_rules
from patterns.services.saved_rules import lab_rule, save_rule
from patterns.services.scans import request_scan, run_scan_here
from patterns.services.universes import create_list
from patterns.tests.factories import create_market
from social.models import Notification
from social.services.notifications import tell_alerts
from trading.importing.executions import Reading
from trading.models import Trade
from trading.services.alerts import create_alert, test_alert
from trading.services.imports import start_import
from trading.services.screenshots import add_screenshot
from trading.services.splits import apply_split
from trading.services.watchlists import watch
from trading.tests.factories import account_of, create_journal, entry, open_trade

TRADE_PAGES = ("close", "enter", "change", "delete", "picture", "facts", "lines", "splits", "checklist")


def examples(owner: User) -> dict[str, str]:
    """For each address with a blank: one that exists and, where its kind is `owner`, belongs to this person; with `?…` if it needs that."""
    now = timezone.now()
    key, _ = create_key(owner=owner, name="script", scopes=["read"], expires_at=None, now=now)
    market = create_market(4, bars=320)
    run_scan_here(universe=market, now=now, threads=0)
    judge_here(universe=market, rules=default_rules()[:1], now=now, threads=1)
    own_list = create_list(owner=owner, title="my shares", symbols=["S0"])
    scan = request_scan(universe=own_list, rules=asked_rules(patterns=[]), interval="1day", as_of=None, by=owner, now=now)
    shown = ScanResult.objects.create(
        scan=scan, match=PatternMatch.objects.earliest("id"), state="ready", price=1, distance_pct=1, closes=[1.0, 2.0]
    )
    saved = save_rule(owner=owner, name="mine", rule=lab_rule(detector="double-bottom", params={}))
    session = Session.objects.create(session_key="x" * 64, user=owner, expire_date=now + timedelta(days=1))
    family = TokenFamily.objects.create(user=owner)
    archive = request_archive(owner=owner, now=now)
    make_archive(archive_id=archive.pk)
    tomorrow = now + timedelta(days=1)
    new = SignUp(username="newcomer", email="newcomer@example.com", password="!", expires_at=tomorrow)
    forgotten = PasswordReset(user=owner, email=owner.email, expires_at=tomorrow)
    confirm, reset = new.new_code(), forgotten.new_code()
    new.save()
    forgotten.save()
    picture = io.BytesIO()
    Image.new("RGB", (9, 9)).save(picture, "PNG")
    picture.seek(0)
    set_avatar(user=owner, picture=picture)
    watch(owner=owner, ticker="S0", now=now)
    alert = create_alert(owner=owner, wish={"kind": "price", "symbol": "S0", "params": {"level": 1}})
    event = test_alert(owner=owner, code=alert.code, now=now)
    account, trade = create_journal(owner)
    unused = account_of(owner, "Unused")
    grown = open_trade(owner, symbol="GROWN", fills=[entry(), entry("52")])
    apply_split(owner=owner, code=grown.code, at=now, new=2, old=1, now=now)
    imported = start_import(owner=owner, text="symbol,date,quantity,price\nXYZ,2026-01-05,1,1", reading=Reading(ZoneInfo("UTC")), now=now)
    picture.seek(0)
    shot = add_screenshot(owner=owner, code=trade.code, file=picture, now=now)
    tell_alerts(event_ids=[event.pk], now=now)
    return {
        **desk_examples(),
        "/journal/import/{code}/": f"/journal/import/{imported.code}/",
        "/journal/import/{code}/undo/": f"/journal/import/{imported.code}/undo/",
        "/api/trades/import/{code}": f"/api/trades/import/{imported.code}",
        "/journal/accounts/{code}/": f"/journal/accounts/{account.code}/",
        "/journal/accounts/{code}/opening/": f"/journal/accounts/{account.code}/opening/",
        "/journal/fills/{symbol}/": "/journal/fills/ACME/",
        "/journal/pictures/{code}/": f"/journal/pictures/{shot.code}/",
        "/journal/pictures/{code}/delete/": f"/journal/pictures/{shot.code}/delete/",
        "/journal/{code}/": f"/journal/{trade.code}/",
        **{f"/journal/{{code}}/{what}/": f"/journal/{trade.code}/{what}/" for what in TRADE_PAGES},
        "/journal/{code}/fills/{number}/": f"/journal/{grown.code}/fills/2/",
        "/journal/risk/{kind}/": "/journal/risk/kelly/",
        "/api/trades/{code}": f"/api/trades/{trade.code}",
        "/api/trades/{code}/fills": f"/api/trades/{trade.code}/fills",
        "/api/trades/{code}/fills/{number}": f"/api/trades/{grown.code}/fills/2",
        "/api/trades/{code}/events": f"/api/trades/{trade.code}/events",
        "/api/trades/{code}/split": f"/api/trades/{trade.code}/split",
        "DELETE /api/trades/{code}/split": f"/api/trades/{grown.code}/split?at={quote(now.isoformat())}",
        "DELETE /api/portfolio/accounts/{code}": f"/api/portfolio/accounts/{unused.code}",
        "/api/portfolio/accounts/{code}": f"/api/portfolio/accounts/{account.code}",
        "/api/portfolio/accounts/{code}/cash-flows": f"/api/portfolio/accounts/{account.code}/cash-flows",
        "/watchlist/{ticker}/": "/watchlist/S0/",
        "/watchlist/{ticker}/remove/": "/watchlist/S0/remove/",
        "/alerts/{code}/": f"/alerts/{alert.code}/",
        "/alerts/{code}/switch/": f"/alerts/{alert.code}/switch/",
        "/alerts/{code}/test/": f"/alerts/{alert.code}/test/",
        "/alerts/{code}/delete/": f"/alerts/{alert.code}/delete/",
        "/alerts/log/{code}/acknowledge/": f"/alerts/log/{event.code}/acknowledge/",
        "/notifications/{code}/": f"/notifications/{Notification.objects.get(person=owner).code}/",
        "/api/watchlist/{ticker}": "/api/watchlist/S0",
        "/api/watchlist/remove/{ticker}": "/api/watchlist/remove/S0",
        "/api/alerts/update/{code}": f"/api/alerts/update/{alert.code}",
        "/api/alerts/{code}": f"/api/alerts/{alert.code}",
        "/api/alerts/log/{code}/acknowledge": f"/api/alerts/log/{event.code}/acknowledge",
        "/settings/export/{code}": f"/settings/export/{archive.code}",
        "/api/users/me/export/{code}": f"/api/users/me/export/{archive.code}",
        "/confirm/{code}": f"/confirm/{confirm}",
        "/reset-password/{code}": f"/reset-password/{reset}",
        "/settings/keys/{code}/revoke": f"/settings/keys/{key.code}/revoke",
        "/settings/sessions/{code}/end": f"/settings/sessions/{session.code}/end",
        "/settings/clients/{code}/end": f"/settings/clients/{family.code}/end",
        "/people/{username}/avatar": f"/people/{owner.username}/avatar",
        "/api/auth/api-keys/{code}": f"/api/auth/api-keys/{key.code}",
        "/scanner/{code}/cancel/": f"/scanner/{scan.code}/cancel/",
        "/scanner/{code}/{match}/": f"/scanner/{scan.code}/{shown.match.code}/",
        "/lab/own/{code}/rename/": f"/lab/own/{saved.code}/rename/",
        "/lab/own/{code}/delete/": f"/lab/own/{saved.code}/delete/",
        "/symbols/{symbol}/": "/symbols/S0/",
        "/symbols/{symbol}/context/": "/symbols/S0/context/",
        "/patterns/{name}/": "/patterns/double-bottom/",
        "/api/patterns/evidence/{code}": f"/api/patterns/evidence/{Evidence.objects.latest('id').code}",
        "/api/patterns/saved/{code}": f"/api/patterns/saved/{saved.code}",
        "/api/charts/data": "/api/charts/data?ticker=S0",
        "/api/scan/status": f"/api/scan/status?code={scan.code}",
        "/api/scan/{code}": f"/api/scan/{scan.code}",
        "/api/scan/{code}/results": f"/api/scan/{scan.code}/results",
        "/api/universe/custom/{code}": f"/api/universe/custom/{own_list.code}",
        "/api/universe/{name}": "/api/universe/TEST",
    }


def desk_examples() -> dict[str, str]:
    """Of the administration: a row of every model that has one."""
    found = {"/admin/{app_label}/": "/admin/accounts/", "/admin/{anything}": "/admin/nowhere"}
    for model in site._registry:
        row = model._default_manager.latest("pk")
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_"
        pages = {what: reverse(name + what, args=[row.pk]) for what in ("history", "delete", "change")}
        found |= {page.replace(f"/{row.pk}/", "/{object_id}/"): page for page in pages.values()}
        change = pages["change"].removesuffix("change/")
        found[change.replace(f"/{row.pk}/", "/{object_id}/")] = change
        found["/admin/r/{content_type_id}/{object_id}/"] = f"/admin/r/{ContentType.objects.get_for_model(model).pk}/{row.pk}/"
    return found


def picture() -> SimpleUploadedFile:
    drawn = io.BytesIO()
    Image.new("RGB", (9, 9)).save(drawn, "PNG")
    return SimpleUploadedFile("chart.png", drawn.getvalue(), "image/png")


def account_in_use() -> str:
    return str(Trade.objects.earliest("pk").account.code)


NOW = timezone.now().isoformat()
FILL = {"kind": "exit", "price": "11", "quantity": "1"}
# what the owner sends, and gets done: API as JSON, pages as their form
SENDS: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/lab/own/{code}/rename/"): {"name": "another name"},
    ("PATCH", "/api/patterns/saved/{code}"): {"name": "another name"},
    ("PUT", "/api/universe/custom/{code}"): {"name": "other shares", "symbols": ["S1"]},
    ("POST", "/journal/accounts/{code}/"): {"kind": "deposit", "amount": "100", "on": "2026-01-05"},
    ("POST", "/journal/accounts/{code}/opening/"): {
        "name": "Savings",
        "currency": "USD",
        "opening_balance": "500",
        "opened_on": "2020-01-02",
    },
    ("POST", "/journal/{code}/close/"): {"exit_price": "11", "exit_date": "2026-11-02T10:00"},
    ("POST", "/journal/{code}/enter/"): {"price": "10", "quantity": "1", "at": "2026-11-02T10:00"},
    ("POST", "/journal/{code}/change/"): {"notes": "looked at again"},
    ("POST", "/journal/{code}/picture/"): {"file": picture},
    ("POST", "/journal/{code}/fills/{number}/"): {"fee": "1"},
    ("POST", "/journal/{code}/facts/"): {"symbol": "ACME", "side": "long", "stop_loss": "47", "account": account_in_use},
    ("POST", "/journal/{code}/lines/"): {"kind": "dividend", "amount": "5", "on": "2026-03-03"},
    ("POST", "/journal/{code}/splits/"): {"new": "2", "old": "1", "at": "2026-11-02T10:00"},
    ("POST", "/journal/{code}/checklist/"): {"step": "looked at the news", "done": "0"},
    ("PATCH", "/api/trades/{code}"): {"notes": "looked at again"},
    ("POST", "/api/trades/{code}/fills"): FILL,
    ("PATCH", "/api/trades/{code}/fills/{number}"): {"fee": "1"},
    ("POST", "/api/trades/{code}/split"): {"at": NOW, "new": 2, "old": 1},
    ("PATCH", "/api/portfolio/accounts/{code}"): {"name": "Savings"},
    ("POST", "/api/portfolio/accounts/{code}/cash-flows"): {"kind": "deposit", "amount": "100", "on": "2026-01-05"},
    ("POST", "/watchlist/{ticker}/"): {"reason": "near its level", "alert_threshold_pct": "2"},
    ("PATCH", "/api/watchlist/{ticker}"): {"reason": "near its level"},
    ("POST", "/alerts/{code}/"): {
        "kind": "price",
        "scope": "symbol",
        "symbol": "S0",
        "interval": "1day",
        "params.level": "2",
    },
    ("PUT", "/api/alerts/update/{code}"): {"kind": "price", "symbol": "S0", "params": {"level": 2}},
}
