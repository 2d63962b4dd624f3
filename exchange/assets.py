"""Scripts, stylesheets and typefaces, as `assets/build.mjs` made them, under /static/build.

A file's name tells its contents, so browsers keep it for ever. All of them are held in memory,
half a megabyte, because reading a disk would stop everybody else for that time.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask, Response, abort, request

FOR_EVER = 365 * 24 * 3600
# The smaller first: what the browser accepts earliest in this list is sent.
ENCODINGS = {"br": ".br", "gzip": ".gz"}
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mp3": "audio/mpeg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}


class AssetsMissing(RuntimeError):
    """The assets were never built; the text says how that is done."""


@dataclass
class Assets:
    """The built files of one folder. Reads them again when a new build has replaced them."""

    folder: Path
    _names: dict[str, str] = field(default_factory=dict)
    _files: dict[str, bytes] = field(default_factory=dict)
    _built_at: int = 0

    def name(self, asset: str) -> str:
        """The built name of an asset: `attendee.js` is `attendee.SK5BPOVM.js`."""
        self.refresh()
        return self._names[asset]

    def file(self, name: str) -> bytes | None:
        """The contents of a built file, or None."""
        return self._files.get(name)

    @property
    def build(self) -> int:
        """Tells one build from another; part of every page's ETag."""
        self.refresh()
        return self._built_at

    def refresh(self) -> None:
        """Read the folder if a build has ended since. Refuses (AssetsMissing) an unbuilt one."""
        manifest = self.folder / "manifest.json"
        try:
            built_at = manifest.stat().st_mtime_ns
        except FileNotFoundError:
            raise AssetsMissing(
                f"The scripts and stylesheets are not built yet ({manifest} is missing). "
                "Start bin/run, or bin/assets."
            ) from None
        if built_at != self._built_at:
            # What was read before stays: a page that is open asks for the old names.
            self._files |= {path.name: path.read_bytes() for path in self.folder.iterdir()}
            self._names = json.loads(self._files.pop("manifest.json"))
            self._built_at = built_at


def init_app(app: Flask) -> Assets:
    """Give templates `asset()` and answer for its addresses."""
    assets = Assets(Path(app.root_path) / "static" / "build")
    app.add_template_global(lambda name: f"/static/build/{assets.name(name)}", "asset")

    @app.get("/static/build/<name>")
    def built_file(name: str) -> Response:
        assets.refresh()
        ending = Path(name).suffix
        contents = assets.file(name)
        if contents is None or ending not in TYPES:
            abort(404)
        response = Response(contents, content_type=TYPES[ending])
        for encoding, suffix in ENCODINGS.items():
            small = assets.file(name + suffix)
            if small is not None:
                response.vary.add("Accept-Encoding")
                if request.accept_encodings[encoding] and not response.content_encoding:
                    response.content_encoding = encoding
                    response.set_data(small)
        response.cache_control.public = True
        response.cache_control.max_age = FOR_EVER
        response.cache_control.immutable = True
        return response

    return assets
