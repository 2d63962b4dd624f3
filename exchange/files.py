"""Files that are whole under their name, or not there; and for their owner's eyes only."""

import os
import stat
from pathlib import Path
from typing import IO


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


def open_private(path: Path) -> IO[str]:
    """Open a file to write into it; one that is made is for its owner only, whatever the umask."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w")


def create_private(path: Path) -> IO[bytes]:
    """A new file to write into, or an old one made empty; for its owner only."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def write_private(path: Path, data: bytes) -> None:
    """Write a file for its owner only; whoever reads it meanwhile finds the former one, whole."""
    made = path.with_name(f".{path.name}")
    with create_private(made) as file:
        file.write(data)
    made.replace(path)


def make_private_folder(path: Path) -> None:
    """Make a folder for its owner only, whatever the umask. One that is there stays as it is."""
    if not path.is_dir():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir(mode=0o700, exist_ok=True)


def make_private(path: Path) -> bool:
    """Take all rights of others from a file or folder of ours; False if they keep some.

    What is not there is private. What belongs to another, and a folder that all share (/tmp), is
    left as it is: others need it.
    """
    try:
        found = path.stat()
        if os.name == "nt" or not stat.S_IMODE(found.st_mode) & 0o077:
            return True
        if found.st_uid != os.geteuid() or found.st_mode & stat.S_ISVTX:
            return False
        path.chmod(0o700 if stat.S_ISDIR(found.st_mode) else 0o600)
        # A stick's file system takes it and forgets it.
        return not stat.S_IMODE(path.stat().st_mode) & 0o077
    except FileNotFoundError:
        return True
    except OSError:
        return False


def sync_folder(folder: Path) -> None:
    """What has a name keeps it through a power cut."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
