"""Where a ledger lies: what the doctor reads from the mounts, the folders' names, the disk."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ilactl.ledger.diagnosis.holding import holding
from ilactl.ledger.diagnosis.place import file_system, mount_of, mounts, room, sync_programs
from ilactl.ledger.diagnosis.signs import named
from ilactl.ledger.snapshot import Snapshot, open_folder
from tests.storage.support import make, writer

MOUNTS = """\
27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 27 0:40 / /srv/one rw,relatime - nfs4 server:/one rw,vers=4.2,local_lock=none
31 27 0:41 / /srv/two rw,relatime - nfs server:/two rw,vers=3,nolock,local_lock=all
32 27 0:42 / /srv/three rw - cifs //server/three rw,vers=3.1.1,nobrl
33 27 0:43 / /srv/four rw - cifs //server/four rw,vers=3.1.1
34 27 0:44 / /srv/five\\040and\\040six rw shared:3 master:1 - fuse.sshfs me@host:/ rw,user_id=0
35 27 0:45 / /dev/shm rw - tmpfs tmpfs rw
36 27 8:1 / /media/stick rw - vfat /dev/sda1 rw
37 27 0:46 / /mnt/c rw - 9p drvfs rw,aname=drvfs
38 27 8:2 / /mnt/old ro - ext4 /dev/sdb rw
39 27 8:3 / /srv/one rw - xfs /dev/sdc rw
a line of nonsense - that
40 27 8:x / / rw - ext3 /dev/sdd rw
"""


@pytest.mark.parametrize(
    ("path", "kind", "state", "said"),
    [
        ("/home/ona/ledger", "ext4", "ok", "local"),
        ("/srv/ones", "ext4", "ok", "local"),
        ("/srv/one/ledger", "xfs", "ok", "local"),
        ("/srv/two/ledger", "nfs", "fault", "mounted with local_lock=all, nolock"),
        ("/srv/three", "cifs", "fault", "nobrl"),
        ("/srv/four/ledger", "cifs", "look", "as good as its server's"),
        ("/srv/five and six/ledger", "fuse.sshfs", "look", "this machine only"),
        ("/dev/shm/ledger", "tmpfs", "look", "gone at the next start"),
        ("/media/stick/ledger", "vfat", "look", "modes"),
        ("/mnt/c/ledger", "9p", "look", "another system's"),
        ("/mnt/old/ledger", "ext4", "look", "read-only"),
    ],
)
def test_mounts(path: str, kind: str, state: str, said: str) -> None:
    mount = mount_of(Path(path), MOUNTS)
    assert mount is not None
    assert mount.kind == kind
    sign = file_system(mount)
    assert (sign.state, said in sign.text) == (state, True), sign
    assert bool(sign.remedy) == (state != "ok")


def test_nfs_with_server_locks_is_no_fault() -> None:
    text = "\n".join(MOUNTS.splitlines()[:2])
    assert file_system(mount_of(Path("/srv/one"), text)).state == "look"


def test_this_machine_tells_its_mounts(tmp_path: Path) -> None:
    text = mounts()
    if text is not None:
        assert mount_of(tmp_path.resolve(), text) is not None
    assert file_system(None).state == "ok"


@pytest.mark.parametrize(
    ("marker", "program"), [(".stfolder", "Syncthing"), (".dropbox.cache", "Dropbox"), (".sync", "Resilio")]
)
@pytest.mark.parametrize("above", [0, 1, 2])
def test_a_sync_programs_marker_is_a_fault(tmp_path: Path, marker: str, program: str, above: int) -> None:
    root = tmp_path / "a" / "ledger"
    root.mkdir(parents=True)
    ([root, *root.parents][above] / marker).mkdir()
    (sign,) = sync_programs(root)
    assert (sign.state, sign.text.startswith(program)) == ("fault", True)


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("Dropbox", "look"), ("Dropbox (Agency)", "look"), ("OneDrive - Agency", "look"),
        ("Nextcloud", "look"),
        ("dropboxes", "ok"), ("sync", "ok"), ("papers", "ok"),
    ],
)  # fmt: skip
def test_a_folder_called_like_one_is_looked_at(tmp_path: Path, name: str, state: str) -> None:
    root = tmp_path / name / "ledger"
    root.mkdir(parents=True)
    assert [sign.state for sign in sync_programs(root)] == [state]
    link = tmp_path / "link"
    link.symlink_to(root)
    assert [sign.state for sign in sync_programs(link)] == [state]


@pytest.mark.parametrize(
    "name", ["persons.sync-conflict-20260301-101112-ABCDEFG.csv", "persons (Ona's conflicted copy 2026).csv"]
)
def test_two_versions_of_a_file_are_a_fault(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    assert [sign.state for sign in sync_programs(tmp_path)] == ["fault"]


def disk(free: int, *, files: int = 9) -> os.statvfs_result:
    found: Any = SimpleNamespace(f_bavail=free, f_frsize=1, f_files=9, f_favail=files, f_blocks=1 << 40)
    return cast("os.statvfs_result", found)


def test_room_is_measured_against_growth(sample_ledger: Path) -> None:
    snapshot = Snapshot.open(sample_ledger)
    assert room(snapshot, disk(1 << 40)).state == "ok"
    assert "grows by" in room(snapshot, disk(1 << 40)).text
    assert room(snapshot, disk(50 << 20)).state == "look"
    assert room(snapshot, disk(1000)).state == "fault"
    assert room(snapshot, disk(1 << 40, files=0)).state == "fault"
    assert room(None, disk(1 << 40)).state == "ok"


def test_the_kernels_list_of_locks_is_read(tmp_path: Path) -> None:
    root = make(tmp_path / "ledger")
    with writer(root):
        pass
    folder = open_folder(root)
    inode = (root / ".ilactl" / "lock").stat().st_ino
    line = "{n}: {arrow}FLOCK  ADVISORY  WRITE 4711 {device}:{inode} 0 EOF\n"
    mine = line.format(n=1, arrow="", device="00:2a", inode=inode)
    assert holding(folder, mine, {(0, 42)}).held
    assert "process 4711" in holding(folder, mine, {(0, 42)}).sign.text
    assert not holding(folder, mine, {(0, 43)}).held
    assert not holding(folder, line.format(n=1, arrow="-> ", device="00:2a", inode=inode), {(0, 42)}).held
    assert not holding(folder, "nonsense\n1: FLOCK A W x y z\n", set()).held
    assert "cannot be told" in holding(folder, None, set()).sign.text


def test_many_names_are_cut_short() -> None:
    assert named(["a", "b"]) == "a, b"
    assert named([str(n) for n in range(8)]) == "0, 1, 2, 3, 4 and 3 more"
