"""Everything around the box: exchange, lines, telephones and the people, in step with the chips' blocks."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from drivers.countries import profile
from drivers.dsp.caller_id import CallerIdMessage
from drivers.dsp.dtmf import DtmfBank
from drivers.dsp.tones import dtmf
from drivers.ports import TICK_SAMPLES, TICK_US
from firmware.config.expanded import expanded
from firmware.config.layout import port_count
from hwsim.legs.leg_world import LegWorld, leg_rows, without_legs
from hwsim.legs.message_wire import LegEvent, MessageWire
from hwsim.legs.sip_telephone import SipTelephone
from hwsim.places import line_ports, telephone_ports
from hwsim.scenario import BOX_FAULTS, Fault, Scenario
from hwsim.wire import RING_BLOCKS, Wire
from hwsim.world.bell import cadences
from hwsim.world.caller import Caller
from hwsim.world.cast import Cast
from hwsim.world.copper import Copper
from hwsim.world.copper_loop import CopperLoop
from hwsim.world.diary import Diary
from hwsim.world.displays import Displays
from hwsim.world.ear import Ear, Mark, MusicHeard, ToneHeard
from hwsim.world.hearing import Hearing
from hwsim.world.insider import Insider
from hwsim.world.line_circuit import LineCircuit
from hwsim.world.mouth import Mouth
from hwsim.world.outside import Outside
from hwsim.world.party import OutsideParty
from hwsim.world.percepts import (
    Displayed,
    HeardBell,
    HeardMusic,
    HeardTone,
    LampChanged,
    Rang,
    RingingStopped,
)
from hwsim.world.speech import LEVEL_DBM0, Speech
from hwsim.world.tap import Tap
from hwsim.world.telephone import OFF_HOOK_OHM, Telephone
from hwsim.world.timeline import Timeline
from hwsim.world.visitor import Visitor
from hwsim.world.voiceprint import GOODBYE, voiceprint

PHONE_LOSS_DB = 0.5
PHONE_ECHO_DB = 20.0
PHONE_ECHO_MS = 0.5
PHONE_NOISE_DBM0 = -72.0
FLASH_MS = 100
RINGS_FROM_V = 25.0
"""Ringing voltage (peak) at which a bell sounds."""
FEED_RINGING = 4
"""Si321x linefeed code; see `hwsim.wire`."""


class World:
    """`advance(until_us)` does everything due up to that time and renders the blocks that begin by then.

    Scenario time 0 is box time `start_us` (a multiple of 20 ms); everything inside counts scenario time. The
    block that begins then is the next after `wire.blocks[1]`; each is rendered at the instant it begins, from
    what the chips sent in the block before. Events are done at their own time, and seen by the chips at their
    next look (5 ms).
    """

    def __init__(
        self,
        scenario: Scenario,
        wire: Wire,
        seed: int | None = None,
        *,
        start_us: int = 0,
        speech: Speech | None = None,
        diary: Diary | None = None,
        music: Mapping[str, NDArray[np.int16]] | None = None,
        messages: MessageWire | None = None,
    ) -> None:
        """`music` are the tunes people know by ear; without it they recognise none.

        Without `messages`, SIP telephones and trunks are left to the process that speaks SIP.
        """
        scenario = scenario if messages is not None else without_legs(scenario)
        config = expanded(scenario.config)
        self.scenario = scenario
        self.wire = wire
        self.seed = scenario.about.seed if seed is None else seed
        self.ports = port_count(config)
        if wire.ports < self.ports:
            raise ValueError(f"the wire has {wire.ports} ports, the box {self.ports}")
        self.timeline = Timeline()
        self.diary = diary or Diary()
        self.speech = speech or Speech()
        self.late_blocks = 0
        """Blocks for which the chips had sent nothing yet, and such as came too late."""
        self.now_us = 0
        self.start_us = start_us
        self._first = self._block = int(wire.blocks[1])
        self._taken = int(wire.blocks[0])
        self._seen = b""
        self._emitted_us: dict[int, int] = {}
        self._sent = np.zeros((wire.ports, TICK_SAMPLES), np.float32)
        self._mouths = np.zeros((wire.ports, TICK_SAMPLES), np.float32)
        self.taps: list[Tap] = []
        """Ears that are recorded by hand."""
        for field in ("loop_ohm", "parallel_ohm"):
            wire.world[field] = np.inf
        for field in ("battery_v", "ring_v", "power_cut"):
            wire.world[field] = 0.0
        tones = profile(config.site.country).tones
        self.ear = Ear(wire.ports, tones, music)
        self.copper = Copper(wire.ports, self.seed)
        self.cast = Cast(scenario, self.seed, self.timeline, self, self.diary)
        self.outside = Outside(
            config,
            parties=scenario.outside_parties,
            people=self.cast.people,
            tell=self.cast.tell,
            timeline=self.timeline,
            starts=scenario.about.starts,
        )
        self.lines: dict[int, LineCircuit] = {}
        self.line_mouths: dict[int, Mouth] = {}
        rows = leg_rows(config)
        self.line_names = {name: port for name, port in line_ports(config).items() if port not in rows}
        for name, port in self.line_names.items():
            self._lay_line(name, port)
        self.telephones: dict[str, Telephone] = {}
        """Those on copper."""
        for number, port in telephone_ports(config).items():
            if port not in rows:
                self._lay_telephone(number, port)
        self._messages = messages
        self.legs = LegWorld(
            scenario if messages is not None else None,
            self.timeline,
            profile(config.site.country),
            self.outside,
            give=self._to_box,
            tell=self.cast.tell,
            changed=self.ear.forget,
            early=lambda _port, _tone, _now_us: None,
        )
        self._digits = DtmfBank(wire.ports)
        self._displays = Displays(wire.ports, profile(config.site.country))
        self.hearing = Hearing(self.timeline, self.cast)
        for fault in scenario.faults:
            if fault.kind not in BOX_FAULTS:
                self._plan_fault(fault)

    def _lay_line(self, name: str, port: int) -> None:
        line = self.scenario.outside_line(name)
        country = self.scenario.config.site.country
        country_profile = profile(line.country or country)
        loop = CopperLoop(port, self.wire, country_profile, line.loop_ohm, self.start_us)
        circuit = LineCircuit(port, line, country, loop=loop, timeline=self.timeline, far=self.outside)
        self.line_mouths[port] = loop.mouth
        self.lines[port] = circuit
        self.outside.circuits[port] = circuit
        self.copper.lay(
            port,
            loss_db=line.loss_db,
            echo_db=line.echo_db,
            echo_delay_ms=line.echo_delay_ms,
            noise_dbm0=line.noise_dbm0,
            hum_dbm0=line.hum_dbm0,
        )

    def _lay_telephone(self, number: str, port: int) -> None:
        self.telephones[number] = Telephone(
            port,
            self.timeline,
            partial(self._loop, port),
            partial(self._bell, number, True),
            partial(self._bell, number, False),
            cadences=cadences(profile(self.scenario.config.site.country)),
            rings=partial(self._cadence, number),
        )
        self.copper.lay(
            port,
            loss_db=PHONE_LOSS_DB,
            echo_db=PHONE_ECHO_DB,
            echo_delay_ms=PHONE_ECHO_MS,
            noise_dbm0=PHONE_NOISE_DBM0,
            hum_dbm0=-90.0,
        )

    def _to_box(self, event: LegEvent, now_us: int) -> None:
        assert self._messages is not None
        self._messages.to_box.append(structs.replace(event, at_us=now_us + self.start_us))

    def _loop(self, port: int, closed: bool, now_us: int) -> None:
        del now_us
        self.wire.world["loop_ohm"][port] = OFF_HOOK_OHM if closed else np.inf

    def _bell(self, number: str, ringing: bool, now_us: int) -> None:
        self.cast.tell(f"ext-{number}", Rang() if ringing else RingingStopped(), now_us)

    def _cadence(self, number: str, cadence: str, now_us: int) -> None:
        self.cast.tell(f"ext-{number}", HeardBell(cadence), now_us)

    # -- time ----------------------------------------------------------------------------------------

    def advance(self, until_us: int) -> None:
        """Do everything up to and including box time `until_us`."""
        until_us -= self.start_us
        while (block_us := (self._block - self._first) * TICK_US) <= until_us:
            self._look(block_us)
            self._audio(block_us)
        self._look(until_us)
        self.now_us = max(self.now_us, until_us)

    def _look(self, now_us: int) -> None:
        self.timeline.run(now_us)
        if self._messages is not None:
            self.legs.look(self._messages, now_us)
        seen = self.wire.box.tobytes()
        if seen == self._seen:
            return
        self._seen = seen
        for port, circuit in self.lines.items():
            circuit.hook(bool(self.wire.box["off_hook"][port]), now_us)
            self._alive(port)
        for telephone in self.telephones.values():
            telephone.ring(self._ringing(telephone.port), now_us)
            self._displays.look(telephone)
        self.timeline.run(now_us)

    def _ringing(self, port: int) -> bool:
        box = self.wire.box
        return bool(box["feed"][port] == FEED_RINGING and box["ring_v"][port] >= RINGS_FROM_V)

    def _alive(self, port: int) -> None:
        circuit = self.lines[port]
        off_hook = bool(self.wire.box["off_hook"][port])
        self.copper.alive(port, off_hook and circuit.plugged, circuit.plugged)

    # -- audio ---------------------------------------------------------------------------------------

    def _audio(self, now_us: int) -> None:
        self._take_sent()
        self._speak(now_us)
        self._listen(now_us)
        out = self.wire.to_box[self._block % RING_BLOCKS]
        self.copper.tick(self._mouths, self._sent, out)
        self._block += 1
        self.wire.blocks[1] = self._block

    def _take_sent(self) -> None:
        done = int(self.wire.blocks[0])
        if not self._taken:
            self._taken = max(0, done - 1)
        if done - self._taken > 2:
            self.late_blocks += done - self._taken - 1
            self._taken = done - 1
        if done > self._taken:
            self._sent[...] = self.wire.to_world[self._taken % RING_BLOCKS]
            self._taken += 1
        else:
            self._sent[...] = 0
            self.late_blocks += done > 0

    def _speak(self, now_us: int) -> None:
        self._mouths[...] = 0
        for port, mouth in self.line_mouths.items():
            self._fill(port, mouth, now_us)
        for telephone in self.telephones.values():
            if telephone.off_hook:
                self._fill(telephone.port, telephone.mouth, now_us)
        for port, mouth in self.legs.mouths():
            self._fill(port, mouth, now_us)

    def _fill(self, port: int, mouth: Mouth, now_us: int) -> None:
        if mouth.silent:
            return
        mouth.fill(self._mouths[port])
        if mouth.began >= 0:
            self._emitted_us[mouth.number] = now_us + mouth.began * 125

    def _listen(self, now_us: int) -> None:
        collecting = [port for port, circuit in self.lines.items() if circuit.hears_digits]
        if collecting:
            self._hear_digits(collecting, now_us)
        for heard in self.ear.listen(self._sent, now_us):
            who = self.person_at(heard.port)
            if who is None:
                continue
            if isinstance(heard, Mark):
                self._hear_mark(who, heard, now_us)
            elif isinstance(heard, ToneHeard):
                self.cast.tell(who, HeardTone(heard.tone), now_us)
            elif isinstance(heard, MusicHeard):
                self.cast.tell(who, HeardMusic(heard.tune), now_us)
        for port, said in self._displays.read(self.wire.to_world[(self._taken - 1) % RING_BLOCKS]):
            self._display(port, said, now_us)
        for port, lit in self._displays.lamps(self.wire.to_world[(self._taken - 1) % RING_BLOCKS]):
            self._light(port, lit, now_us)
        for tap in self.taps:
            tap.take(self._sent)

    def _hear_digits(self, ports: list[int], now_us: int) -> None:
        block = self.wire.to_world[(self._taken - 1) % RING_BLOCKS]
        for port, digit, _ in self._digits.process(block, np.array(ports, np.intp)):
            self.lines[port].digit(digit, now_us)

    def _hear_mark(self, who: str, mark: Mark, now_us: int) -> None:
        speaker = self.cast.name(mark.number)
        if mark.number == GOODBYE:
            self.hearing.goodbye(who, now_us)
        elif speaker is not None and speaker != who:
            latency_us = mark.began_us - self._emitted_us.get(mark.number, mark.began_us)
            self.hearing.mark(who, speaker, now_us, latency_us)

    def _display(self, port: int, said: CallerIdMessage, now_us: int) -> None:
        for number, telephone in self.telephones.items():
            if telephone.port == port:
                telephone.displayed.append((said.number or said.presentation, said.name))
                self.cast.tell(f"ext-{number}", Displayed(*telephone.displayed[-1]), now_us)

    def _light(self, port: int, lit: bool, now_us: int) -> None:
        for number, telephone in self.telephones.items():
            if telephone.port == port:
                telephone.lamp = lit
                self.cast.tell(f"ext-{number}", LampChanged(lit), now_us)

    def person_at(self, port: int) -> str | None:
        """Who listens at this port now: a telephone off-hook, or the far person of a line that is through."""
        if self.legs.has(port):
            return self.legs.listener(port, self.outside)
        if port in self.lines:
            return self.outside.on.get(port) if self.lines[port].through else None
        for number, telephone in self.telephones.items():
            if telephone.port == port:
                return f"ext-{number}" if telephone.off_hook else None
        return None

    # -- what people do (a `cast.Stage`) -------------------------------------------------------------

    def place_call(self, who: str, now_us: int) -> None:
        self.outside.place_call(who, now_us)

    def lift(self, who: str, now_us: int) -> None:
        telephone = self.legs.telephone(who) or self.telephone_of(who)
        telephone.lift(now_us)
        self._hook(telephone)

    def answer(self, who: str, now_us: int) -> None:
        self.outside.answer(who, now_us)

    def hang_up(self, who: str, now_us: int) -> None:
        self.hearing.forget(who)
        if who.startswith("ext-"):
            telephone = self.legs.telephone(who) or self.telephone_of(who)
            telephone.hang_up(now_us)
            self._hook(telephone)
        else:
            self.outside.leave(who, now_us)

    def press(self, who: str, digits: str, now_us: int) -> None:
        if self.legs.press(who, digits, now_us, self.outside):
            return
        mouth = self.mouth_of(who)
        if mouth is None:
            return
        person = self.cast.people.get(who)
        if isinstance(person, Insider) and person.plan.pulse:
            plan = person.plan
            self.telephone_of(who).dial_pulses(digits, plan.pulses_per_second, plan.make_percent, now_us)
        else:
            mouth.key(dtmf(digits, level=-9.0))

    def flash(self, who: str, now_us: int) -> None:
        telephone = self.legs.telephone(who)
        if telephone is not None:
            telephone.flash(now_us)
            return
        person = self.cast.people.get(who)
        for_ms = person.plan.flash_ms if isinstance(person, Insider) else FLASH_MS
        self.telephone_of(who).flash(for_ms, now_us)

    def transfer(self, who: str, digits: str, now_us: int) -> None:
        self.legs.transfer(who, digits, now_us)

    def decline(self, who: str, now_us: int) -> None:
        self.legs.decline(who, now_us)

    def talk(self, who: str, now_us: int) -> None:
        del now_us
        mouth = self.mouth_of(who)
        person = self.cast.people[who]
        if mouth is None or not isinstance(person, Insider | Caller | OutsideParty):
            return
        number = self.cast.number(who)
        if isinstance(person, Visitor):
            mouth.once(voiceprint(number))
            return
        sentences = self.speech.said(person.plan.says, person.plan.language, number)
        mouth.speak(number, sentences, 10 ** ((person.plan.level_dbm0 - LEVEL_DBM0) / 20))

    def hush(self, who: str, now_us: int) -> None:
        del now_us
        mouth = self.mouth_of(who)
        if mouth is not None:
            mouth.hush()

    def goodbye(self, who: str, now_us: int) -> None:
        del now_us
        mouth = self.mouth_of(who)
        if mouth is not None:
            mouth.goodbye()

    def telephone_of(self, who: str) -> Telephone:
        return self.telephones[who.removeprefix("ext-")]

    def mouth_of(self, who: str) -> Mouth | None:
        """What somebody speaks into; None while he is not on a line."""
        if who.startswith("ext-"):
            return (self.legs.telephone(who) or self.telephone_of(who)).mouth
        port = self.outside.port_of(who)
        if port is not None and self.legs.has(port):
            return self.legs.mouth(port)
        return self.line_mouths[port] if port is not None and self.lines[port].through else None

    def _hook(self, telephone: Telephone | SipTelephone) -> None:
        if isinstance(telephone, SipTelephone):
            return
        self.copper.alive(telephone.port, telephone.off_hook)
        self.ear.forget(telephone.port)
        self._displays.look(telephone)

    # -- faults --------------------------------------------------------------------------------------

    def _plan_fault(self, fault: Fault) -> None:
        at_us = round(fault.at_s * 1e6)
        self.timeline.at(at_us, partial(self.fault, fault, True))
        if fault.for_s:
            self.timeline.at(at_us + round(fault.for_s * 1e6), partial(self.fault, fault, False))

    def fault(self, fault: Fault, begins: bool, now_us: int) -> None:
        """A fault of the world begins or ends now."""
        if self.legs.plug(fault.target, not begins, now_us):
            return
        if fault.kind == "phone-unplug":
            self.telephones[fault.target].plug(not begins, now_us)
            return
        if fault.kind == "port-power":
            self.wire.world["power_cut"][self.telephones[fault.target].port] = begins
            return
        port = self.line_names[fault.target]
        if fault.kind == "noise":
            self.copper.burst(port, fault.level_dbm0 if begins else None)
        elif fault.kind == "unplug":
            self.lines[port].unplug(begins, now_us)
        else:
            self.lines[port].cut_battery(begins, now_us)
        self._alive(port)
