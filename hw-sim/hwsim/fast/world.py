"""Lines, telephones and people around a switch of events: the same as in the whole box, without wires."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from drivers.countries import profile
from drivers.ports import SendPulses
from drivers.signalling import CallAlerting
from firmware.protocol.names import Tone
from firmware.switch.lines.exchanged import Given, VoiceRecognised
from firmware.switch.plan import PortPlan
from hwsim.fast import latencies as late
from hwsim.fast.event_loop import EventLoop
from hwsim.fast.hearers import Hearers
from hwsim.fast.players import ear_after_us
from hwsim.fast.speech import Silence, Speech
from hwsim.fast.telephones import Telephones
from hwsim.legs.leg_world import LegWorld, leg_rows
from hwsim.legs.message_wire import LegEvent
from hwsim.legs.sip_telephone import SipTelephone
from hwsim.places import line_ports, telephone_ports
from hwsim.scenario import BOX_FAULTS, Fault, Scenario
from hwsim.world.cast import Cast
from hwsim.world.diary import Diary
from hwsim.world.hearing import Hearing
from hwsim.world.insider import Insider
from hwsim.world.line_circuit import LineCircuit
from hwsim.world.outside import Outside
from hwsim.world.percepts import Displayed, HeardTone, LampChanged
from hwsim.world.telephone import Telephone
from hwsim.world.timeline import Timeline

KEY_US = 200_000
"""One key and the pause after it."""
PAUSE_US = 500_000
PULSE_DIGIT_GAP_US = 700_000
FLASH_MS = 100


class FastWorld:
    """A `cast.Stage`. `give(port, what, at_us)` tells the box's port, `key(port, digit, at_us)` its ears."""

    def __init__(
        self,
        scenario: Scenario,
        plans: Sequence[PortPlan],
        timeline: Timeline,
        hearers: Hearers,
        *,
        give: Callable[[int, Given, int], None],
        key: Callable[[int, str, int], None],
        seed: int | None = None,
        diary: Diary | None = None,
    ) -> None:
        config = scenario.config
        self.scenario = scenario
        self.diary = diary or Diary()
        self.timeline = timeline
        self.rung: dict[int, tuple[str, str]] = {}
        """What the box last told each telephone about its caller."""
        self._hearers = hearers
        self._give = give
        self._key = key
        self.cast = Cast(scenario, scenario.about.seed if seed is None else seed, timeline, self, self.diary)
        self.outside = Outside(
            config,
            parties=scenario.outside_parties,
            people=self.cast.people,
            tell=self.cast.tell,
            timeline=timeline,
            starts=scenario.about.starts,
        )
        country = profile(config.site.country)
        rows = leg_rows(config)
        copper = {number: port for number, port in telephone_ports(config).items() if port not in rows}
        self.telephones = Telephones(copper, timeline, self.cast.tell, give, country)
        self.lines: dict[int, LineCircuit] = {}
        self.loops: dict[int, EventLoop] = {}
        self.line_names = {name: port for name, port in line_ports(config).items() if port not in rows}
        for name, port in self.line_names.items():
            self._lay_line(name, port)
        self.legs = LegWorld(
            scenario,
            timeline,
            country,
            self.outside,
            give=self._from_leg,
            tell=self.cast.tell,
            changed=lambda _port: None,
            early=self._early_media,
        )
        hearing = Hearing(timeline, self.cast)
        self.hearing = hearing
        self.speech = Speech(
            timeline,
            hearing,
            hearers,
            person_at=self.person_at,
            port_of=self.port_of,
            number_of=self.cast.number,
        )
        limits_us = {port: plans[port].silence_limit_us for port in self.loops}
        self.silence = Silence(self.loops, limits_us, self.speech, hearers, timeline=timeline, give=give)
        for fault in scenario.faults:
            if fault.kind not in BOX_FAULTS:
                self._plan_fault(fault)

    def _lay_line(self, name: str, port: int) -> None:
        line = self.scenario.outside_line(name)
        country = self.scenario.config.site.country
        tone = partial(self._line_tone, port)
        loop = EventLoop(port, profile(line.country or country), self.timeline, self._give, tone)
        circuit = LineCircuit(port, line, country, loop=loop, timeline=self.timeline, far=self.outside)
        self.loops[port], self.lines[port] = loop, circuit
        self.outside.circuits[port] = circuit

    def _from_leg(self, event: LegEvent, now_us: int) -> None:
        """As soon as what is being done now is done. The card plays ringback where the far end does not."""
        self.timeline.at(now_us, partial(self._give, event.port, event))
        if isinstance(event, CallAlerting) and not event.in_band and event.port in self.legs.channels:
            self._early_media(event.port, Tone.RINGBACK, now_us)

    def _early_media(self, port: int, tone: Tone, now_us: int) -> None:
        ear_us = ear_after_us(profile(self.scenario.config.site.country), tone)
        call = self.legs.channels[port].machine.number
        if ear_us is not None:
            self.timeline.at(now_us + late.AUDIO_US + ear_us, partial(self._early_tone, port, call, tone))

    def _early_tone(self, port: int, call: int, tone: Tone, now_us: int) -> None:
        """While that call is neither answered nor over."""
        channel = self.legs.channels[port]
        if channel.machine.number == call and not channel.through:
            self._line_tone(port, tone, now_us)

    def _line_tone(self, port: int, tone: Tone, now_us: int) -> None:
        """The exchange's tone is heard by whoever is connected to the line, before the box knows it."""
        for listener in self._hearers.listeners(port):
            who = self.person_at(listener)
            if who is not None:
                self.cast.tell(who, HeardTone(tone), now_us)

    # -- what the box does to its ports ----------------------------------------------------------------

    def watch_caller_id(self, port: int, watch: bool) -> None:
        if port in self.loops:
            self.loops[port].hears_caller_id = watch

    def watch_tones(self, port: int, urgent: bool, now_us: int) -> None:
        """The box waits for dial tone, and takes any tone that stands for it where it is `urgent`."""
        if port in self.loops:
            self.loops[port].urgent(urgent, now_us)

    def hook(self, port: int, closed: bool, now_us: int) -> None:
        """The box closes or opens a line's loop. Slots without a line have nothing behind them."""
        if port not in self.lines:
            return
        loop, circuit = self.loops[port], self.lines[port]
        loop.off_hook = closed
        self.silence.weigh(now_us)
        self.timeline.at(now_us + late.HOOK_US, partial(circuit.hook, closed))

    def digits(self, port: int, digits: str, now_us: int) -> int:
        """The box keys digits on a line; the result is when it is done."""
        at_us, circuit = now_us, self.lines.get(port)
        for digit in digits:
            if digit == ",":
                at_us += PAUSE_US
                continue
            if circuit is not None:
                self.timeline.at(at_us + late.AUDIO_US + late.DTMF_US, partial(circuit.digit, digit))
            at_us += KEY_US
        return at_us

    def pulses(self, port: int, sent: SendPulses, now_us: int) -> int:
        """The box dials by pulses: whole digits arrive at the exchange. The result is when it is done."""
        at_us, circuit = now_us, self.lines.get(port)
        for digit in sent.digits:
            at_us += round((int(digit) or 10) * 1e6 / sent.pulses_per_second)
            if circuit is not None:
                self.timeline.at(at_us + late.PULSE_DIGIT_US, partial(circuit.digit, digit))
            at_us += PULSE_DIGIT_GAP_US
        return at_us

    def display(self, port: int, sent_us: int) -> None:
        """The box's caller ID to a telephone ends at `sent_us`."""
        self.timeline.at(sent_us + late.AUDIO_US, partial(self._displayed, port))

    def _displayed(self, port: int, now_us: int) -> None:
        telephone = self.telephones.at(port)
        if telephone is None or telephone.off_hook or port not in self.rung:
            return
        telephone.displayed.append(self.rung[port])
        self.cast.tell(f"ext-{self.telephones.numbers[port]}", Displayed(*self.rung[port]), now_us)

    def lamp(self, port: int, lit: bool, sent_us: int) -> None:
        """The box's message about the lamp ends at `sent_us`."""
        self.timeline.at(sent_us + late.AUDIO_US, partial(self._light, port, lit))

    def _light(self, port: int, lit: bool, now_us: int) -> None:
        telephone = self.telephones.at(port)
        if telephone is None or telephone.off_hook or telephone.sounding or not telephone.plugged:
            return
        telephone.lamp = lit
        self.cast.tell(f"ext-{self.telephones.numbers[port]}", LampChanged(lit), now_us)

    # -- who is where ----------------------------------------------------------------------------------

    def person_at(self, port: int) -> str | None:
        """Who listens at this port: a telephone off-hook, or the far person of a line that is through."""
        if self.legs.has(port):
            return self.legs.listener(port, self.outside)
        if port in self.lines:
            return self.outside.on.get(port) if self.lines[port].through else None
        telephone = self.telephones.at(port)
        if telephone is None or not telephone.off_hook:
            return None
        return f"ext-{self.telephones.numbers[port]}"

    def port_of(self, who: str) -> int | None:
        return self._telephone(who).port if who.startswith("ext-") else self.outside.port_of(who)

    def _telephone(self, who: str) -> Telephone | SipTelephone:
        return self.legs.telephone(who) or self.telephones.of(who)

    # -- what people do (a `cast.Stage`) ---------------------------------------------------------------

    def place_call(self, who: str, now_us: int) -> None:
        self.outside.place_call(who, now_us)

    def lift(self, who: str, now_us: int) -> None:
        self._telephone(who).lift(now_us)

    def answer(self, who: str, now_us: int) -> None:
        self.outside.answer(who, now_us)

    def hang_up(self, who: str, now_us: int) -> None:
        self.hearing.forget(who)
        if who.startswith("ext-"):
            self._telephone(who).hang_up(now_us)
        else:
            self.outside.leave(who, now_us)
        self.silence.weigh(now_us)

    def press(self, who: str, digits: str, now_us: int) -> None:
        if self.legs.press(who, digits, now_us, self.outside):
            return
        port = self.port_of(who)
        if port is None or self.person_at(port) != who:
            return
        person = self.cast.people.get(who)
        if isinstance(person, Insider) and person.plan.pulse:
            plan = person.plan
            self.telephones.of(who).dial_pulses(digits, plan.pulses_per_second, plan.make_percent, now_us)
            return
        for i, digit in enumerate(digits):
            self.timeline.at(now_us + i * KEY_US + late.DTMF_US, partial(self._keyed, who, port, digit))

    def _keyed(self, who: str, port: int, digit: str, now_us: int) -> None:
        if self.person_at(port) == who:
            self._key(port, digit, now_us)

    def flash(self, who: str, now_us: int) -> None:
        telephone = self.legs.telephone(who)
        if telephone is not None:
            telephone.flash(now_us)
            return
        person = self.cast.people.get(who)
        for_ms = person.plan.flash_ms if isinstance(person, Insider) else FLASH_MS
        self.telephones.of(who).flash(for_ms, now_us)

    def transfer(self, who: str, digits: str, now_us: int) -> None:
        self.legs.transfer(who, digits, now_us)

    def decline(self, who: str, now_us: int) -> None:
        self.legs.decline(who, now_us)

    def talk(self, who: str, now_us: int) -> None:
        self.speech.talk(who, now_us, self._voice)
        self.silence.weigh(now_us)

    def _voice(self, port: int, now_us: int) -> None:
        if port in self.lines:
            self._give(port, VoiceRecognised(), now_us)

    def hush(self, who: str, now_us: int) -> None:
        self.speech.hush(who)
        self.silence.weigh(now_us)

    def goodbye(self, who: str, now_us: int) -> None:
        self.speech.goodbye(who, now_us)
        self.silence.weigh(now_us)

    # -- faults ----------------------------------------------------------------------------------------

    def _plan_fault(self, fault: Fault) -> None:
        at_us = round(fault.at_s * 1e6)
        self.timeline.at(at_us, partial(self._fault, fault, True))
        if fault.for_s:
            self.timeline.at(at_us + round(fault.for_s * 1e6), partial(self._fault, fault, False))

    def _fault(self, fault: Fault, begins: bool, now_us: int) -> None:
        if self.legs.plug(fault.target, not begins, now_us):
            return
        if fault.kind == "phone-unplug":
            self.telephones.by_number[fault.target].plug(not begins, now_us)
        elif fault.kind == "port-power":
            self.telephones.power(fault.target, not begins, now_us)
        elif fault.kind == "unplug":
            self.lines[self.line_names[fault.target]].unplug(begins, now_us)
        elif fault.kind == "battery":
            self.lines[self.line_names[fault.target]].cut_battery(begins, now_us)
