"""`addenda serve`: one parent that prepares the instance and keeps web server and task worker. It answers no request."""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
import threading
import traceback
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from typing import NoReturn

import click

from cli.lifeline import die_with
from cli.output import known_failures
from cli.supervisor import Child, environment, supervise
from core.instance import lock
from core.settings import Settings, SettingsError, load

BACKLOG = 2048
READY_SECONDS = 60.0
CHECKOUT = Path(__file__).resolve().parent.parent


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free port.")
@click.option(
    "--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Processes of the web server."
)
def serve(host: str, port: int, workers: int) -> None:
    """Apply pending migrations and serve until stopped; SIGTERM and Ctrl-C let running requests finish."""
    sys.exit(run(load(), host, port, workers, _prepare))


def run(
    settings: Settings,
    host: str,
    port: int,
    workers: int,
    prepare: Callable[[Settings], str | None],
    factory: str = "app:create_app",
) -> int:
    """Serve an instance until a signal; `prepare` gets it ready first and may return the set-up code. Return the status.

    Raises SettingsError, InstanceError or ClickException for what keeps it from starting.
    """
    _refuse_unnamed_hosts(host, settings)
    os.umask(0o077)
    with lock(settings.instance) as held, _bound(host, port) as listener:
        address = _address(listener)
        code = prepare(settings)
        _listen(listener, address)
        children = _children(factory, listener.fileno(), workers, held)
        lines = _welcome(settings.base_url or address, address, code)
        announce = threading.Thread(target=_announce, args=(listener.getsockname(), lines), daemon=True)
        return supervise(children, CHECKOUT, environment(settings.instance), announce.start)


def _prepare(settings: Settings) -> str | None:
    """Get the instance ready in a process of its own, and return what it has to say.

    What that takes of memory is given back at its end, and the parent stays small.
    """
    reading, writing = os.pipe()
    parent, child = os.getpid(), os.fork()
    if child == 0:
        _prepare_and_exit(settings, parent, writing)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as told:
        words = told.read()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status != 0:
        sys.exit(status if status > 0 else 1)
    return words or None


def _prepare_and_exit(settings: Settings, parent: int, telling: int) -> NoReturn:
    status = 1
    try:
        die_with(parent)
        with known_failures(), os.fdopen(telling, "w", encoding="utf-8") as told:
            from cli.startup import prepare  # noqa: PLC0415 - the parent never loads the application

            told.write(prepare(settings) or "")
        status = 0
    except click.ClickException as error:
        error.show()
    except Exception:  # noqa: BLE001 - the top of this process; the parent learns the status alone
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _children(factory: str, listener: int, workers: int, held: int) -> list[Child]:
    # Both inherit the lock: the instance is free again when the last of its processes is gone, not before.
    parent = str(os.getpid())
    web = [sys.executable, "-m", "cli.gunicorn_app", factory, str(listener), str(workers), parent]
    tasks = [sys.executable, "-m", "cli.worker", factory, parent]
    return [Child("web server", web, (listener, held)), Child("task worker", tasks, (held,))]


def _refuse_unnamed_hosts(host: str, settings: Settings) -> None:
    if settings.trusted_hosts or _is_loopback(host):
        return
    raise SettingsError(f"ADDENDA_TRUSTED_HOSTS: must name the hosts that requests may carry, to serve on {host}")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _bound(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise click.ClickException(f"cannot serve on {host}: {error.strerror}") from error
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(place)
    except OSError as error:
        listener.close()
        raise click.ClickException(f"cannot serve on {host} port {port}: {error.strerror}") from error
    return listener


def _listen(listener: socket.socket, address: str) -> None:
    try:
        listener.listen(BACKLOG)
    except OSError as error:  # somebody else took the port while the instance was prepared
        raise click.ClickException(f"cannot serve on {address}: {error.strerror}") from error


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _welcome(shown: str, address: str, code: str | None) -> str:
    ready = f"Addenda is ready on {address}"
    if code is None:
        return ready
    return f"{ready}\nThere is no account yet. Make the first administrator at {shown}/setup with the code {code}"


def _announce(place: tuple[str, int], lines: str) -> None:
    # Any answer will do: the request waits in the backlog until a worker has loaded the application.
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(place[0], place[0])  # noqa: S104 - compared, not bound
    connection = HTTPConnection(host, place[1], timeout=READY_SECONDS)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse().read()
    except OSError:
        return  # the supervisor says what ended
    finally:
        connection.close()
    click.echo(lines)
