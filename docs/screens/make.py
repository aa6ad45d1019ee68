"""Makes docs/screens/run.png: `tipring run` on the demo scenario, its text in a terminal's look.

`.venv/bin/python docs/screens/make.py` needs chromium and a font with Chinese (fonts-noto-cjk). The text is what the
command printed; only the data directory is called `data`, as it is with `make run`.
"""

from __future__ import annotations

import html
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PICTURE = Path(__file__).with_name("run.png")
SECONDS = 60
COLUMNS, LINE_PX, FONT_PX, CHARACTER_PX = 118, 20, 14, 8.43
PAGE = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; background: #16181d; }}
header {{ background: #2b2f38; color: #b8bec9; font: 13px "DejaVu Sans", sans-serif; text-align: center;
  padding: 7px 0; border-bottom: 1px solid #0d0e11; }}
pre {{ margin: 0; padding: 14px 18px; color: #d6dae2; white-space: pre-wrap; word-break: break-all;
  font: {font}px/{line}px "DejaVu Sans Mono", "Noto Sans Mono CJK SC", monospace; }}
b {{ color: #8fd694; font-weight: normal; }}
</style><header>tipring</header><pre><b>$</b> make run
{text}<b>█</b></pre>"""


def printed(scratch: Path) -> str:
    """What a newcomer sees in the first `SECONDS`."""
    data = scratch / "data"
    command = [str(ROOT / ".venv" / "bin" / "tipring"), "run", "--sim", "hw-sim/scenarios/demo.toml"]
    argv = [*command, "--data", str(data), "--seconds", str(SECONDS)]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    return done.stdout.replace(f" --data {data}", "").replace(str(data), "data")


def photograph(text: str, scratch: Path) -> None:
    page, profile = scratch / "run.html", scratch / "profile"
    page.write_text(PAGE.format(font=FONT_PX, line=LINE_PX, text=html.escape(text)), "utf-8")
    rows = 2 + sum(1 + len(line) // COLUMNS for line in text.splitlines())
    size = f"{round(COLUMNS * CHARACTER_PX) + 36},{rows * LINE_PX + 62}"
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        raise SystemExit("chromium is missing: apt-get install chromium fonts-noto-cjk")
    flags = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--hide-scrollbars",
    ]
    where = [f"--user-data-dir={profile}", f"--window-size={size}", f"--screenshot={PICTURE}", page.as_uri()]
    subprocess.run([browser, *flags, *where], check=True, capture_output=True, timeout=60)  # noqa: S603


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory:
        photograph(printed(Path(directory)), Path(directory))
    sys.stdout.write(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size / 1000:.0f} kB\n")
