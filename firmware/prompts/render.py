"""Texts to telephone speech: espeak-ng renders each prompt in Mandarin and English, once.

`python -m firmware.prompts.render OUT` renders the built-in set to `OUT/LANGUAGE/ID.wav`.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import quote

import soundfile
from msgspec import Struct

from firmware.config.schema import Config
from firmware.prompts.finished import is_whole, write_finished
from firmware.prompts.resampling import levelled, to_8k

LANGUAGES = ("zh", "en")
VOICES = {"zh": ("cmn", "165"), "en": ("en-gb", "155")}
"""espeak-ng voice and words a minute."""
_RECIPE = "1"
"""Changed when the same text would come out otherwise."""
_LEDGER = "rendered.json"

Progress = Callable[[int, int, str], None]


class RenderError(Exception):
    """Prompts could not be spoken; the text says why and what to do."""


class Text(Struct, frozen=True):
    """One prompt in one language."""

    prompt: str
    language: str
    text: str

    @property
    def file(self) -> str:
        return f"{self.language}/{quote(self.prompt, safe='')}.wav"

    @property
    def spoken_file(self) -> str:
        """Named by what it says: another text is another file, so that none is ever written over."""
        return f"{self.fingerprint[:32]}.wav"

    @property
    def fingerprint(self) -> str:
        made_from = "\0".join((_RECIPE, *VOICES[self.language], self.text))
        return hashlib.sha256(made_from.encode()).hexdigest()


def builtin_texts() -> list[Text]:
    """The product's own prompts."""
    entries = tomllib.loads(Path(__file__).with_name("builtin.toml").read_text("utf-8"))["prompt"]
    return [Text(one["id"], lang, one[lang]) for one in entries for lang in LANGUAGES if one.get(lang)]


def config_texts(config: Config) -> list[Text]:
    """The texts of a configuration's own prompts that no WAV replaces."""
    return [
        Text(one.id, language, text)
        for one in config.prompts
        for language, text, wav in (("zh", one.zh, one.zh_wav), ("en", one.en, one.en_wav))
        if text and not wav
    ]


def render(texts: Iterable[Text], out: Path, progress: Progress | None = None) -> int:
    """Render what is new, changed or damaged into `out`; returns how many were. Raises RenderError, OSError.

    Interrupted, it goes on where it stopped.
    """
    out.mkdir(parents=True, exist_ok=True)
    ledger = _read_ledger(out)
    wanted = list(texts)
    due = [one for one in wanted if ledger.get(one.file) != one.fingerprint or not is_whole(out / one.file)]
    for done, one in enumerate(due):
        if progress:
            progress(done, len(due), one.file)
        _write(out / one.file, one)
        ledger[one.file] = one.fingerprint
        _write_ledger(out, ledger)
    if progress and due:
        progress(len(due), len(due), "")
    return len(due)


def speak(one: Text, folder: Path) -> Path:
    """The text as a file of `folder`, rendered where it is not there whole; any thread. Raises RenderError, OSError."""
    path = folder / one.spoken_file
    if not is_whole(path):
        _write(path, one)
    return path


def _write(path: Path, one: Text) -> None:
    wav = _spoken(one)
    try:
        samples, rate_hz = soundfile.read(io.BytesIO(wav), dtype="float64", always_2d=True)
    except (soundfile.SoundFileError, ValueError) as error:
        raise RenderError(f"what espeak-ng made of {one.file} is no sound: {error}") from None
    write_finished(path, levelled(to_8k(samples.mean(axis=1), rate_hz)))


def _spoken(one: Text) -> bytes:
    espeak = shutil.which("espeak-ng")
    if espeak is None:
        raise RenderError("espeak-ng is missing: apt-get install espeak-ng")
    voice, speed = VOICES[one.language]
    command = [espeak, "-v", voice, "-s", speed, "-b", "1", "-z", "--stdin", "--stdout"]
    text = one.text.encode("utf-8", "replace")
    try:
        done = subprocess.run(command, input=text, capture_output=True, timeout=60, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise RenderError(f"espeak-ng did not speak {one.file} within a minute: shorten the text") from None
    if done.returncode or not done.stdout:
        raise RenderError(
            f"espeak-ng could not speak {one.file}: {done.stderr.decode(errors='replace').strip()}"
        )
    return _with_true_length(done.stdout)


def _with_true_length(wav: bytes) -> bytes:
    """espeak-ng streams a WAV whose head promises 2 GB; put the true sizes in (RIFF at 4, data at 40)."""
    size = len(wav)
    return (
        wav[:4] + (size - 8).to_bytes(4, "little") + wav[8:40] + (size - 44).to_bytes(4, "little") + wav[44:]
    )


def _read_ledger(out: Path) -> dict[str, str]:
    try:
        read = json.loads((out / _LEDGER).read_text())
    except (OSError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}


def _write_ledger(out: Path, ledger: dict[str, str]) -> None:
    partial = out / f"{_LEDGER}.{os.getpid()}.part"
    partial.write_text(json.dumps(ledger, indent=0, sort_keys=True))
    partial.replace(out / _LEDGER)


def _show(done: int, of: int, what: str) -> None:
    end = "\n" if done == of else ""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[Kprompts {done}/{of} {what}{end}")
    elif done % 25 == 0 or done == of:
        sys.stderr.write(f"prompts {done}/{of}\n")
    sys.stderr.flush()


def main(arguments: list[str]) -> int:
    """`OUT`; exit code 0 done, 1 failed, 2 misused."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        sys.stderr.write("usage: python -m firmware.prompts.render OUT\n")
        return 2
    try:
        rendered = render(builtin_texts(), Path(arguments[0]), _show)
    except RenderError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stderr.write(f"prompts: {rendered} rendered\n" if rendered else "prompts: all there\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
