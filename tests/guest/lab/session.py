# SPDX-License-Identifier: Apache-2.0
"""One guest run: device server, machine, command, and what they left behind."""

import json
import os
import selectors
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable

from . import fetch, initramfs, processes, profile, programs, qemu, xrt
from .channels import Channels
from .errors import LabError
from .server import Server, Wiring

STATUS_TIMEOUT = 124
STATUS_LAB = 125
LOG_PATIENCE = 20.0
CARVEOUT_BASE = 0x14000000
MIB = 1 << 20
DEFAULT_SERVER = "{aie4sim} serve {wiring}"
# What makes a guest under software emulation start faster and nothing else.
QUICK_BOOT = ("quiet loglevel=4 panic=-1 cryptomgr.notests=1 rodata=off nokaslr mitigations=off tsc=reliable "
              "no_timer_check random.trust_cpu=on")


@dataclass
class Options:
    """A run as the user asked for it."""
    aie4sim: Path | None = None
    kernel: str = "7.3"
    memory: str = "carveout"
    vfs: int = 4
    static_vf: bool = False
    pf: bool = True
    ram_mib: int = 1024
    append: str = ""
    timeout: float = 120.0
    faults: list[str] = field(default_factory=list)
    server: str = DEFAULT_SERVER
    server_arguments: list[str] = field(default_factory=list)
    images: dict[str, Path] = field(default_factory=dict)
    log_dir: Path = Path("aie4sim-guest")
    keep: bool = False
    load: bool = True
    reboot: bool = False
    xrt: bool = True
    files: dict[str, Path] = field(default_factory=dict)
    profile: Path | None = None

    @property
    def vf_count(self) -> int:
        """VF sockets to wire."""
        return 1 if self.static_vf else self.vfs

    @property
    def carveout_mib(self) -> int:
        """Per VF, a share of what the machine can spare: a context of three columns needs 9 MiB for XRT's scratchpad
        alone, a program that moves 16 MiB has two buffers of that size."""
        spare = min(256, self.ram_mib - CARVEOUT_BASE // MIB - 128)
        return max(16, min(64, spare // max(1, self.vf_count)))


@dataclass
class Result:
    """How a run ended."""
    status: int
    timings: dict[str, float]
    report: dict[str, Any]
    server_status: int | None = None
    error: str = ""


def _quiet(_: str) -> None:
    pass


def firmware_images(options: Options, folder: Path) -> dict[str, Path]:
    """The two firmware files: given ones, or made by the product's tool."""
    images = dict(options.images)
    for kind in initramfs.FIRMWARE:
        if kind in images or not options.pf:
            continue
        if options.aie4sim is None:
            raise LabError(f"no {kind} firmware image: give --aie4sim (its tool makes one) or --{kind}-image")
        images[kind] = folder / initramfs.FIRMWARE[kind]
        done = subprocess.run([options.aie4sim, "firmware", "make", "--kind", kind, "--output", images[kind]],
                              capture_output=True, text=True, check=False)
        if done.returncode:
            raise LabError(f"aie4sim firmware make --kind {kind} ended with {done.returncode}: {done.stderr.strip()}")
    return images


def guest_configuration(options: Options) -> dict[str, str]:
    """Shell variables of /lab/config in the guest."""
    carveout = options.memory == "carveout"
    return {
        "LAB_PROFILE": "1" if options.profile else "0",
        "LAB_LOAD": "1" if options.load else "0",
        "LAB_PF": f"0000:00:{qemu.PF_SLOT:02x}.0" if options.pf else "",
        "LAB_SRIOV": "0" if options.static_vf else str(options.vfs),
        "LAB_VFS": str(options.vf_count),
        "LAB_MEMORY": options.memory,
        "LAB_KERNEL": options.kernel,
        "LAB_MODULE_ARGUMENTS": "" if carveout else "force_iova=1",
        "LAB_CARVEOUT_BASE": hex(CARVEOUT_BASE),
        "LAB_CARVEOUT_SIZE": str(options.carveout_mib * MIB) if carveout else "",
    }


def profile_arguments(options: Options) -> list[str]:
    """What the device server is asked to note for a timeline."""
    if not options.profile:
        return []
    folder = options.log_dir.resolve()
    return ["--host-times", str(folder / profile.HOST_TIMES), "--trace", str(folder / profile.DEVICE_TRACE),
            "--trace-unit", "ps"]


def kernel_arguments(options: Options) -> str:
    """The guest's kernel command line."""
    words = ["console=ttyS0", QUICK_BOOT]
    if options.memory == "carveout":
        words.append(f"memmap={options.carveout_mib * max(1, options.vf_count)}M${CARVEOUT_BASE:#x}")
    else:
        words.append("intel_iommu=on")
    return " ".join([*words, options.append]).strip()


class Session:
    """The server and one machine after the other; `boot` may be called again after a machine ended."""

    def __init__(self, options: Options, command: str, output: Callable[[bytes], None],
                 note: Callable[[str], None] = _quiet) -> None:
        self.options = options
        self.command = command
        self._output = output
        self._note = note
        self.server: Server | None = None
        self.machine: subprocess.Popen[bytes] | None = None
        self.channels: Channels | None = None
        self.sets = (f"kernel-{options.kernel}", "busybox", *(["xrt"] if options.xrt else []))
        self.folder = Path(tempfile.mkdtemp(prefix="aie4sim-"))  # short: socket paths have 108 bytes

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None:
        self.kill_machine()
        if self.server:
            self.server.stop()
        if self.options.keep:
            print(f"lab: kept {self.folder}", file=sys.stderr)
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

    def prepare(self) -> None:
        """Packages, programs, initramfs, server: everything before QEMU."""
        options, folder = self.options, self.folder
        options.log_dir.mkdir(parents=True, exist_ok=True)
        self._prefix, self._environment = qemu.find(None)
        if not self._prefix:
            self.sets = ("qemu", *self.sets)
        self._trees = fetch.ensure(self.sets)
        if not self._prefix:
            self._prefix, self._environment = qemu.find(self._trees["qemu"])
        self.make_initrd()
        sriov = not options.static_vf and options.vfs > 0
        self._wiring = Wiring(
            pf=folder / "pf.sock" if options.pf else None,
            vfs=[folder / f"vf{index}.sock" for index in range(options.vf_count)],
            qtest=folder / "qtest.sock" if sriov else None, static_vf=options.static_vf,
            record=(options.log_dir / "transcript.aie4t").resolve(), log=(options.log_dir / "server.log").resolve(),
            summary=(options.log_dir / "summary.json").resolve(),
            faults=options.faults, extra=options.server_arguments + profile_arguments(options))
        for stale in ("server.log", "qemu.log", "transcript.aie4t", "result.json", "summary.json", "output.txt",
                      "guest-console.txt", "guest-dmesg.txt", *profile.FILES):
            (options.log_dir / stale).unlink(missing_ok=True)
        template = options.server.replace("{aie4sim}", str(options.aie4sim))
        self.server = Server(template, self._wiring, options.log_dir)

    def make_initrd(self) -> None:
        """Assembles the initramfs for the present command."""
        options = self.options
        kernel_set = self._trees[f"kernel-{options.kernel}"]
        layers = [initramfs.base_layer(self._trees["busybox"], kernel_set), programs.layer(kernel_set)]
        if options.xrt:
            layers += [initramfs.xrt_layer(self._trees["xrt"]), xrt.control_code_layer(self._trees["xrt"])]
        files = dict(options.files)
        if options.profile and options.xrt:
            files["lab/uprobes"] = self.folder / "uprobes"
            files["lab/uprobes"].write_text(profile.uprobes(self._trees["xrt"]))
        content = initramfs.RunContent(self.command, guest_configuration(options),
                                       firmware_images(options, self.folder), files)
        initramfs.assemble(self.folder / "initrd.cpio", layers, content)

    def settled_resources(self, before: dict[str, int] | None, patience: float = 5.0) -> dict[str, int]:
        """The server's resources once it has noticed that the machine is gone: when they are what they were after
        the machine before, or (the first time) when they stand still; after `patience` seconds in any case."""
        assert self.server
        deadline = time.monotonic() + patience
        last = processes.resources(self.server.process.pid)
        while time.monotonic() < deadline and (before is None or last["descriptors"] != before["descriptors"]):
            time.sleep(0.5 if before is None else 0.02)
            now = processes.resources(self.server.process.pid)
            if before is None and now == last:
                break
            last = now
        return last

    def boot(self) -> None:
        """Starts a machine against the running server."""
        options = self.options
        assert self.server
        self.channels = Channels(options.log_dir, self._output, self._note)
        self.channels.device_counters = self.server.counters
        machine = qemu.Machine(
            kernel=self._trees[f"kernel-{options.kernel}"] / "vmlinux", initrd=self.folder / "initrd.cpio",
            append=kernel_arguments(options), memory_mib=options.ram_mib, iommu=options.memory == "iova",
            pf=self._wiring.pf, vfs=self._wiring.vfs, qtest=self._wiring.qtest, reboot=options.reboot,
            trace=(options.log_dir / profile.QEMU_TRACE).resolve() if options.profile else None)
        descriptors = self.channels.guest_descriptors()
        self._started = time.monotonic()
        self.machine = processes.spawn(
            self._prefix + qemu.arguments(machine, descriptors), options.log_dir / "qemu.log",
            env=os.environ | self._environment, pass_fds=descriptors)
        self.channels.release_guest_ends()

    def wait(self, until: Callable[[], bool] | None = None) -> None:
        """Serves the streams until the command is over (or `until` says so); raises on trouble."""
        assert self.channels and self.machine and self.server
        channels, machine, server = self.channels, self.machine, self.server
        finished = until or (lambda: channels.finished)
        deadline = self._started + self.options.timeout
        with selectors.DefaultSelector() as selector:
            for port, end in enumerate(channels.ours):
                selector.register(end, selectors.EVENT_READ, port)
            children = {os.pidfd_open(process.pid): process for process in (machine, server.process)}
            try:
                for descriptor in children:
                    selector.register(descriptor, selectors.EVENT_READ, None)
                while not finished():
                    left = deadline - time.monotonic()
                    if channels.report.status is not None:
                        left = min(left, channels.report.marks["exit"] + LOG_PATIENCE - time.monotonic())
                        if left <= 0:
                            self._note("the rest of the kernel log did not come")
                            return
                    if left <= 0:
                        raise TimeoutError
                    for key, _ in selector.select(left):
                        if key.data is not None:
                            if not channels.pump(key.data):
                                selector.unregister(key.fileobj)
                        else:
                            channels.drain()
                            if not finished():
                                self._child_ended(children[key.fd])
            finally:
                for descriptor in children:
                    os.close(descriptor)

    def _child_ended(self, process: subprocess.Popen[bytes]) -> None:
        options = self.options
        status = process.wait()
        if self.server and process is self.server.process:
            raise LabError(f"the device server ended with status {status} while the guest ran (server at fault): "
                           f"{processes.tail(self.server.log)}")
        log = options.log_dir / ("guest-console.txt" if status == 0 else "qemu.log")
        fault = "the guest stopped by itself" if status == 0 else f"QEMU ended with status {status}"
        raise LabError(f"{fault} before the command was over: {processes.tail(log)}")

    def kill_machine(self) -> None:
        """Ends QEMU at once (SIGKILL) and closes the streams."""
        if self.machine:
            self.machine.kill()
            self.machine.wait()
            self.machine = None
        if self.channels:
            self.channels.drain()
            self.channels.close()
            self.channels = None

    def timings(self) -> dict[str, float]:
        """Seconds of each part, as far as the guest came."""
        assert self.channels and self.server
        marks = self.channels.report.marks
        result = {"server": self.server.start_seconds}
        for name, begin, end in (("boot", None, "init"), ("modules", "init", "driver"), ("probe", "driver", "loaded"),
                                 ("functions", "loaded", "probed"), ("command", "command", "exit")):
            start = self._started if begin is None else marks.get(begin)
            if start is not None and end in marks:
                result[name] = round(marks[end] - start, 3)
        return result


def run(options: Options, command: str, output: Callable[[bytes], None],
        note: Callable[[str], None] = _quiet) -> Result:
    """Boots a guest, runs `command` in it, and writes result.json."""
    begun = time.monotonic()
    outcome = Result(STATUS_LAB, {}, {})
    error = ""
    with Session(options, command, output, note) as session:
        try:
            session.prepare()
            session.boot()
            assert session.channels and session.server
            try:
                session.wait()
                outcome.status = session.channels.report.status or 0
            except TimeoutError:
                outcome.status = STATUS_TIMEOUT
                error = f"the guest was not done after {options.timeout:.0f} s; who waits is in server.log"
                session.server.ask_who_waits()
            finally:
                session.channels.drain()
                outcome.timings = session.timings()
                report = session.channels.report
                outcome.report = {"boots": report.boots, "notes": report.notes, "events": report.events,
                                  "probe_status": report.probe}
            session.kill_machine()
            outcome.server_status = session.server.stop()
            if outcome.server_status and not error:
                error = f"the device server ended with status {outcome.server_status}: " \
                        f"{processes.tail(session.server.log)}"
                outcome.status = outcome.status or STATUS_LAB
            if options.profile and not error:
                assert options.aie4sim
                note(profile.write(options.profile, report.trace, options.aie4sim, options.log_dir))
        except LabError as problem:
            error, outcome.status = str(problem), STATUS_LAB
        finally:
            outcome.timings["total"] = round(time.monotonic() - begun, 3)
            options.log_dir.mkdir(parents=True, exist_ok=True)
            (options.log_dir / "result.json").write_text(json.dumps({
                "status": outcome.status, "error": error, "command": command, "kernel": options.kernel,
                "memory": options.memory, "vfs": options.vf_count, "static_vf": options.static_vf,
                "faults": options.faults, "versions": fetch.used_versions(session.sets),
                "timings_s": outcome.timings, "server_status": outcome.server_status,
                **outcome.report}, indent=1) + "\n")
    if error:
        print(f"lab: {error} (logs in {options.log_dir})", file=sys.stderr, flush=True)
    outcome.error = error
    return outcome
