"""Compiles pjproject into one shared library and its Python binding beside it.

Strategy: the tree's own configure and static archives (its shared libraries need one another's rpath), linked whole
into `libtipring-pj.so.2`. `_pjsua2` and our `drivers.sip._sip` link against that one file, so both see one pjsua.
"""

from __future__ import annotations

import re
import shlex
import shutil
import sysconfig
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from provisioning.pjsua2.commands import run, say
from provisioning.pjsua2.errors import BuildError

HERE = Path(__file__).parent
LIBRARY = "libtipring-pj.so.2"
FLAGS = "-O2 -fPIC -DNDEBUG -fno-strict-aliasing -fstack-protector-strong -D_FORTIFY_SOURCE=2"
CONFIGURE = (
    "--enable-epoll",
    "--with-external-srtp",
    "--with-external-speex",
    "--with-external-gsm",
    "--enable-libsamplerate",
    "--disable-video",
    "--disable-sound",
    "--disable-ilbc-codec",
    "--disable-g7221-codec",
    "--disable-libyuv",
    "--disable-libwebrtc",
    "--disable-upnp",
    "--disable-opencore-amr",
    "--disable-silk",
    "--disable-bcg729",
    "--disable-l16-codec",
)
HOOKED = ("pjsip_tpmgr_receive_packet", "pj_getaddrinfo", "pj_gethostbyname")
"""Functions of the library that hooks.c stands in front of."""
FOLDERS = ("pjlib", "pjlib-util", "pjnath", "pjmedia", "pjsip")
ABSENT = "bdimad_dev.o"
"""A Windows sound device that Debian's copy leaves out and its Makefile still names."""


def configure(tree: Path) -> None:
    """Raises BuildError."""
    shutil.copy(HERE / "config_site.h", tree / "pjlib/include/pj/config_site.h")
    makefile = tree / "pjmedia/build/Makefile"
    makefile.write_text(makefile.read_text().replace(ABSENT, ""))
    run(["sh", "./aconfigure", *CONFIGURE], folder=tree, extra={"CFLAGS": FLAGS, "CXXFLAGS": FLAGS})


def compile_all(tree: Path, out: Path) -> None:
    """The library, its headers and the binding, laid out in `out` as in site-packages. Raises BuildError."""
    home = out / "pjproject"
    (home / "lib").mkdir(parents=True)
    with ThreadPoolExecutor(2) as both:
        binding = both.submit(_compile_binding, tree)
        both.submit(_compile_libraries, tree).result()
        object_file = binding.result()
    _link_library(tree, home / "lib" / LIBRARY)
    _link_binding(object_file, home / "lib", out)
    for folder in FOLDERS:
        shutil.copytree(tree / folder / "include", home / "include", dirs_exist_ok=True)
    shutil.copy(_swig_folder(tree) / "pjsua2.py", out / "pjsua2.py")


def includes(tree: Path) -> list[str]:
    return [f"-I{tree / folder / 'include'}" for folder in FOLDERS]


def definitions(tree: Path) -> list[str]:
    """What whoever includes pjproject's headers must define (`PJ_AUTOCONF` and the like)."""
    return [word for word in shlex.split(_variable(tree, "APP_CFLAGS")) if word.startswith("-DPJ")]


def _swig_folder(tree: Path) -> Path:
    return tree / "pjsip-apps/src/swig/python"


def _compile_libraries(tree: Path) -> None:
    """Libraries only. third_party has nothing for us: what it holds is Debian's here."""
    say("compiling pjproject")
    for folder in FOLDERS:
        run(["make", "-j2", "-C", str(tree / folder / "build"), "lib"])


def _compile_binding(tree: Path) -> Path:
    say("compiling the Python binding")
    folder = _swig_folder(tree)
    generated = folder / "pjsua2_wrap.cpp"
    flags = ["-c++", "-w312", "-threads", "-python", "-o", str(generated)]
    run(["swig", *includes(tree), *flags, "../pjsua2.i"], folder=folder)
    target = generated.with_suffix(".o")
    python = f"-I{sysconfig.get_path('include')}"
    # -O1: glue; the optimiser takes twice as long for nothing that was measured.
    run(["g++", "-c", "-O1", "-fPIC", "-DNDEBUG", "-w", python, *definitions(tree), *includes(tree),
         str(generated), "-o", str(target)])  # fmt: skip
    return target


def _link_library(tree: Path, target: Path) -> None:
    archives = sorted({str(path) for folder in FOLDERS for path in _archives(tree / folder)})
    if not archives:
        raise BuildError("pjproject compiled to nothing")
    # -Bsymbolic: calls inside the library need no look-up, and nothing loaded before can stand in for them.
    flags = ["-s", f"-Wl,-soname,{LIBRARY},-Bsymbolic,-z,relro,-z,now,--no-undefined"]
    whole = ["-Wl,--whole-archive", *archives, "-Wl,--no-whole-archive"]
    hooks = [str(_compile_hooks(tree)), *(f"-Wl,--wrap={name}" for name in HOOKED)]
    run(["g++", "-shared", "-o", str(target), *flags, *hooks, *whole, *system_libraries(tree)])
    (target.parent / "libtipring-pj.so").symlink_to(LIBRARY)


def _compile_hooks(tree: Path) -> Path:
    target = tree / "hooks.o"
    run(["gcc", "-c", *shlex.split(FLAGS), "-w", *definitions(tree), *includes(tree),
         str(HERE / "hooks.c"), "-o", str(target)])  # fmt: skip
    return target


def _archives(folder: Path) -> Iterator[Path]:
    """Without libpjsdp, whose objects libpjmedia has as well."""
    return (path for path in (folder / "lib").glob("*.a") if not path.name.startswith("libpjsdp"))


def _link_binding(object_file: Path, libraries: Path, out: Path) -> None:
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    run(["g++", "-shared", "-s", "-o", str(out / f"_pjsua2{suffix}"), str(object_file), str(libraries / LIBRARY),
         "-Wl,-rpath,$ORIGIN/pjproject/lib"])  # fmt: skip


def system_libraries(tree: Path) -> list[str]:
    """Debian's libraries that pjproject wants, as linker words; its own archives are left out."""
    words = shlex.split(_variable(tree, "APP_LDLIBS"))
    return [word for word in words if word.startswith("-l") and not word.startswith("-lpj") and "-third" not in word
            and not re.match(r"-l(resample|srtp|speex|gsmcodec|ilbccodec|g7221codec|yuv|webrtc)-", word)]  # fmt: skip


def _variable(tree: Path, name: str) -> str:
    """A variable of the tree's build.mak, as make sees it."""
    script = f"include {tree}/build.mak\nshow:\n\t@echo $({name})\n"
    (tree / "show.mak").write_text(script)
    return run(["make", "--no-print-directory", "-f", "show.mak", "show"], folder=tree).strip()
