"""Tables as text: whichever delimiter, with quotes and line breaks in cells (RFC 4180).

Read by hand, as the library loses rows without a word: a quotation mark that is never closed takes
in whatever follows it, up to the next one.
"""

from exchange.domain.refusals import Refused

DELIMITERS = ";\t,|"
"""In the order in which they are tried: what German programs write first."""
_SAMPLE = 50
"""So many rows say which delimiter it is."""
_MOST_LINES = 12
_OF_A_ROW = 3
"""A cell with more lines, or with a line that holds so many delimiters, has swallowed rows."""

Line = tuple[int, list[str]]
"""The number of the line on which a row begins, from 1, and its cells."""


def read_delimited(text: str, most: int | None = None) -> list[Line]:
    """The rows of a table, blank ones left out; at most so many are read. Refuses `list_quote`."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    told, text = _told_delimiter(text)
    delimiter = told or _guessed(text)
    rows = _rows(text, delimiter, 2 if told else 1, most)
    return [(number, cells) for number, cells in rows if any(cells)]


def _told_delimiter(text: str) -> tuple[str, str]:
    """Excel's own first line, `sep=;`."""
    first, _, rest = text.partition("\n")
    if first.lower().startswith("sep=") and len(first) == len("sep=") + 1:
        return first[-1], rest
    return "", text


def _guessed(text: str) -> str:
    """The delimiter under which most rows have the same number of cells, and more than one."""

    def score(delimiter: str) -> tuple[int, int]:
        try:
            rows = _rows(text, delimiter, 1, most=_SAMPLE)
        except Refused:
            # A quotation mark without end is said later, under the likeliest delimiter.
            rows = [(0, line.split(delimiter)) for line in text.split("\n", _SAMPLE)[:_SAMPLE]]
        widths = [len(cells) for _, cells in rows if any(cells)]
        usual = max(set(widths), key=widths.count, default=1)
        return (widths.count(usual) if usual > 1 else 0), usual

    best = max(DELIMITERS, key=score)
    return best if score(best)[0] else DELIMITERS[0]


def _rows(text: str, delimiter: str, first: int, most: int | None = None) -> list[Line]:
    rows: list[Line] = []
    cells: list[str] = []
    at, line, begins = 0, first, first
    while at <= len(text):
        cell, at, breaks = _cell(text, at, delimiter, begins)
        cells.append(cell)
        line += breaks
        if at < len(text) and text[at] == delimiter:
            at += 1
            continue
        rows.append((begins, cells))
        if most is not None and len(rows) >= most:
            break
        cells, at, line = [], at + 1, line + 1
        begins = line
    return rows


def _cell(text: str, at: int, delimiter: str, row: int) -> tuple[str, int, int]:
    """A cell, where it ends, and how many lines it went on over."""
    start = at
    while at < len(text) and text[at] == " ":
        at += 1
    if at < len(text) and text[at] == '"':
        return _quoted(text, at + 1, delimiter, row)
    return _plain(text, start, delimiter)


def _quoted(text: str, at: int, delimiter: str, row: int) -> tuple[str, int, int]:
    start = at - 1
    parts: list[str] = []
    while True:
        end = text.find('"', at)
        if end < 0:
            raise Refused("list_quote", row=row)
        parts.append(text[at:end])
        if text[end + 1 : end + 2] != '"':
            break
        parts.append('"')
        at = end + 2
    cell, end = "".join(parts), end + 1
    while end < len(text) and text[end] == " ":
        end += 1
    lines = cell.split("\n")
    if end < len(text) and text[end] not in (delimiter, "\n"):
        if len(lines) == 1:
            # Marks that somebody typed: „"Lotte" am Telefon".
            return _plain(text, start, delimiter)
        # It was closed by the opening mark of another cell, rows further down.
        raise Refused("list_quote", row=row)
    if len(lines) > _MOST_LINES or any(line.count(delimiter) >= _OF_A_ROW for line in lines[1:]):
        raise Refused("list_quote", row=row)
    return cell.strip(), end, len(lines) - 1


def _plain(text: str, start: int, delimiter: str) -> tuple[str, int, int]:
    ends = [found for end in (delimiter, "\n") if (found := text.find(end, start)) >= 0]
    end = min(ends, default=len(text))
    return text[start:end].strip(), end, 0
