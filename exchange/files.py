"""Files that are whole under their name, or not there."""

import os
from pathlib import Path


def put_new(made: Path, target: Path) -> bool:
    """Give a finished file its name, in the same folder's file system; False if that is taken."""
    try:
        os.link(made, target)
    except FileExistsError:
        return False
    except OSError:
        # A stick's file system knows no second name.
        if target.exists():
            return False
        made.rename(target)
    sync_folder(target.parent)
    return True


def write_new(path: Path, text: str) -> None:
    """Write a new file for its owner only, to the disk."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """What has a name keeps it through a power cut."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
