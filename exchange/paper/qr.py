"""QR codes, as vectors and in the terminal.

Error correction M reaches farthest at a given width, and scanners need a quiet zone of four
modules (measured; docs/decisions/paper.md).
"""

import io
from functools import lru_cache
from urllib.parse import urlsplit

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.svg import SvgPathFillImage

from exchange.config import readable

QUIET_ZONE = 4


@lru_cache(maxsize=512)
def svg(text: str) -> str:
    """The QR code of `text` as an SVG document that fills whatever box it is put in.

    It brings the white that it stands on, quiet zone included: a page's ground may be dark.

    Remembered: making one takes ten milliseconds in which the hall would wait.
    """
    code = _code(text)
    image = code.make_image(image_factory=SvgPathFillImage)
    drawn: str = image.to_string(encoding="unicode")
    # A size in millimetres would stand against the page's own.
    size = code.modules_count + 2 * QUIET_ZONE
    return drawn.replace(f'width="{size}mm" height="{size}mm" ', "", 1)


def terminal(text: str) -> str:
    """The QR code of `text` in block characters, dark on light whatever the terminal's colours."""
    drawn = io.StringIO()
    _code(text).print_ascii(out=drawn, invert=True)
    return drawn.getvalue()


def short_address(url: str) -> str:
    """An address as it is printed to be typed: without the scheme that browsers add."""
    parts = urlsplit(readable(url))
    return (
        f"{parts.netloc}{parts.path}" if parts.scheme == "http" else readable(url).split("://")[1]
    )


def _code(text: str) -> "qrcode.QRCode":  # type: ignore[type-arg]
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_ZONE, box_size=10)
    code.add_data(text)
    code.make(fit=True)
    return code
