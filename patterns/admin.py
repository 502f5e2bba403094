"""The moderator's desk for the market: instruments, universes, scans and what they found. Bars are never shown as bytes here."""

from django.contrib import admin, messages
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone

from legend.lib.errors import LegendError
from patterns.models import Instrument, PatternMatch, Scan, ScanResult, Universe, UniverseMember
from patterns.services.scans import cancel


@admin.register(Instrument)
class InstrumentAdmin(admin.ModelAdmin):
    list_display = ["symbol", "name", "sector", "exchange", "source", "home", "version"]
    list_filter = ["source", "exchange", "sector"]
    list_select_related = ["home"]
    search_fields = ["symbol", "name"]
    readonly_fields = ["source", "version"]
    show_full_result_count = False


@admin.register(UniverseMember)
class MemberAdmin(admin.ModelAdmin):
    """A list of its own: inside a universe's page each of hundreds of rows would ask for its instrument."""

    list_display = ["instrument", "universe", "joined", "left"]
    list_filter = ["universe"]
    list_select_related = ["instrument", "universe"]
    search_fields = ["instrument__symbol"]
    autocomplete_fields = ["instrument", "universe"]


@admin.register(Universe)
class UniverseAdmin(admin.ModelAdmin):
    list_display = ["name", "title", "owner", "benchmark", "instruments", "created_at"]
    list_select_related = ["owner", "benchmark"]
    search_fields = ["name", "title"]
    autocomplete_fields = ["benchmark"]
    raw_id_fields = ["owner"]
    readonly_fields = ["code", "created_at"]
    exclude = ["request_digest"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Universe]:
        return super().get_queryset(request).annotate(size=Count("members__instrument", distinct=True))

    @admin.display(description="instruments", ordering="size")
    def instruments(self, universe: Universe) -> int:
        return universe.size  # type: ignore[attr-defined, no-any-return]  # annotated above


@admin.register(Scan)
class ScanAdmin(admin.ModelAdmin):
    """What was asked, how far it came, what was left out. Nothing is written here but the cancel."""

    list_display = ["created_at", "what", "kind", "interval", "as_of", "status", "progress", "matches", "seconds"]
    list_filter = ["status", "kind", "interval", "universe"]
    list_select_related = ["universe"]
    date_hierarchy = "created_at"
    ordering = ["-id"]
    show_full_result_count = False
    readonly_fields = [
        "code",
        "what",
        "kind",
        "interval",
        "as_of",
        "bars_last_at",
        "status",
        "progress",
        "created_at",
        "started_at",
        "finished_at",
        "ran",
        "asked_by",
        "data_version",
        "skipped",
        "failed",
    ]
    fields = [*readonly_fields]
    actions = ["cancel_scans"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Scan]:
        shown = ScanResult.objects.filter(scan=OuterRef("pk")).order_by().values("scan").annotate(n=Count("pk")).values("n")
        return Scan.objects.with_done().annotate(shown=Subquery(shown))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.display(description="of")
    def what(self, scan: Scan) -> str:
        return str(scan.universe) if scan.universe else ", ".join(scan.symbols[:8]) + (" …" if len(scan.symbols) > 8 else "")

    @admin.display(description="done")
    def progress(self, scan: Scan) -> str:
        return f"{scan.done} / {scan.total}"  # type: ignore[attr-defined]  # annotated above

    @admin.display(description="matches", ordering="shown")
    def matches(self, scan: Scan) -> int:
        return scan.shown or 0  # type: ignore[attr-defined, no-any-return]  # annotated above

    @admin.display(description="seconds")
    def seconds(self, scan: Scan) -> str:
        return f"{(scan.finished_at - scan.started_at).total_seconds():.1f}" if scan.finished_at and scan.started_at else ""

    @admin.display(description="rules")
    def ran(self, scan: Scan) -> str:
        return ", ".join(scan.rules.order_by("detector").values_list("detector", flat=True))

    @admin.display(description="asked by")
    def asked_by(self, scan: Scan) -> str:
        names = scan.requests.select_related("user").order_by("pk")
        return ", ".join(str(request.user or "the timetable") + (" (withdrawn)" if request.withdrawn_at else "") for request in names)

    @admin.action(description="Cancel the chosen scans", permissions=["change"])
    def cancel_scans(self, request: HttpRequest, queryset: QuerySet[Scan]) -> None:
        for scan in queryset:
            try:
                cancel(code=scan.code, now=timezone.now())
            except LegendError as refusal:
                self.message_user(request, f"{scan}: {refusal.detail}", messages.WARNING)
            else:
                self.message_user(request, f"{scan}: cancelled.")


@admin.register(PatternMatch)
class MatchAdmin(admin.ModelAdmin):
    """Found patterns as they were found: levels and scores are never edited."""

    list_display = ["instrument", "pattern", "side", "state", "reason", "score", "known_at", "walked_to", "universe"]
    list_filter = ["state", "pattern", "side", "interval", "universe"]
    list_select_related = ["instrument", "universe"]
    search_fields = ["instrument__symbol", "=code"]
    ordering = ["-id"]
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: PatternMatch | None = None) -> bool:
        return False
