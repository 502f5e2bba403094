"""Who may go where: every address with its kind. `test_access.py` walks the URL configuration and compares.

A line says: kind, scope that a key needs to change something (reading always needs `read`; `-`: no key will do), methods, address.

    public     anybody, and who asks is not even looked at
    anyone     strangers too; what they see may depend on who asks
    person     whoever has signed in: their own things, or those that all people here share
    owner      the one it belongs to; for everybody else it does not exist (404). Needs a line in `examples`
    hers       a thing of one person that others may see if its owner said so; here she did not, so for them there is none (404)
    moderator  moderators and admins; other people are refused (403)
    gate       the administration's sign-in, which it has not: strangers are led to the one there is, others are refused
    desk       the administration: moderators and admins; everybody else is led to its sign-in page
    head       the administration: admins only
    closed     what the administration does not do, nor show, for anybody
    nothing    of the administration: an address without a page

An address may have several lines, each with its methods. "In" means that the person got past the door: an empty form may still be
refused as one.
"""

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

gate       -        GET POST               /admin/login/
anyone     -        POST                   /admin/logout/
desk       -        GET                    /admin/password_change/
desk       -        GET                    /admin/password_change/done/
desk       -        GET                    /admin/
desk       -        GET                    /admin/{app_label}/
nothing    -        GET POST               /admin/{anything}
closed     -        GET                    /admin/autocomplete/
desk       -        GET                    /admin/jsi18n/
nothing    -        GET                    /admin/r/{content_type_id}/{object_id}/
desk       -        GET POST               /admin/accounts/user/
head       -        GET POST               /admin/accounts/user/add/
desk       -        GET                    /admin/accounts/user/{object_id}/
desk       -        GET                    /admin/accounts/user/{object_id}/change/
closed     -        POST                   /admin/accounts/user/{object_id}/change/
closed     -        GET POST               /admin/accounts/user/{object_id}/delete/
desk       -        GET                    /admin/accounts/user/{object_id}/history/
desk       -        GET POST               /admin/accounts/apikey/
closed     -        GET POST               /admin/accounts/apikey/add/
desk       -        GET                    /admin/accounts/apikey/{object_id}/
desk       -        GET                    /admin/accounts/apikey/{object_id}/change/
closed     -        POST                   /admin/accounts/apikey/{object_id}/change/
closed     -        GET POST               /admin/accounts/apikey/{object_id}/delete/
desk       -        GET                    /admin/accounts/apikey/{object_id}/history/
desk       -        GET POST               /admin/accounts/auditevent/
closed     -        GET POST               /admin/accounts/auditevent/add/
desk       -        GET                    /admin/accounts/auditevent/{object_id}/
desk       -        GET                    /admin/accounts/auditevent/{object_id}/change/
closed     -        POST                   /admin/accounts/auditevent/{object_id}/change/
closed     -        GET POST               /admin/accounts/auditevent/{object_id}/delete/
desk       -        GET                    /admin/accounts/auditevent/{object_id}/history/
desk       -        GET POST               /admin/patterns/instrument/
head       -        GET POST               /admin/patterns/instrument/add/
desk       -        GET                    /admin/patterns/instrument/{object_id}/
desk       -        GET                    /admin/patterns/instrument/{object_id}/change/
head       -        POST                   /admin/patterns/instrument/{object_id}/change/
head       -        GET POST               /admin/patterns/instrument/{object_id}/delete/
desk       -        GET                    /admin/patterns/instrument/{object_id}/history/
desk       -        GET POST               /admin/patterns/universe/
head       -        GET POST               /admin/patterns/universe/add/
desk       -        GET                    /admin/patterns/universe/{object_id}/
desk       -        GET                    /admin/patterns/universe/{object_id}/change/
head       -        POST                   /admin/patterns/universe/{object_id}/change/
head       -        GET POST               /admin/patterns/universe/{object_id}/delete/
desk       -        GET                    /admin/patterns/universe/{object_id}/history/
desk       -        GET POST               /admin/patterns/universemember/
head       -        GET POST               /admin/patterns/universemember/add/
desk       -        GET                    /admin/patterns/universemember/{object_id}/
desk       -        GET                    /admin/patterns/universemember/{object_id}/change/
head       -        POST                   /admin/patterns/universemember/{object_id}/change/
head       -        GET POST               /admin/patterns/universemember/{object_id}/delete/
desk       -        GET                    /admin/patterns/universemember/{object_id}/history/
desk       -        GET POST               /admin/patterns/scan/
closed     -        GET POST               /admin/patterns/scan/add/
desk       -        GET                    /admin/patterns/scan/{object_id}/
desk       -        GET                    /admin/patterns/scan/{object_id}/change/
head       -        POST                   /admin/patterns/scan/{object_id}/change/
head       -        GET POST               /admin/patterns/scan/{object_id}/delete/
desk       -        GET                    /admin/patterns/scan/{object_id}/history/
desk       -        GET POST               /admin/patterns/patternmatch/
closed     -        GET POST               /admin/patterns/patternmatch/add/
desk       -        GET                    /admin/patterns/patternmatch/{object_id}/
desk       -        GET                    /admin/patterns/patternmatch/{object_id}/change/
closed     -        POST                   /admin/patterns/patternmatch/{object_id}/change/
head       -        GET POST               /admin/patterns/patternmatch/{object_id}/delete/
desk       -        GET                    /admin/patterns/patternmatch/{object_id}/history/
"""

SOCKETS = """
person     ws/live
nobody     (anything else)
"""
