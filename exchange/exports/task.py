"""Writing a table as a job (`exchange/jobs.py`): ready rows come in, a file goes out.

The child knows no key: what it is given is what stands in the file.
"""

import base64
import json
from collections.abc import Callable

from exchange.exports.tables import Table, as_csv, as_ods, as_xlsx

WRITERS = {"csv": as_csv, "ods": as_ods, "xlsx": as_xlsx}


def write(data: bytes, *, progress: Callable[[float], None], kind: str) -> str:
    """The file in base64. `data`: {"title", "header", "rows"} as JSON; `kind`: of `WRITERS`."""
    told = json.loads(data)
    progress(0.1)
    table = Table(told["title"], told["header"], told["rows"])
    return base64.b64encode(WRITERS[kind](table)).decode()
