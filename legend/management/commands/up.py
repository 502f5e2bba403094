"""`manage.py up`: from nothing to a served Legend."""

import os
import signal
import socket
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection, connections
from django.db.migrations.executor import MigrationExecutor

from legend.kernels import make_ready
from legend.lib.clients import is_loopback
from legend.lib.errors import LegendError
from legend.lib.registries import first_data
from legend.running import AlreadyRunning, alone
from legend.statics import collect_static


class Command(BaseCommand):
    help = "Prepare what is not prepared yet, then serve: web, and in embedded mode worker and beat in the same process."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *, host: str, port: int, **options: Any) -> None:
        signal.signal(signal.SIGTERM, _as_interrupt)
        name = f"[{host}]" if ":" in host else host
        self.address = f"http://{name}:{port}"
        if settings.NOTHING_CONFIGURED and is_loopback(host):
            settings.SITE_URL = self.address  # links in mails lead to where this one listens
        served = False
        try:
            with ExitStack() as stack:
                if settings.EMBEDDED:
                    stack.enter_context(alone(settings.DATA, self.address))
                listening = stack.enter_context(_bound(host, port))
                self.prepare()
                served = True
                self.serve(host, listening)
        except AlreadyRunning as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            pass
        self.stdout.write("\nStopped.")
        if served:
            # Python would wait for every thread that still computes for a request or a task; rows know what they leave
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(0)

    def prepare(self) -> None:
        """Everything here is quick when it was done before, and may be broken off at any moment."""
        self.step("Database", migrate)
        self.step("Pages", lambda say: say("collected") if collect_static() else None)
        self.step("Kernels", make_ready)
        if settings.EMBEDDED:
            for first in first_data:
                self.step(first.title, first.prepare)
        connections.close_all()

    def step(self, title: str, do: Callable[[Callable[[str], None]], None]) -> None:
        """One line while it runs, with what it says and how long it took. What is refused is said, and Legend starts without."""
        began = time.monotonic()
        progress = _Progress(self.stdout, title)
        try:
            do(progress.say)
        except LegendError as refusal:
            progress.say(refusal.detail)
        progress.end(time.monotonic() - began)

    def serve(self, host: str, listening: socket.socket) -> None:
        """Serve until told to stop."""
        import uvicorn

        from legend.asgi import application

        server = uvicorn.Server(
            uvicorn.Config(
                application,  # type: ignore[arg-type]
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,  # legend.lib.clients reads them, as far as LEGEND_PROXIES says
                timeout_graceful_shutdown=1,
            )
        )
        for number in (signal.SIGINT, signal.SIGTERM):
            # a flag from here on: an exception raised by a handler is lost when it falls into a callback of the interpreter
            signal.signal(number, server.handle_exit)
        with ExitStack() as stack:
            if settings.EMBEDDED:
                from legend.embedded import embedded_tasks

                stack.enter_context(embedded_tasks())
            self.announce(host)
            server.run(sockets=[listening])

    def announce(self, host: str) -> None:
        from accounts.models import User

        self.stdout.write(self.style.SUCCESS(f"\nLegend is at {self.address}"))
        if settings.DEMO or (settings.DEMO is None and settings.NOTHING_CONFIGURED and is_loopback(host)):
            self.stdout.write('To sign in, press "Look around as demo"; an account that may do all: python manage.py createsuperuser')
        elif not User.objects.exists():
            self.stdout.write("To sign in, make an account first: python manage.py createsuperuser")
        if not is_loopback(host) and settings.NOTHING_CONFIGURED:
            self.stdout.write("Other machines reach it once LEGEND_HOSTS names the host they ask for. The demo stays on this one.")
        if not settings.EMBEDDED:
            self.stdout.write("Tasks need processes of their own: celery -A legend worker, celery -A legend beat")
        self.stdout.write("API: /api/docs    Ctrl-C stops it.\n")
        self.stdout.flush()


class _Progress:
    """Rewrites its line in a terminal; in a log it writes one line at the end."""

    def __init__(self, out: Any, title: str) -> None:
        self.out, self.title, self.said = out, title, ""
        self.live = out.isatty()
        if self.live:
            self.out.write(f"  {title} …", ending="\r")
            self.out.flush()

    def say(self, what: str) -> None:
        self.said = what
        if self.live:
            self.out.write(f"\x1b[2K  {self.title}: {what}", ending="\r")
            self.out.flush()

    def end(self, seconds: float) -> None:
        clear = "\x1b[2K" if self.live else ""
        self.out.write(f"{clear}  {self.title}: {self.said or 'ready'} ({seconds:.1f} s)")
        self.out.flush()


def migrate(say: Callable[[str], None]) -> None:
    try:
        executor = MigrationExecutor(connection)
    except OperationalError as error:
        raise CommandError(f"The database does not answer: {error}") from error
    waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if waiting:
        say(f"{waiting} steps")
        call_command("migrate", interactive=False, verbosity=0)
        say(f"{waiting} steps made")


def _bound(host: str, port: int) -> socket.socket:
    """A socket that holds the port from now on. Raises CommandError in plain words."""
    if not 0 < port < 65536:
        raise CommandError(f"{port} is no port; ports are 1 to 65535.")
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    except socket.gaierror as error:
        raise CommandError(f"{host} is no address of this machine.") from error
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        # a second one would otherwise be allowed to bind until the first listens
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise CommandError(
            f"Port {port} of {host} cannot be used ({error.strerror}). Another one: manage.py up --port {port + 1}"
        ) from error
    return listening


def _as_interrupt(*_: Any) -> None:
    raise KeyboardInterrupt
