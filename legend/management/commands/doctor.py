"""`manage.py doctor`: what is configured, reachable, missing, and what to do."""

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from legend.doctor import examine
from legend.telemetry.health import Finding


class Command(BaseCommand):
    help = "Say what is configured, reachable and missing, and what to do. Exit code 1 if something needed is broken."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *, format: str, **options: Any) -> None:
        findings = list(examine())
        broken = [finding for finding in findings if finding.is_broken]
        if format == "json":
            self.stdout.write(json.dumps({"ok": not broken, "findings": [asdict(finding) for finding in findings]}, indent=2))
        else:
            for finding in findings:
                mark = (
                    self.style.SUCCESS("ok") if finding.ok else self.style.ERROR("broken") if finding.needed else self.style.WARNING("note")
                )
                self.stdout.write(f"{mark:>6}  {finding.name:<12} {finding.detail}")
                if not finding.ok and finding.advice:
                    self.stdout.write(f"{'':>20} → {finding.advice}")
            self.stdout.write("Something needed is broken." if broken else "All that is needed is there.")
        if broken:
            sys.exit(1)

    def mark(self, finding: Finding) -> str:
        if finding.ok:
            return self.style.SUCCESS("    ok")
        return self.style.ERROR("broken") if finding.needed else self.style.WARNING("  note")
