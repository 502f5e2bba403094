"""Addresses of the market under /api/; fixed words come before names."""

from django.urls import path

from . import analysis, charts, detection, evidence, results, saved_rules, scans, universes

app_name = "patterns-api"
urlpatterns = [
    path("patterns/detect", detection.Detect.as_view(), name="detect"),
    path("patterns/catalog", detection.Catalog.as_view(), name="catalog"),
    path("patterns/evidence", evidence.EvidenceOfUniverse.as_view(), name="evidence"),
    path("patterns/evidence/<uuid:code>", evidence.OneEvidence.as_view(), name="one-evidence"),
    path("patterns/saved", saved_rules.SavedRules.as_view(), name="saved-rules"),
    path("patterns/saved/<uuid:code>", saved_rules.OneSavedRule.as_view(), name="saved-rule"),
    path("patterns/health", detection.Health.as_view(), name="health"),
    path("charts/data", charts.ChartData.as_view(), name="chart-data"),
    path("charts/image", charts.ChartImage.as_view(), name="chart-image"),
    path("analyze", analysis.Analyze.as_view(), name="analyze"),
    path("advanced/trendlines", analysis.TrendLines.as_view(), name="trendlines"),
    path("advanced/fibonacci", analysis.Fibonacci.as_view(), name="fibonacci"),
    path("advanced/levels", analysis.Levels.as_view(), name="levels"),
    path("advanced/candlesticks", analysis.Candlesticks.as_view(), name="candlesticks"),
    path("advanced/comprehensive", analysis.Comprehensive.as_view(), name="comprehensive"),
    path("multitimeframe/analyze", analysis.MultiTimeframe.as_view(), name="multitimeframe"),
    path("scan/universe", scans.ScanUniverse.as_view(), name="scan-universe"),
    path("scan/custom", scans.ScanSymbols.as_view(), name="scan-custom"),
    path("scan/status", scans.ScanStatus.as_view(), name="scan-status"),
    path("scan/latest", scans.LatestScan.as_view(), name="scan-latest"),
    path("scan/history", scans.ScanHistory.as_view(), name="scan-history"),
    path("scan/<uuid:code>", scans.OneScan.as_view(), name="scan"),
    path("scan/<uuid:code>/results", results.ScanResults.as_view(), name="scan-results"),
    path("top-setups", results.TopSetups.as_view(), name="top-setups"),
    path("universe/list", universes.UniverseList.as_view(), name="universe-list"),
    path("universe/scan", scans.ScanUniverseAgain.as_view(), name="universe-scan"),
    path("universe/custom", universes.OwnLists.as_view(), name="own-lists"),
    path("universe/custom/<uuid:code>", universes.OneOwnList.as_view(), name="own-list"),
    path("universe/<str:name>", universes.OneUniverse.as_view(), name="universe"),
]
