# SPDX-License-Identifier: Apache-2.0
"""Which packages the laboratory uses, and their unpacked trees in the cache.

A *set* is a folder made from a few packages: `qemu`, `kernel-7.3`, `kernel-7.2`, `busybox`, `xrt`. Sets are
resolved to "newest of the suites" once and then stay as they are until `fetch --refresh`, or until an
environment variable pins another version: tests should not change under a developer's feet.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

from . import cache, kernel, modules
from .apt import Apt, Package, suites
from .errors import LabError

PINS = {"qemu": "AIE4SIM_QEMU_VERSION", "kernel-7.3": "AIE4SIM_KERNEL_73", "kernel-7.2": "AIE4SIM_KERNEL_72",
        "busybox": "AIE4SIM_BUSYBOX_VERSION", "xrt": "AIE4SIM_XRT_VERSION"}
ALL_SETS = tuple(PINS)
DRIVER_MODULES = ["amdxdna"]
XRT_PACKAGES = ["libxrt2", "libxrt-npu2", "libxrt-utils", "libxrt-utils-npu"]
# Parts of XRT's closure that only maintainer scripts and Python helpers need; the tools run without them.
XRT_UNUSED = re.compile(r"(lib)?python3.*|tar|dpkg|debconf|tzdata|media-types|netbase|readline-common|lib(db5|sqlite3"
                        r"|ssl3|expat|ncursesw|readline8|ffi|tinfo|bz2|acl|selinux|pcre2|md0?).*|openssl.*")
LAYOUT = 2  # raise when the content of a set changes for the same packages


def _say(text: str) -> None:
    print(f"lab: {text}", file=sys.stderr, flush=True)


def kernel_packages(names: list[str], series: str, pin: str | None) -> list[str]:
    """linux-binary package names of a series ("7.3"), newest point release first; `pin` selects by prefix."""
    pattern = re.compile(rf"linux-binary-({re.escape(series)}\.(\d+)\+[a-z]+\d+-amd64)")
    found = sorted(((int(m[2]), m[1]) for m in map(pattern.fullmatch, names) if m), reverse=True)
    releases = [release for _, release in found]
    if pin:
        number = re.match(r"\d+\.\d+\.\d+", pin)
        releases = [r for r in releases if number and r.startswith(number[0] + "+")]
    if not releases:
        raise LabError(f"expected a linux-binary-{pin or series + '.*'} package in {' '.join(suites())}, found none "
                       "(the suites moved on: set AIE4SIM_SUITES or the pin)")
    return releases


def _pick(apt: Apt, name: str, pin: str | None) -> str:
    versions = apt.versions(name)
    if not versions:
        raise LabError(f"expected package {name} in {' '.join(suites())}, found none (set AIE4SIM_SUITES)")
    if not pin:
        return versions[0]
    match = next((v for v in versions if v == pin or re.sub(r"^\d+:", "", v).startswith(pin)), None)
    if match is None:
        raise LabError(f"{name}: version {pin} is pinned, the suites have {', '.join(versions)}")
    return match


def _resolve(apt: Apt, which: str, pin: str | None) -> tuple[list[Package], dict[str, Any]]:
    """Packages of a set and what the manifest says about it."""
    if which.startswith("kernel-"):
        release = kernel_packages(apt.names("linux-binary-"), which[7:], pin)[0]
        version = _pick(apt, f"linux-binary-{release}", None)
        wanted = [(f"linux-{part}-{release}", version) for part in ("binary", "modules", "base")]
        packages = apt.describe([*wanted, ("linux-libc-dev", version)])
        return packages, {"version": version, "release": release}
    if which == "busybox":
        version = _pick(apt, "busybox-static", pin)
        return apt.describe([("busybox-static", version)]), {"version": version}
    names = ["qemu-system-x86"] if which == "qemu" else XRT_PACKAGES
    version = _pick(apt, names[0], pin)
    # Binaries of one source depend on each other by exact version, so an older pin has to hold for all of them.
    apt.configure({apt.describe([(names[0], version)])[0].source: version})
    packages = apt.closure(*(f"{name}={version}" for name in names))
    if which == "xrt":
        packages = [p for p in packages if not XRT_UNUSED.fullmatch(p.name)]
        # Headers to compile a client; libxrt-dev does not pull in uuid-dev, but its headers want it.
        packages += apt.describe([("libxrt-dev", version), ("uuid-dev", _pick(apt, "uuid-dev", None))])
    return packages, {"version": version}


def _unpack(packages: list[Package], archives: dict[str, Path], target: Path) -> None:
    def one(package: Package) -> None:
        done = subprocess.run(["dpkg-deb", "-x", str(archives[package.name]), str(target)],
                              capture_output=True, text=True, check=False)
        if done.returncode:
            raise LabError(f"dpkg-deb -x {archives[package.name].name}: {done.stderr.strip()}")

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(one, packages))


def _reduce_kernel(target: Path, release: str) -> None:
    """Keeps of a kernel set what a guest needs: image, modules in load order (uncompressed), headers."""
    tree = target / "usr/lib/modules" / release
    image = (tree / "vmlinuz").read_bytes()
    elf = kernel.extract_elf(image)
    if not kernel.has_pvh_entry(elf):
        raise LabError(f"kernel {release} has no PVH entry point, so QEMU cannot start it uncompressed")
    (target / "vmlinux").write_bytes(elf)
    (target / "vmlinuz").write_bytes(image)
    listing = tree / "modules.builtin"
    builtin = modules.builtin_names(listing.read_text()) if listing.is_file() else set()
    (target / "modules").mkdir()
    order = modules.load_order(DRIVER_MODULES, modules.index(tree), builtin)
    for name, data in order:
        (target / "modules" / f"{name}.ko").write_bytes(data)
    (target / "modules/order").write_text("".join(f"{name}\n" for name, _ in order))
    shutil.move(str(target / "usr/include"), target / "include")
    for rest in [path for path in target.iterdir()
                 if path.name not in ("vmlinux", "vmlinuz", "modules", "include")]:
        shutil.rmtree(rest) if rest.is_dir() and not rest.is_symlink() else rest.unlink()


def _fetch_set(apt: Apt, which: str, pin: str | None) -> dict[str, Any]:
    packages, about = _resolve(apt, which, pin)
    total = sum(p.size for p in packages) / 1e6
    key = cache.digest(LAYOUT, sorted((p.name, p.version, p.sha256) for p in packages))
    target = cache.root() / "sets" / f"{which}-{key}"

    def fill(temporary: Path) -> None:
        archives = apt.download(packages, lambda done: _say(
            f"{which} {about['version']}: {done / 1e6:.1f} of {total:.1f} MB in {len(packages)} packages"))
        _unpack(packages, archives, temporary)
        if which.startswith("kernel-"):
            _reduce_kernel(temporary, about["release"])
        for archive in temporary.rglob("*.a"):
            archive.unlink()  # 45 MB of static libraries in libxrt-dev
        for package in archives.values():
            package.unlink(missing_ok=True)

    cache.folder_entry(target, fill)
    return {**about, "pin": pin, "layout": LAYOUT, "folder": target.name, "packages": [asdict(p) for p in packages]}


def versions_file() -> Path:
    """The record of what is in the cache."""
    return cache.root() / "versions.json"


def _recorded() -> dict[str, Any]:
    try:
        return dict(json.loads(versions_file().read_text()))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}


def _usable(record: dict[str, Any], which: str) -> bool:
    entry = record.get(which)
    return bool(entry and entry.get("layout") == LAYOUT and entry["pin"] == os.environ.get(PINS[which])
                and (cache.root() / "sets" / entry["folder"]).is_dir())


def ensure(sets: tuple[str, ...], refresh: bool = False) -> dict[str, Path]:
    """Folders of the sets, downloading what is missing. Without anything to do it reads one file."""
    record = _recorded()
    missing = [which for which in sets if refresh or not _usable(record, which)]
    if missing:
        with cache.lock():
            record = _recorded()  # another process may have done the work while we waited
            missing = [which for which in sets if refresh or not _usable(record, which)]
            if missing:
                apt = Apt(cache.root() / "apt")
                apt.configure({})
                _say(f"reading the package index of {' '.join(suites())}")
                apt.update()
            for which in missing:
                record[which] = _fetch_set(apt, which, os.environ.get(PINS[which]))
                cache.write_atomic(versions_file(), json.dumps(record, indent=1, sort_keys=True).encode())
    return {which: cache.root() / "sets" / record[which]["folder"] for which in sets}


def used_versions(sets: tuple[str, ...]) -> dict[str, str]:
    """Set -> version, for result files and logs."""
    record = _recorded()
    return {which: record[which]["version"] for which in sets if which in record}
