"""The box of `sip_peers.toml` with baresips and SIPps about it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from firmware.cli.files import load_scenario
from firmware.sip.credentials import FOLDER, keep, make_secret
from firmware.sip.digest import realm_of
from tests.free_port import free_port
from tests.peers.baresip import Baresip, voice
from tests.peers.sip_office import PASSWORD, Office
from tests.peers.sip_phone import tones_in
from tests.peers.sipp import Script, Sipp

BENCH = Path(__file__).with_name("sip_peers.toml")
CARRIER = "62349000"
HZ = {"201": 440.0, "202": 520.0, "206": 880.0, "203": 660.0, "62349000": 1004.0}
"""Of the tone in a party's voice."""


class PeersOffice(Office):
    def __init__(self, root: Path) -> None:
        self.folder = root.parent
        self.tls_port = free_port()
        bench = root.parent / "peers.toml"
        bench.write_text(BENCH.read_text("utf-8").replace("15061", str(self.tls_port)), "utf-8")
        super().__init__(root, bench)
        self.baresips: list[Baresip] = []
        self.sipps: list[Sipp] = []
        self._ports: dict[str, int] = {}

    def __enter__(self) -> PeersOffice:
        self.places.make()
        realm = realm_of(load_scenario(BENCH).config.site.box)
        for number in ("204", "205", "206"):
            keep(self.places.secrets / FOLDER, make_secret(number, realm, PASSWORD))
        self._make_certificate()
        super().__enter__()
        return self

    def __exit__(self, *of: object) -> None:
        for telephone in self.baresips:
            telephone.close()
        for sipp in self.sipps:
            sipp.close()
        super().__exit__(*of)

    def ready(self) -> bool:
        """The world of copper is there too, and the switch has told SIP of itself."""
        sip = self.places.status("sip")
        there = super().ready() and self.until(lambda: self.sim("status").returncode == 0, 40)
        return there and self.until(lambda: sip.exists() and self.status("sip")["switch_up"], 40)

    def baresip(self, number: str, *, transport: str = "udp", seed: int = 1, account: str = "") -> Baresip:
        box = self.box if transport != "tls" else f"127.0.0.1:{self.tls_port}"
        said = voice(seed, hz=HZ[number])
        ports = (self.carrier_port if number == CARRIER else free_port(), free_port())
        made = Baresip(
            self.folder / f"baresip-{number}", box, number, PASSWORD, ports=ports, said=said,
            account=f";transport={transport}>{account}", registers=number != CARRIER,
            certificate=self._pem if transport == "tls" else None,
        )  # fmt: skip
        self.baresips.append(made)
        return made

    def sipp(self, script: Script, *, tcp: bool = False) -> Sipp:
        """Who registers or is called is at one port each time; who calls, where no older call's messages come."""
        own = self._ports.setdefault(script.number, free_port())
        port = own if script.waits_there else free_port()
        made = Sipp(self.folder / "sipp", self.box, script, port=port, media=free_port(4), tcp=tcp)
        self.sipps.append(made)
        if script.is_called:
            assert self.until(lambda: made.is_there or made.is_over), made.why()
        return made

    def script(self, number: str) -> Script:
        return Script(number, PASSWORD)

    def holds(self, sipp: Sipp, seconds: float = 45.0) -> bool:
        """Whether it ends as it was written; read `why` where not."""
        return self.until(lambda: sipp.is_over, seconds) and sipp.held

    def hears(self, one: object) -> list[float]:
        """The tones a party hears now, of whichever kind it is."""
        if isinstance(one, Baresip):
            one.read()
            heard = one.heard(0.3)
            return tones_in(heard) if len(heard) else []
        return super().hears(one)  # type: ignore[arg-type]

    def hear_only(self, one: object, *numbers: str) -> bool:
        return self.until(lambda: self.hears(one) == sorted(HZ[number] for number in numbers), 10)

    def _make_certificate(self) -> None:
        key, chain = self.places.secrets / "peers.key", self.places.secrets / "peers.crt"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
             "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(chain)],
            check=True, capture_output=True,
        )  # fmt: skip
        self._pem = self.folder / "telephone.pem"
        self._pem.write_bytes(key.read_bytes() + chain.read_bytes())
