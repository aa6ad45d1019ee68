"""The SIP process as a whole: built of its parts, one turn of its loop at a time."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from contextlib import suppress

from drivers.cards.card_wire import blocks_path, socket_path
from drivers.ports import Clock
from drivers.signalling import ShowMessageCount, ShowUse
from drivers.sip import events as sip
from drivers.sip.audio_source import audio_sources
from drivers.sip.blocks import Blocks
from drivers.sip.endpoint import Endpoint
from drivers.sip.errors import SipError
from firmware.config.schema import Sip
from firmware.protocol.box_secret import box_secret
from firmware.protocol.heartbeat import Heartbeat
from firmware.protocol.places import Places
from firmware.protocol.status_file import StatusFile
from firmware.sip.authenticator import Authenticator
from firmware.sip.bindings import Bindings
from firmware.sip.bindings_file import Keeper, load
from firmware.sip.channel import Channel
from firmware.sip.credentials import FOLDER, Credentials, stranger
from firmware.sip.desk import Desk
from firmware.sip.digest import realm_of
from firmware.sip.guard import Guard
from firmware.sip.link import Connected, Link
from firmware.sip.looking_up import LookUps
from firmware.sip.nonces import Nonces
from firmware.sip.office import InviteJudge, Office
from firmware.sip.phone import Contact, Phone
from firmware.sip.plan import SipPlan
from firmware.sip.registrar import Registrar
from firmware.sip.status import SipStatus
from firmware.sip.trunk_watch import STATUS_BYTES, STATUS_NAME, TrunksStatus
from firmware.sip.trunks import Trunks
from firmware.sip.watchers import Watchers

ROLE = "sip"
SECRET = "sip-key"  # noqa: S105 - the name of the key, not the key
IDLE_US = 200_000
SECOND_US = 1_000_000
FIRST_REQUEST = 1
"""Requests of ours are numbered from here."""


class SipProcess:
    """Everything the process holds. Construct, `start`, `step` again and again, `close`."""

    def __init__(self, places: Places, plan: SipPlan, settings: Sip, clock: Clock) -> None:
        """Raises OSError, SipError, ValueError: what the process cannot do without."""
        self._places, self._plan, self._clock = places, plan, clock
        self._heartbeat = Heartbeat(places.beat(ROLE))
        self._status, self._told_us = StatusFile(places.status(ROLE)), 0
        self._trunk_status = StatusFile(places.status(STATUS_NAME), STATUS_BYTES)
        self._blocks = Blocks.make(blocks_path(places.run, plan.settings.legs), plan.settings.legs)
        self.endpoint = Endpoint(plan.settings, self._blocks)
        self.endpoint.start()
        self._dropped = self._bans = 0
        self._requests = FIRST_REQUEST
        self._look_ups = LookUps(self.endpoint.wake.ring)
        self.link = Link(socket_path(places.run), self.endpoint.wake.ring)
        self._build(settings)

    def _build(self, settings: Sip) -> None:
        places, plan, now_us = self._places, self._plan, self._clock.now_us()
        key, realm = box_secret(places.secrets, SECRET), realm_of(plan.box)
        bindings = Bindings(settings.contacts)
        self.trunks = Trunks(plan.trunks, self._host(), self._next_request, self._look_ups)
        self.guard = Guard(
            settings,
            lambda address: bindings.speaks_from(address) or self.trunks.knows(address),
            bindings.is_at,
        )
        credentials = Credentials(places.secrets / FOLDER, realm)
        authenticator = Authenticator(
            realm, credentials, Nonces(key, now_us), self.guard, stranger(key, realm), settings.digests
        )
        own = f"<sip:tipring@{self._host()}>"
        self.registrar = Registrar(settings, authenticator, bindings, self._next_request, own)
        for contact in load(places.run, places.root, now_us):
            bindings.bind(contact.number, [contact], now_us)
        self.desk = Desk(
            endpoint=self.endpoint,
            telephones=self._phones(),
            carriers=self.trunks.carriers,
            channels=self._channels(),
            judge=InviteJudge(authenticator),
            tell=self.link.send,
            talked=self.trunks.watch.talked,
        )
        keeper = Keeper(places.run, places.root)
        ports = {one.number: one.port for one in plan.telephones}
        watchers = Watchers(ports, authenticator, self.endpoint.addresses[0], self._next_request)
        self.office = Office(
            registrar=self.registrar,
            trunks=self.trunks,
            keeper=keeper,
            watchers=watchers,
            requests=self.endpoint.requests,
            desk=self.desk,
            ports=ports,
        )

    def start(self) -> None:
        self.office.start(self._clock.now_us())
        self.link.start()
        gc.collect()
        gc.freeze()
        gc.disable()

    def step(self, patience_us: int = IDLE_US) -> None:
        now_us = self._clock.now_us()
        self._heartbeat.beat(now_us)
        dues = [one for one in (self.office.due_us, self.desk.due_us) if one is not None]
        wait_us = min(patience_us, *(due_us - now_us for due_us in dues), patience_us)
        happened = self.endpoint.step(max(0, wait_us) // 1000)
        now_us = self._clock.now_us()
        for event in happened:
            self._hear(event, now_us)
        self._hear_switch(now_us)
        self.office.due(now_us)
        self.desk.due(now_us)
        if now_us >= self._told_us:
            self._told_us = now_us + SECOND_US
            self._block_banned(now_us)
            self._dropped += sum(one.count for one in self.endpoint.drops.take())
            self._status.write(self.status(now_us))
            self._trunk_status.write(TrunksStatus(now_us, self.trunks.watch.look()))
            gc.collect(0)

    def close(self) -> None:
        """Calls end, what is registered is kept."""
        self.link.close()
        self._look_ups.close()
        self.office.close(self._clock.now_us())
        self.endpoint.stop()
        self._blocks.close()
        self._heartbeat.close()
        self._status.close()
        self._trunk_status.close()
        gc.unfreeze()
        gc.enable()

    def status(self, now_us: int) -> SipStatus:
        link, desk, guard, blocks = self.link, self.desk, self.guard.counts, self._blocks.counts()
        below = self.endpoint.guard.counts()
        bindings = self.registrar.bindings
        return SipStatus(
            at_us=now_us,
            listening=tuple(self.endpoint.addresses),
            switch_up=link.is_up,
            switch_connections=link.connections,
            calls=desk.calls,
            telephones=len(bindings.numbers),
            contacts=len(bindings),
            trunks=self.trunks.up(),
            failed_ports=desk.failed_ports,
            requests=self.endpoint.requests.counts().seen,
            log_in_failures=guard.failures,
            bans=guard.bans,
            unanswered=guard.while_banned
            + guard.over_budget
            + below.over_budget
            + below.over_all
            + below.blocked,
            connections_refused=below.connections_refused,
            foreign_audio=audio_sources().foreign,
            refused_calls=desk.refused,
            dropped=self._dropped,
            garbled_packets=link.garbled,
            unsent=link.unsent,
            misfits=desk.misfits,
            errors=desk.errors + self.office.errors,
            troubles=len(self.endpoint.troubles),
            blocks=blocks.carried,
            late_blocks=blocks.late,
            skipped_blocks=blocks.skipped,
            alone_blocks=blocks.alone,
            turn_us_most=blocks.turn_us_most,
            is_realtime=self.endpoint.legs.is_realtime,
            findings=tuple(self.endpoint.troubles[:3]),
        )

    def _hear(self, event: sip.AnySipEvent, now_us: int) -> None:
        match event:
            case sip.RequestReceived():
                self.office.request(event, now_us)
            case sip.RequestAnswered():
                self.office.answered(event, now_us)
            case _:
                self.desk.hear(event, now_us)

    def _hear_switch(self, now_us: int) -> None:
        for one in self.link.take():
            if isinstance(one, Connected):
                for told in (self.desk.stand(now_us), *self.desk.offers(now_us)):
                    self.link.send(told)
            elif isinstance(one.command, ShowMessageCount | ShowUse):
                self.office.show(one.port, one.command, now_us)
            else:
                self.desk.command(one.port, one.command, now_us)

    def _block_banned(self, now_us: int) -> None:
        """Who is banned is not even parsed from now on."""
        if self.guard.counts.bans == self._bans:
            return
        self._bans = self.guard.counts.bans
        for source, until_us in self.guard.banned(now_us).items():
            with suppress(SipError):  # a name at an address that others use too, or a whole network
                self.endpoint.guard.block(source, max(1, (until_us - now_us) // SECOND_US))

    def _next_request(self) -> int:
        self._requests = self._requests % 0x3FFFFFFF + 1
        return self._requests

    def _host(self) -> str:
        """Where others find the box."""
        return self.endpoint.addresses[0]

    def _contacts(self, number: str) -> Sequence[Contact]:
        now_us = self._clock.now_us()
        host, _, port = self._host().rpartition(":")
        found = self.registrar.contacts(number, now_us)
        return [Contact(one.reach, host.strip("[]"), int(port)) for one in found]

    def _phones(self) -> list[Phone]:
        return [
            Phone(one.port, one.number, self.endpoint.new_number, self._contacts)
            for one in self._plan.telephones
        ]

    def _channels(self) -> dict[str, tuple[Channel, ...]]:
        return {
            name: tuple(Channel(port, self.endpoint.new_number, carrier) for port in carrier.ports)
            for name, carrier in self.trunks.carriers.items()
        }
