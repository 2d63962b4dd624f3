"""The hall's own Wi-Fi is enough: no page leads out of the house, and no start needs a network."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from simulation.servers import DATABASE, ROOT, free_port, launch
from tests.support.fair import GE, KEY, ROBO, TOUR, Fair
from tests.support.windows import Window

BUILD = ROOT / "exchange" / "static" / "build"
LOADING = re.compile(
    r"""(?:src|srcset|poster|action|formaction|background)=["']([^"']+)["']"""
    r"""|<(?:link|use|image|base)\b[^>]*\bhref=["']([^"']+)["']"""
)
IN_A_FILE = re.compile(r"""(?:url\(|@import\s*|import\()\s*["']?((?:https?:)?//[^"')\s]+)""")
PAGES = {
    "": ["/", f"/e/{GE}", f"/s/{ROBO}", "/pass", "/nothing-there", f"/s/{ROBO}/qr.svg"],
    "presenter": [f"/present/{ROBO}"],
    "moderator": [f"/moderate/{GE}"],
    "screen": [f"/screen/{GE}"],
    "organiser": ["/organise"],
}
PLACE = {"presenter": ROBO, "moderator": GE, "screen": GE, "organiser": TOUR}


@pytest.mark.parametrize("role", PAGES)
def test_no_page_loads_anything_from_elsewhere(fair: Fair, role: str) -> None:
    fair.ask()
    window = Window(fair)
    if role:
        window.enter(role, PLACE[role])
    for path in PAGES[role]:
        answer = window.get(path, Accept="text/html")
        loaded = [one or other for one, other in LOADING.findall(answer.text)]
        assert loaded or path.endswith(".svg"), path
        assert [url for url in loaded if re.match(r"[a-z]+:(?!image)|//", url)] == [], path
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert not re.search(r"https?:|\*|unsafe", policy)


def test_no_script_and_no_stylesheet_loads_anything_from_elsewhere() -> None:
    files = [path for path in BUILD.rglob("*") if path.suffix in (".js", ".css")]
    assert files
    for path in files:
        assert IN_A_FILE.findall(path.read_text("utf-8")) == [], path.name


@pytest.mark.live
def test_a_machine_without_any_network_starts_and_serves(prepared: Path, tmp_path: Path) -> None:
    """In a network of its own that has the loopback and nothing else, where this user may."""
    shutil.copy(prepared, tmp_path / DATABASE)
    port = free_port()
    up = "ip link set lo up 2>/dev/null || ifconfig lo up 2>/dev/null"
    start = f"{up}; exec {sys.executable} wsgi.py --prepare"
    cut_off = ["unshare", "--map-root-user", "--net", "sh", "-c"]
    if subprocess.run([*cut_off, up], check=False, capture_output=True).returncode != 0:
        # Not permitted here: then every way out of Python is closed, which a start may not need.
        cut_off = ["sh", "-c"]
        start = f"exec {sys.executable} -c {CLOSED!r}"
    server = launch(tmp_path, *cut_off, start, port=port, EXCHANGE_SECRET_KEY=KEY)
    try:
        server.wait_until_serving()
        assert "Traceback" not in server.output
        assert server.stop() == 0
    finally:
        server.finish()


CLOSED = f"""
import runpy, socket, sys
real = socket.socket.connect
def connect(line, address):
    if isinstance(address, tuple) and not str(address[0]).startswith(("127.", "192.0.2.")):
        raise OSError("no network")
    return real(line, address)
socket.socket.connect = connect
sys.argv = ["wsgi.py", "--prepare"]
sys.path.insert(0, "{ROOT}")
runpy.run_path("{ROOT}/wsgi.py", run_name="__main__")
"""
