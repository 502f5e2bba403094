"""Who may go where: every address with its kind. `test_access.py` walks the URL configuration and compares.

A line says: kind, scope that a key needs to change something (reading always needs `read`; `-`: no key will do), methods, address.

    public     anybody, and who asks is not even looked at
    anyone     strangers too; what they see may depend on who asks
    person     whoever has signed in: their own things, or those that all people here share
    owner      the one it belongs to; for everybody else it does not exist (404). Needs a line in `examples`
    hers       a thing of one person that others may see if its owner said so; here she did not, so for them there is none (404)
    moderator  moderators and admins; other people are refused (403)
    desk       the admin's pages: staff; everybody else is led to its sign-in page

An address may have several lines, each with its methods. "In" means that the person got past the door: an empty form may still be
refused as one.
"""

from accounts.models import User

ROUTES = """
public     -        GET                    /healthz
public     -        GET                    /readyz
public     -        GET                    /favicon.ico
public     -        GET                    /api/schema
public     -        GET                    /api/docs

anyone     -        GET                    /
anyone     -        GET POST               /sign-in
anyone     -        POST                   /sign-in/demo
anyone     -        POST                   /sign-out
anyone     -        GET POST               /sign-up
anyone     -        GET POST               /confirm/{code}
anyone     -        GET POST               /forgot-password
anyone     -        GET POST               /reset-password/{code}
person     -        GET POST               /settings/password
person     -        GET POST               /settings/address
public     -        POST                   /api/auth/register
public     -        POST                   /api/auth/verify-email
public     -        POST                   /api/auth/refresh-token
public     -        POST                   /api/auth/request-password-reset
public     -        POST                   /api/auth/reset-password
person     -        POST                   /api/auth/change-password
public     -        POST                   /api/auth/login
anyone     -        POST                   /api/auth/logout
person     -        GET POST               /api/auth/api-keys
owner      -        DELETE                 /api/auth/api-keys/{code}
person     -        GET                    /settings/
person     -        GET POST               /settings/profile
person     -        POST                   /settings/profile/picture
person     -        POST                   /settings/profile/picture/remove
person     -        GET POST               /settings/privacy
person     -        GET POST               /settings/preferences
person     -        GET POST               /settings/notifications
person     -        POST                   /settings/look
person     -        POST                   /settings/first-steps/hide
person     -        GET POST               /settings/keys
owner      -        POST                   /settings/keys/{code}/revoke
person     -        GET                    /settings/sessions
person     -        POST                   /settings/sessions/end
owner      -        POST                   /settings/sessions/{code}/end
owner      -        POST                   /settings/clients/{code}/end
person     read     GET                    /api/users/me
person     -        PUT PATCH DELETE       /api/users/me
person     -        POST                   /api/users/me/reopen
person     -        GET POST               /api/users/me/export
owner      -        GET                    /api/users/me/export/{code}
person     -        GET POST               /settings/export
owner      -        GET                    /settings/export/{code}
person     -        GET POST               /settings/close
person     -        POST                   /settings/close/undo
person     read     GET                    /api/users/me/settings
person     -        POST                   /api/users/me/settings
hers       -        GET                    /people/{username}/avatar

person     -        GET POST               /scanner/
owner      -        POST                   /scanner/{code}/cancel/
owner      -        GET                    /scanner/{code}/{match}/
person     -        GET                    /lab/
person     -        POST                   /lab/save/
owner      -        POST                   /lab/own/{code}/rename/
owner      -        POST                   /lab/own/{code}/delete/
person     -        GET                    /symbols/
person     -        GET                    /symbols/{symbol}/
person     -        GET                    /symbols/{symbol}/context/
anyone     -        GET                    /patterns/
anyone     -        GET                    /patterns/{name}/
anyone     -        GET                    /help/data/
person     read     POST                   /api/patterns/detect
anyone     read     GET                    /api/patterns/catalog
anyone     read     GET                    /api/patterns/health
person     scan     GET POST               /api/patterns/evidence
person     read     GET                    /api/patterns/evidence/{code}
person     scan     GET POST               /api/patterns/saved
owner      scan     GET PATCH DELETE       /api/patterns/saved/{code}
person     read     GET                    /api/charts/data
person     read     GET                    /api/charts/image
person     read     GET                    /api/analyze
person     read     GET                    /api/advanced/trendlines
person     read     GET                    /api/advanced/fibonacci
person     read     GET                    /api/advanced/levels
person     read     GET                    /api/advanced/candlesticks
person     read     GET                    /api/advanced/comprehensive
person     read     POST                   /api/multitimeframe/analyze
person     scan     POST                   /api/scan/universe
person     scan     POST                   /api/scan/custom
owner      read     GET                    /api/scan/status
person     read     GET                    /api/scan/latest
person     read     GET                    /api/scan/history
owner      scan     GET DELETE             /api/scan/{code}
owner      read     GET                    /api/scan/{code}/results
person     read     GET                    /api/top-setups
person     read     GET                    /api/universe/list
person     scan     POST                   /api/universe/scan
person     scan     GET POST               /api/universe/custom
owner      scan     GET PUT DELETE         /api/universe/custom/{code}
person     read     GET                    /api/universe/{name}

person     -        GET                    /journal/
person     -        GET POST               /journal/new/
person     -        GET                    /journal/new/size/
person     -        GET                    /journal/risk/
person     -        GET                    /journal/risk/{kind}/
person     -        POST                   /journal/discreet/
person     -        GET POST               /journal/import/
owner      -        GET                    /journal/import/{code}/
owner      -        GET POST               /journal/import/{code}/undo/
person     -        POST                   /journal/examples/
person     -        GET POST               /journal/accounts/
owner      -        GET POST               /journal/accounts/{code}/
owner      -        POST                   /journal/accounts/{code}/opening/
person     -        GET                    /journal/fills/{symbol}/
owner      -        GET                    /journal/pictures/{code}/
owner      -        POST                   /journal/pictures/{code}/delete/
owner      -        GET                    /journal/{code}/
owner      -        POST                   /journal/{code}/close/
owner      -        POST                   /journal/{code}/enter/
owner      -        POST                   /journal/{code}/change/
owner      -        POST                   /journal/{code}/delete/
owner      -        POST                   /journal/{code}/picture/
owner      -        POST                   /journal/{code}/fills/{number}/
owner      -        POST                   /journal/{code}/facts/
owner      -        POST                   /journal/{code}/lines/
owner      -        POST                   /journal/{code}/splits/
owner      -        POST                   /journal/{code}/checklist/
person     journal  POST                   /api/trades/create
person     journal  POST                   /api/trades/close
person     journal  GET                    /api/trades/open
person     journal  GET                    /api/trades/closed
person     journal  GET                    /api/trades/statistics
person     journal  GET                    /api/trades/export
person     journal  GET POST               /api/trades/import
owner      journal  GET DELETE             /api/trades/import/{code}
owner      journal  GET PATCH DELETE       /api/trades/{code}
owner      journal  GET POST               /api/trades/{code}/fills
owner      journal  PATCH DELETE           /api/trades/{code}/fills/{number}
owner      journal  GET                    /api/trades/{code}/events
owner      journal  POST DELETE            /api/trades/{code}/split
person     journal  GET                    /api/analytics/performance
person     journal  GET                    /api/analytics/patterns
person     journal  GET                    /api/analytics/calendar
person     journal  GET                    /api/analytics/distribution
person     journal  GET                    /api/analytics/equity
person     journal  GET                    /api/portfolio
person     journal  GET POST               /api/portfolio/accounts
owner      journal  GET PATCH DELETE       /api/portfolio/accounts/{code}
owner      journal  GET POST               /api/portfolio/accounts/{code}/cash-flows
anyone     read     POST                   /api/risk/position-size
anyone     read     POST                   /api/risk/risk-reward
anyone     read     POST                   /api/risk/kelly-criterion
anyone     read     POST                   /api/risk/break-even
anyone     read     POST                   /api/risk/recovery
anyone     read     POST                   /api/risk/plan
person     -        GET POST               /watchlist/
person     -        POST                   /watchlist/move/
person     -        POST                   /watchlist/watch/
owner      -        GET POST               /watchlist/{ticker}/
owner      -        POST                   /watchlist/{ticker}/remove/
person     -        GET POST               /alerts/
person     -        GET                    /alerts/log/
owner      -        GET POST               /alerts/{code}/
owner      -        POST                   /alerts/{code}/switch/
owner      -        POST                   /alerts/{code}/test/
owner      -        POST                   /alerts/{code}/delete/
owner      -        POST                   /alerts/log/{code}/acknowledge/
person     -        GET POST               /notifications/
person     -        GET                    /notifications/bell/
owner      -        GET                    /notifications/{code}/
person     journal  GET PATCH              /api/watchlist
person     journal  POST                   /api/watchlist/add
owner      journal  GET PATCH DELETE       /api/watchlist/{ticker}
owner      journal  DELETE                 /api/watchlist/remove/{ticker}
person     journal  POST                   /api/alerts/create
person     journal  GET                    /api/alerts/list
owner      journal  PUT                    /api/alerts/update/{code}
owner      journal  GET DELETE             /api/alerts/{code}
person     journal  POST                   /api/alerts/test
person     journal  GET                    /api/alerts/log
owner      journal  POST                   /api/alerts/log/{code}/acknowledge
person     social   GET POST DELETE        /api/notifications
"""

SOCKETS = """
person     ws/live
nobody     (anything else)
"""
TRADE_PAGES = ("close", "enter", "change", "delete", "picture", "facts", "lines", "splits", "checklist")


def examples(owner: User) -> dict[str, str]:
    """For each address with a blank: one that exists and, where its kind is `owner`, belongs to this person; with `?…` if it needs that."""
    import io
    from datetime import timedelta
    from zoneinfo import ZoneInfo

    from django.utils import timezone
    from PIL import Image

    from accounts.models import PasswordReset, Session, SignUp, TokenFamily
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
    from trading.services.alerts import create_alert, test_alert
    from trading.services.imports import start_import
    from trading.services.screenshots import add_screenshot
    from trading.services.watchlists import watch
    from trading.tests.factories import create_journal

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
    imported = start_import(owner=owner, text="symbol,date,quantity,price\nXYZ,2026-01-05,1,1", reading=Reading(ZoneInfo("UTC")), now=now)
    picture.seek(0)
    shot = add_screenshot(owner=owner, code=trade.code, file=picture, now=now)
    tell_alerts(event_ids=[event.pk], now=now)
    return {
        "/journal/import/{code}/": f"/journal/import/{imported.code}/",
        "/journal/import/{code}/undo/": f"/journal/import/{imported.code}/undo/",
        "/api/trades/import/{code}": f"/api/trades/import/{imported.code}",
        "/journal/accounts/{code}/": f"/journal/accounts/{account.code}/",
        "/journal/accounts/{code}/opening/": f"/journal/accounts/{account.code}/opening/",
        "/journal/risk/{kind}/": "/journal/risk/kelly/",
        "/journal/fills/{symbol}/": "/journal/fills/ACME/",
        "/journal/pictures/{code}/": f"/journal/pictures/{shot.code}/",
        "/journal/pictures/{code}/delete/": f"/journal/pictures/{shot.code}/delete/",
        "/journal/{code}/": f"/journal/{trade.code}/",
        **{f"/journal/{{code}}/{what}/": f"/journal/{trade.code}/{what}/" for what in TRADE_PAGES},
        "/journal/{code}/fills/{number}/": f"/journal/{trade.code}/fills/1/",
        "/api/trades/{code}": f"/api/trades/{trade.code}",
        "/api/trades/{code}/fills": f"/api/trades/{trade.code}/fills",
        "/api/trades/{code}/fills/{number}": f"/api/trades/{trade.code}/fills/1",
        "/api/trades/{code}/events": f"/api/trades/{trade.code}/events",
        "/api/trades/{code}/split": f"/api/trades/{trade.code}/split",
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
