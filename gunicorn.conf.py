"""How gunicorn serves the portal: threads for streams, connections balanced over the workers.

Environment: PORT (8000), WEB_BIND (127.0.0.1), WEB_WORKERS (2), WEB_THREADS (320), WEB_ACCESS_LOG (a file, `-` for
standard output; off by default because addresses and paths are personal data).
"""

import os
import signal
import socket

bind = f"{os.environ.get('WEB_BIND', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
# Every stream holds a thread while it is open. Each worker has more threads than *all* screens and windows together, so
# that even if one worker gets them all its pages still answer; an idle thread costs a few pages of memory.
threads = int(os.environ.get("WEB_THREADS", "320"))
# What exceeds the threads is how many idle connections a worker keeps open between two requests: with threads + 1 that is a
# single one, and every other browser has to connect anew for each request.
worker_connections = threads + 256
keepalive = 5
timeout = 60
# Streams never end by themselves, so a stop waits for pages only this long; the browser reconnects.
graceful_timeout = 3
# A worker that is replaced after so many requests would cut its streams: none is.
max_requests = 0
preload_app = False
reuse_port = True
accesslog = os.environ.get("WEB_ACCESS_LOG")
errorlog = "-"
loglevel = os.environ.get("WEB_LOG_LEVEL", "warning")
forwarded_allow_ips = os.environ.get("WEB_FORWARDED_ALLOW_IPS", "127.0.0.1")

BACKLOG = 512


def when_ready(server):
    """Keep the port reserved by the master but let only the workers listen.

    On one shared listening socket whichever worker wakes first takes the connection: 3 against 17, 89 against 211. With a
    listening socket per worker the kernel spreads connections by hashing their addresses. The master's own socket would get
    its share too and never answer, therefore it stops listening; it stays bound, which keeps the port.
    """
    for listener in server.LISTENERS:
        if listener.sock.family != socket.AF_UNIX:
            listener.sock.shutdown(socket.SHUT_RDWR)


def post_fork(server, worker):
    """Give the worker a listening socket of its own on the master's address."""
    worker.sockets = [_own(listener) for listener in worker.sockets]


def post_worker_init(worker):
    """End the streams as soon as the worker is told to stop: the server itself would wait for them in vain."""
    stop_streams = worker.wsgi.extensions["portal_stream"].stop
    stop_serving = signal.getsignal(signal.SIGTERM)

    def stop(number, frame):
        stop_streams()
        stop_serving(number, frame)

    signal.signal(signal.SIGTERM, stop)
    signal.siginterrupt(signal.SIGTERM, False)


def _own(listener):
    if listener.sock.family == socket.AF_UNIX:
        return listener
    own = socket.socket(listener.sock.family, socket.SOCK_STREAM)
    own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    # accepted connections inherit it; without it a page's body waits 40 ms for the receipt of its head
    own.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    own.bind(listener.sock.getsockname())
    own.listen(BACKLOG)
    own.setblocking(False)
    return own
