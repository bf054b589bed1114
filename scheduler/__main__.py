"""``python -m scheduler``: runs the jobs until SIGTERM or Ctrl-C."""

import logging
import os
import signal
import socket
import sys
from typing import Any

from apscheduler.schedulers.blocking import BlockingScheduler

from portal import clock, create_app
from portal.config import ConfigurationError
from scheduler import jobs


def main() -> None:
    """Start the scheduler; a running job finishes before the process ends."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    try:
        app = create_app()
    except ConfigurationError as problem:
        sys.exit(str(problem))
    holder = f"{socket.gethostname()[:50]}:{os.getpid()}"
    scheduler = BlockingScheduler(timezone=clock.HALL, job_defaults={"coalesce": True, "max_instances": 1})
    for job in jobs.JOBS:
        scheduler.add_job(
            jobs.run,
            "interval",
            args=(app, job, holder),
            seconds=job.seconds,
            id=job.name,
            misfire_grace_time=job.seconds,
        )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    try:
        scheduler.start()
    except (KeyboardInterrupt, SystemExit):
        scheduler.shutdown(wait=True)
        jobs.release(app, holder)


def _stop(number: int, frame: Any) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    main()
