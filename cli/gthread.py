"""A threaded gunicorn worker that slow clients cannot starve. It knows sockets and seconds, and nothing of Addenda.

It stands on internals of gunicorn 27.0: the names it overrides are pinned by tests/cli/test_gthread.py.

- A head (request line and headers) is gathered by the poller; no thread waits for one. It must be whole in 10 s.
- A body may pause for 30 s, and must give 1 KiB for each second that it makes a thread wait beyond the first 30.
- Up to 16 MiB of a body that was refused unread are taken and dropped: most clients read no answer before they have sent
  all of it, and the answer said that the connection is kept.
- A thread that has answered waits a moment for the client's next request: busy clients need not go through the main loop.
- The lingering close of a connection happens in the thread, not in the main loop, which it would hold for 2 s.
"""

from __future__ import annotations

import errno
import re
import select
import selectors
import socket
import time
from functools import partial
from typing import Any

from gunicorn.http.errors import LimitRequestHeaders
from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers.gthread import TConn, ThreadWorker

HEAD_SECONDS = 10.0
HEAD_BYTES = 64 * 1024
PAUSE_SECONDS = 30.0
LOWEST_RATE = 1024  # bytes a second, while we wait
LINGER_SECONDS = 2.0
LINGER_BYTES = 16 * 1024 * 1024
DOOR_SECONDS = 0.0002  # for each connection it has, up to five, a worker lets the others be first at the door
NEXT_MILLISECONDS = 2  # that a thread waits for the next request of the client it has just answered

_NO_CLIENT = {errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK}
_NO_DESCRIPTOR = {errno.EMFILE, errno.ENFILE}
_END_OF_HEAD = re.compile(rb"\n\r?\n")


class PatientUnreader(SocketUnreader):  # type: ignore[misc] # gunicorn has no types
    """Reads the bytes of one request; a client that keeps us waiting for too little is cut off."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock)
        self.begin()

    def begin(self) -> None:
        """Forget what earlier requests on this connection took."""
        self._waited = 0.0
        self._received = 0

    def chunk(self, size_hint: int | None = None) -> bytes:
        """Return the next bytes; raise TimeoutError after 30 s without one, or below the lowest rate."""
        started = time.monotonic()
        data: bytes = super().chunk(size_hint)
        self._waited += time.monotonic() - started
        self._received += len(data)
        if data and self._received < (self._waited - PAUSE_SECONDS) * LOWEST_RATE:
            raise TimeoutError("the client sends too slowly")
        return data


class PatientConnection(TConn):  # type: ignore[misc] # gunicorn has no types
    """A connection that gathers the head of a request before a thread takes it."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.head = bytearray()
        self.ended = False

    def has_head(self) -> bool:
        """Take what has arrived, without waiting; tell whether a thread can now answer or close the connection."""
        if self.parser is not None:
            self.head += self.parser.unreader.take_buffered()
        if not self._is_settled():
            self._gather()
        return self._is_settled()

    def has_next(self) -> bool:
        """Wait a moment for the next request; tell whether its head is whole, or the client gone."""
        waiting = select.poll()
        waiting.register(self.sock, select.POLLIN)
        is_read_ahead = bool(self.parser.unreader.buf.getvalue())
        return bool(is_read_ahead or waiting.poll(NEXT_MILLISECONDS)) and self.has_head()

    def init(self) -> None:
        """Prepare the parser in the thread: hand it the head, and bound the waiting for what follows."""
        super().init()
        self.sock.settimeout(PAUSE_SECONDS)
        if not isinstance(self.parser.unreader, PatientUnreader):
            self.parser.unreader = PatientUnreader(self.sock)
        self.parser.unreader.begin()
        self.parser.unreader.unread(bytes(self.head))
        too_long = not _END_OF_HEAD.search(self.head) and len(self.head) > HEAD_BYTES
        self.head.clear()
        if too_long:
            raise LimitRequestHeaders("the head of the request is too long")

    def drops_rest(self) -> bool:
        """Take and drop what is left of the body; False where that is too much, too slow, or damaged.

        gunicorn does so as well, in pieces of 1 KiB: too slowly for more than it takes by itself, which is 64 KiB.
        """
        body, left, deadline = self.parser.mesg.body, LINGER_BYTES, time.monotonic() + LINGER_SECONDS
        if getattr(body, "failed", False):
            return False
        try:
            while left > 0 and (remaining := deadline - time.monotonic()) > 0:
                self.sock.settimeout(remaining)
                dropped = len(body.read(64 * 1024))
                if not dropped:
                    return True
                left -= dropped
        except TimeoutError:
            return False
        finally:
            self.sock.settimeout(PAUSE_SECONDS)
        return False

    def close(self, graceful: bool = False) -> None:
        """Close the connection, once."""
        if self.sock.fileno() != -1:
            super().close(graceful)

    def _gather(self) -> None:
        self.sock.setblocking(False)
        try:
            data = self.sock.recv(HEAD_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        self.head += data
        self.ended = not data

    def _is_settled(self) -> bool:
        # An empty line may precede a request; it ends no head.
        whole = _END_OF_HEAD.search(self.head.lstrip(b"\r\n"))
        return self.ended or whole is not None or len(self.head) > HEAD_BYTES


class PatientWorker(ThreadWorker):  # type: ignore[misc] # gunicorn has no types
    """gunicorn's threaded worker, with deadlines."""

    def accept(self, listener: socket.socket) -> None:
        """Take a new connection into the poller; with no descriptor left, let some close first."""
        if self.cfg.workers > 1:
            time.sleep(DOOR_SECONDS * min(self.nr_conns, 5))
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno in _NO_DESCRIPTOR:
                self.log.warning("Too many open files; new connections wait")
                time.sleep(0.1)
            elif error.errno not in _NO_CLIENT:
                raise
            return
        self.nr_conns += 1
        self.enqueue_req(PatientConnection(self.cfg, client, address, listener.getsockname()))

    def enqueue_req(self, conn: PatientConnection) -> None:
        """Give a connection to a thread once its head is whole; until then the poller keeps it, for 10 s."""
        if conn.has_head():
            conn.data_ready = True
            super().enqueue_req(conn)
            return
        conn.timeout = time.monotonic() + HEAD_SECONDS
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def on_pending_socket_readable(self, conn: PatientConnection, client: socket.socket) -> None:
        """Take more of a head; its deadline stays what it was."""
        if conn.has_head():
            super().on_pending_socket_readable(conn, client)

    def handle(self, conn: PatientConnection) -> object:
        """Answer in a thread, go on while the client does and nobody waits for a thread; close there what is not kept."""
        kept: object = super().handle(conn)
        while kept and self.alive and self.nr_conns <= self.cfg.threads and conn.has_next():
            kept = super().handle(conn)
        if not kept:
            conn.close(graceful=True)
        return kept

    def _keepalive_after(self, conn: PatientConnection, keepalive: object) -> bool:
        """Tell whether the next request may come on this connection, once the body of this one is out of the way."""
        return bool(keepalive and conn.drops_rest() and super()._keepalive_after(conn, keepalive))

    def _cap_keepalive(self, deadline: float) -> None:
        # Called when the worker stops: who has not sent a whole head by then is not waited for.
        super()._cap_keepalive(deadline)
        for conn in self.pending_conns:
            conn.timeout = min(conn.timeout, deadline)
