"""Jobs as the jobs process is told them, over the order socket: secrets go here, and nowhere else."""

from __future__ import annotations

from firmware.engine.engine import Engine
from firmware.engine.ivr.job_state import Job
from firmware.protocol.order_format import JobWanted
from firmware.protocol.order_server import Client, OrderServer


class JobBoard:
    """One listener at a time, the newest. Who comes anew is told all that is open; its number makes that harmless."""

    def __init__(self, server: OrderServer) -> None:
        self._server = server
        self._client: Client | None = None
        self._request = self._told = 0

    def subscribe(self, client: Client, request: int, engine: Engine) -> None:
        self._client, self._request, self._told = client, request, 0
        self.tell(engine)

    def tell(self, engine: Engine) -> None:
        """What was asked since the last time."""
        client, made = self._client, engine.state.jobs_made
        if client is None or made <= self._told:
            return
        if not client.open:
            self._client = None
            return
        for job in engine.state.jobs.values():
            if job.id > self._told:
                self._server.answer(client, self._wanted(job, engine))
        self._told = made

    def _wanted(self, job: Job, engine: Engine) -> JobWanted:
        secrets = {name: engine.secret(handle) for name, handle in job.hidden}
        known = {name: digits for name, digits in secrets.items() if digits}
        lost = tuple(name for name in secrets if name not in known)
        what, version = dict(job.what) | known, engine.config_version
        return JobWanted(
            self._request, job.id, job.kind, job.name, job.until_us, version, job.call, what, lost
        )
