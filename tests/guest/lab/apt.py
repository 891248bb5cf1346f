# SPDX-License-Identifier: Apache-2.0
"""A private apt: own lists, own archives, an empty dpkg status. Nothing on the host is touched.

The mirror and its keyring are the ones the machine already uses (deb822 or one-line sources); the host's
`Acquire` settings (proxies) are carried over. AIE4SIM_MIRROR and AIE4SIM_SUITES override.
"""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Iterable

from . import cache
from .errors import LabError

DEFAULT_SUITES = "trixie trixie-backports"
DEFAULT_KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


@dataclass(frozen=True)
class Mirror:
    """A Debian archive: where it is and which keyring signs it."""
    uri: str
    keyring: str


@dataclass(frozen=True)
class Package:
    """One binary package as apt's Packages index describes it."""
    name: str
    version: str
    sha256: str
    size: int
    source: str

    @property
    def archive(self) -> str:
        """File name that `apt-get download` gives it (the epoch's colon is quoted)."""
        return f"{self.name}_{self.version.replace(':', '%3a')}_{{}}.deb"


def parse_deb822(text: str) -> list[dict[str, str]]:
    """Stanzas of a deb822 text (sources, Packages, `apt-cache show`); continuation lines are joined."""
    stanzas: list[dict[str, str]] = []
    current: dict[str, str] = {}
    field = ""
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        if not line.strip():
            if current:
                stanzas.append(current)
            current, field = {}, ""
        elif line[0] in " \t":
            if field:
                current[field] += "\n" + line.strip()
        elif ":" in line:
            field, _, value = line.partition(":")
            current[field] = value.strip()
    if current:
        stanzas.append(current)
    return stanzas


def _is_main_archive(uri: str, suites: Iterable[str], components: Iterable[str]) -> bool:
    return "main" in components and uri.startswith("http") and any(
        re.fullmatch(r"(bookworm|trixie|forky|sid|stable|testing|unstable)(-backports)?", suite) for suite in suites)


def find_mirror(etc: Path = Path("/etc/apt")) -> Mirror:
    """The first Debian archive (not the security one) that the machine is configured to use."""
    if uri := os.environ.get("AIE4SIM_MIRROR"):
        return Mirror(uri, DEFAULT_KEYRING)
    files = [etc / "sources.list", *sorted((etc / "sources.list.d").glob("*"))]
    for file in files:
        if not file.is_file():
            continue
        text = file.read_text(encoding="utf-8", errors="replace")
        if file.suffix == ".sources":
            for stanza in parse_deb822(text):
                for uri in stanza.get("URIs", "").split():
                    if _is_main_archive(uri, stanza.get("Suites", "").split(), stanza.get("Components", "").split()):
                        keyring = stanza.get("Signed-By", "")
                        return Mirror(uri, keyring if keyring.startswith("/") else DEFAULT_KEYRING)
        elif file.suffix == ".list":
            for line in text.splitlines():
                match = re.match(r"deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+(.*)", line.strip())
                if match and _is_main_archive(match[2], [match[3]], match[4].split()):
                    signed = re.search(r"signed-by=(\S+)", match[1] or "")
                    return Mirror(match[2], signed[1] if signed else DEFAULT_KEYRING)
    raise LabError(f"expected a Debian archive in {etc}, found none: set AIE4SIM_MIRROR=<URI of a Debian mirror>")


def suites() -> list[str]:
    """Suites to look in, the preferred one last."""
    return (os.environ.get("AIE4SIM_SUITES") or DEFAULT_SUITES).split()


class Apt:
    """apt with a configuration, lists and archives of its own below `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.archives = folder / "archives"
        self._environment = dict(os.environ, APT_CONFIG=str(folder / "apt.conf"), LC_ALL="C")

    def configure(self, pins: dict[str, str]) -> None:
        """Writes the configuration. `pins` maps a source package to the version its binaries must have."""
        mirror = find_mirror()
        for sub in ("lists/partial", "archives/partial", "state", "none"):
            (self.folder / sub).mkdir(parents=True, exist_ok=True)
        (self.folder / "status").write_text("")
        (self.folder / "none.conf").write_text("")
        (self.folder / "sources.list").write_text("".join(
            f"deb [arch=amd64 signed-by={mirror.keyring}] {mirror.uri} {suite} main\n" for suite in suites()))
        (self.folder / "preferences").write_text("".join(
            f"Package: src:{source}\nPin: version {version}\nPin-Priority: 1001\n\n"
            for source, version in sorted(pins.items())))
        here = self.folder
        host = subprocess.run(["apt-config", "dump", "Acquire"], capture_output=True, text=True, check=False).stdout
        carried = "".join(line + "\n" for line in host.splitlines()
                          if re.match(r"Acquire::(http|https|Retries|ForceIPv4|ForceIPv6)\b", line))
        (here / "apt.conf").write_text(
            f'{carried}Dir::Etc "{here}/";\nDir::Etc::main "none.conf";\nDir::Etc::parts "none";\n'
            f'Dir::Etc::sourcelist "sources.list";\nDir::Etc::sourceparts "none";\n'
            f'Dir::Etc::preferences "preferences";\nDir::Etc::preferencesparts "none";\n'
            f'Dir::Etc::netrc "/etc/apt/auth.conf";\nDir::Etc::netrcparts "/etc/apt/auth.conf.d";\n'
            f'Dir::State "{here}/state";\nDir::State::lists "{here}/lists";\nDir::State::status "{here}/status";\n'
            f'Dir::Cache "{here}";\nDir::Cache::archives "{here}/archives";\n'
            'APT::Architecture "amd64";\nAPT::Architectures {"amd64";};\nAcquire::Languages "none";\n'
            'APT::Install-Recommends "false";\nAPT::Sandbox::User "root";\nAPT::Default-Release '
            f'"{suites()[-1]}";\n')

    def _run(self, *command: str, cwd: Path | None = None) -> str:
        done = subprocess.run(command, env=self._environment, cwd=cwd, capture_output=True, text=True, check=False)
        if done.returncode:
            reason = next((line for line in done.stderr.splitlines() if line.startswith("E:")), done.stderr.strip())
            raise LabError(f"{' '.join(command[:4])} failed ({done.returncode}): {reason} "
                           "(network, mirror, or a pinned version that the suites do not have)")
        return done.stdout

    def update(self) -> None:
        """Fetches the package indexes."""
        self._run("apt-get", "update", "-qq", "-o", "APT::Update::Error-Mode=any")

    def names(self, prefix: str) -> list[str]:
        """Package names that begin with `prefix`."""
        return sorted(self._run("apt-cache", "pkgnames", prefix).split())

    def versions(self, name: str) -> list[str]:
        """Versions of a package, newest first."""
        return parse_madison(self._run("apt-cache", "madison", name)).get(name, [])

    def closure(self, *wanted: str) -> list[Package]:
        """`wanted` (name=version) and everything they depend on, resolved against an empty machine."""
        return self.describe(parse_simulation(self._run("apt-get", "install", "-s", "-y", *wanted)))

    def describe(self, wanted: Iterable[tuple[str, str]]) -> list[Package]:
        """Index entries of exact (name, version) pairs."""
        pairs = list(wanted)
        found: dict[tuple[str, str], Package] = {}
        for stanza in parse_deb822(self._run("apt-cache", "show", *(f"{n}={v}" for n, v in pairs))):
            key = (stanza["Package"], stanza["Version"])
            source = stanza.get("Source", key[0]).split()[0]
            found[key] = Package(*key, stanza["SHA256"], int(stanza["Size"]), source)
        missing = [f"{name}={version}" for name, version in pairs if (name, version) not in found]
        if missing:
            raise LabError(f"expected {', '.join(missing)} in the package index, not there: run 'fetch --refresh'")
        return [found[pair] for pair in pairs]

    def download(self, packages: list[Package], progress: Callable[[int], None]) -> dict[str, Path]:
        """Downloads and verifies; returns name -> archive. `progress` is told the bytes that are done."""
        done = 0
        result: dict[str, Path] = {}
        missing: list[Package] = []
        for package in packages:
            path = self._archive(package)
            if path and path.stat().st_size == package.size and cache.sha256_of(path) == package.sha256:
                result[package.name] = path
                done += package.size
            else:
                missing.append(package)
        # Groups keep the progress line moving and each apt call short enough to be worth little when interrupted.
        for group in _groups(missing, 8 << 20):
            progress(done)
            self._run("apt-get", "download", "-qq", *(f"{p.name}={p.version}" for p in group), cwd=self.archives)
            for package in group:
                result[package.name] = self._verified(package)
                done += package.size
        progress(done)
        return result

    def _archive(self, package: Package) -> Path | None:
        for architecture in ("amd64", "all"):
            path = self.archives / package.archive.format(architecture)
            if path.is_file():
                return path
        return None

    def _verified(self, package: Package) -> Path:
        path = self._archive(package)
        if path is None:
            raise LabError(f"expected apt-get to download {package.name} {package.version}, no archive appeared")
        got = cache.sha256_of(path)
        if got != package.sha256:
            path.unlink()
            raise LabError(f"{path.name}: expected SHA-256 {package.sha256}, got {got} (mirror or proxy at fault)")
        version = self._run("dpkg-deb", "-f", str(path), "Version").strip()
        if version != package.version:
            raise LabError(f"{path.name}: expected version {package.version}, the archive says {version}")
        return path


def _groups(packages: list[Package], limit: int) -> list[list[Package]]:
    groups: list[list[Package]] = []
    size = limit
    for package in packages:
        if size >= limit:
            groups.append([])
            size = 0
        groups[-1].append(package)
        size += package.size
    return groups


def parse_madison(text: str) -> dict[str, list[str]]:
    """`apt-cache madison` -> name -> versions, newest first (the order apt prints them in), each once."""
    result: dict[str, list[str]] = {}
    for line in text.splitlines():
        fields = [field.strip() for field in line.split("|")]
        if len(fields) == 3 and fields[2].endswith("Packages"):
            versions = result.setdefault(fields[0], [])
            if fields[1] not in versions:
                versions.append(fields[1])
    return result


def parse_simulation(text: str) -> list[tuple[str, str]]:
    """`apt-get install -s` -> (name, version) of each `Inst` line."""
    return [(match[1], match[2]) for match in re.finditer(r"^Inst (\S+) (?:\[[^\]]*\] )?\((\S+) ", text, re.M)]
