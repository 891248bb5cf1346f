# SPDX-License-Identifier: Apache-2.0
"""Command line of the laboratory."""

import argparse
import json
import shlex
import signal
import sys
from pathlib import Path

from . import cache, failure, fetch, scenarios, session
from .errors import LabError

LAB = "lab.py run --aie4sim build/release/aie4sim"
FETCH_EXAMPLES = """\
  lab.py fetch                                   download QEMU, kernels, XRT into the cache (once, about 30 s)
  lab.py fetch --refresh                         move on to the newest versions of the suites
"""
RUN_EXAMPLES = """\
  {call} -- xrt-smi examine
  {call} --kernel 7.2 --memory iova --static-vf -- npu-commands --commands 9
  {call} --no-load -- '. /lab/functions.sh; npu_up; dmesg | tail'
  {call} --profile t.pftrace -- npu-xrt --runs 100
  {call} -- ./my-test arg       a program of yours is copied into the guest
"""
TEST_EXAMPLES = """\
  lab.py test --aie4sim build/release/aie4sim probe commands xrt    scenarios of tests/guest/scenarios in one boot
  lab.py test --aie4sim build/release/aie4sim --faults silence      a group of scenarios/faults.json
  lab.py test --aie4sim build/release/aie4sim --static-vf --kill-rounds 50
"""
LAB_STATUSES = """
exit status of run and test: that of COMMAND, or the number of failures; 124 time limit passed;
125 laboratory, QEMU or device server failed.
exit status of fetch: 0 everything there; 125 it is not.
"""
GUEST_STATUSES = """
exit status: that of COMMAND; 124 time limit passed; 125 laboratory, QEMU or device server failed.
"""
ENVIRONMENT = """
environment:
  AIE4SIM_CACHE          where downloads are kept (default: .cache of the repository)
  AIE4SIM_MIRROR         Debian mirror (default: the one the machine uses)
  AIE4SIM_SUITES         suites to look in, preferred last (default: trixie trixie-backports)
  AIE4SIM_QEMU           an installed QEMU 11.1 or newer to use (default: the system's if new enough, else fetched)
  AIE4SIM_QEMU_VERSION, AIE4SIM_KERNEL_73, AIE4SIM_KERNEL_72, AIE4SIM_BUSYBOX_VERSION, AIE4SIM_XRT_VERSION
                         pin a version, e.g. AIE4SIM_KERNEL_73=7.3.4
"""


FORMAT = argparse.RawDescriptionHelpFormatter


def _parser(called: str | None = None) -> argparse.ArgumentParser:
    """`called`: as what the user knows `lab.py run`, if not as that."""
    title = "Examples:\n" if called else "examples:\n"
    examples = RUN_EXAMPLES.format(call=called or LAB)
    if called:
        epilog = title + examples + GUEST_STATUSES + ENVIRONMENT
    else:
        epilog = title + FETCH_EXAMPLES + examples + TEST_EXAMPLES + LAB_STATUSES + ENVIRONMENT
    parser = argparse.ArgumentParser(prog="lab.py", epilog=epilog, formatter_class=FORMAT,
                                     description="Runs the unmodified amdxdna driver in QEMU against a simulated NPU.")
    commands = parser.add_subparsers(dest="what", required=True, metavar="fetch|run|test")
    fetching = commands.add_parser("fetch", help="download and unpack everything a guest needs")
    fetching.add_argument("--refresh", action="store_true", help="look for newer versions than those in the cache")
    fetching.add_argument("--set", action="append", choices=fetch.ALL_SETS, help="only these (repeatable)")
    running = commands.add_parser("run", help="boot a guest and run a command in it", epilog=epilog, prog=called,
                                  description="Boots an unmodified kernel in QEMU against a fresh device and runs COMMAND in "
                                              "it.", formatter_class=FORMAT)
    add_run_options(running, hidden=called is not None)
    running.add_argument("--called-as", help=argparse.SUPPRESS)
    running.add_argument("--profile", type=Path, metavar="FILE",
                         help="trace the guest's kernel, too, and write one Perfetto timeline of driver and device")
    running.add_argument("command", nargs="+", metavar="COMMAND", help="one string is given to sh -c")
    testing = commands.add_parser("test", help="run scenarios and check their results", epilog=epilog,
                                  formatter_class=FORMAT)
    add_run_options(testing)
    scenarios.add_options(testing)
    return parser


def add_run_options(parser: argparse.ArgumentParser, hidden: bool = False) -> None:
    """Options that describe a guest; scenarios take the same. `hidden`: who calls has given the binary."""
    parser.add_argument("--aie4sim", type=Path, help=argparse.SUPPRESS if hidden else
                        "the product's binary: device server and firmware tool")
    parser.add_argument("--kernel", choices=("7.3", "7.2"), default="7.3", help="of the guest (default 7.3)")
    parser.add_argument("--memory", choices=("carveout", "iova"), default="carveout",
                        help="how the device addresses guest memory (default carveout)")
    parser.add_argument("--vfs", type=int, default=4, metavar="N", help="SR-IOV VFs to enable (default 4)")
    parser.add_argument("--static-vf", action="store_true", help="one VF as an ordinary device instead of SR-IOV")
    parser.add_argument("--no-pf", action="store_true",
                        help="no PF in the machine (with --static-vf; with --vfs 0: no NPU at all)")
    parser.add_argument("--no-load", action="store_true", help="do not load the driver; COMMAND may do it")
    parser.add_argument("--no-xrt", action="store_true", help="leave XRT out of the guest")
    parser.add_argument("--ram", type=int, default=1024, metavar="MIB", help="of the guest (default 1024)")
    parser.add_argument("--append", default="", metavar="ARGS", help="more kernel arguments")
    parser.add_argument("--timeout", type=float, default=120, metavar="S", help="limit for the guest (default 120)")
    parser.add_argument("--log-dir", type=Path, default=Path("aie4sim-guest"), metavar="D",
                        help="for logs, a transcript and result.json (default aie4sim-guest)")
    parser.add_argument("--fault", action="append", default=[], metavar="NAME", help="misbehaviour of the device (names: aie4sim faults)")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a parameter (names: aie4sim config list)")
    parser.add_argument("--config", metavar="FILE", help="TOML file of parameters")
    parser.add_argument("--reboot", action="store_true", help="let the guest reboot instead of ending QEMU")
    parser.add_argument("--keep", action="store_true", help="keep the temporary folder (initramfs, sockets)")
    parser.add_argument("--file", action="append", default=[], metavar="HOST[:GUEST]", help="copy into the guest")
    parser.add_argument("--server", default=session.DEFAULT_SERVER, metavar="TEMPLATE",
                        help="command of the device server (default '%(default)s')")
    parser.add_argument("--npu-image", type=Path, metavar="FILE", help="firmware image instead of a made one")
    parser.add_argument("--cert-image", type=Path, metavar="FILE", help="firmware image instead of a made one")


def options_from(arguments: argparse.Namespace) -> session.Options:
    """Turns parsed arguments into a run's options, checking what argparse cannot."""
    if arguments.no_pf and arguments.vfs and not arguments.static_vf:
        raise LabError("--no-pf needs --static-vf or --vfs 0: SR-IOV VFs exist only below a PF")
    if not 0 <= arguments.vfs <= 16:
        raise LabError(f"--vfs: expected 0 to 16, got {arguments.vfs}")
    if arguments.aie4sim and not arguments.aie4sim.is_file():
        raise LabError(f"--aie4sim {arguments.aie4sim}: no such file (is it built?)")
    if getattr(arguments, "profile", None) and arguments.aie4sim is None:
        raise LabError("--profile needs --aie4sim, which reads the transcript")
    if arguments.aie4sim is None and "{aie4sim}" in arguments.server:
        raise LabError("--aie4sim PATH is needed (or --server with another device server)")
    extra = [word for pair in arguments.set for word in ("--set", pair)]
    extra += ["--config", arguments.config] if arguments.config else []
    images = {"npu": arguments.npu_image, "cert": arguments.cert_image}
    files = {}
    for text in arguments.file:
        host, _, guest = text.partition(":")
        files[guest.strip("/") or f"root/{Path(host).name}"] = Path(host)
    return session.Options(
        aie4sim=arguments.aie4sim.resolve() if arguments.aie4sim else None, kernel=arguments.kernel,
        memory=arguments.memory, vfs=arguments.vfs, static_vf=arguments.static_vf, pf=not arguments.no_pf,
        ram_mib=arguments.ram, append=arguments.append, timeout=arguments.timeout, faults=arguments.fault,
        server=arguments.server, server_arguments=extra, images={k: v for k, v in images.items() if v},
        log_dir=arguments.log_dir, keep=arguments.keep, load=not arguments.no_load, reboot=arguments.reboot,
        xrt=not arguments.no_xrt, files=files, profile=getattr(arguments, "profile", None))


def guest_command(words: list[str], options: session.Options) -> str:
    """One string is shell text; several are quoted. A host program given by path is copied into the guest."""
    if len(words) == 1 and not Path(words[0]).is_file():
        return words[0]
    program = Path(words[0])
    if "/" in words[0] and program.is_file():
        target = f"root/{program.name}"
        options.files[target] = program
        words = [f"/{target}", *words[1:]]
    return shlex.join(words)


def stream(data: bytes) -> None:
    """The command's output, as it comes."""
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def tell(text: str) -> None:
    """The laboratory's own words, beside the command's output."""
    print(f"lab: {text}", file=sys.stderr, flush=True)


def run_tests(arguments: argparse.Namespace) -> int:
    """`lab.py test`: scenarios in one boot, or a fault group, or killed machines."""
    if arguments.kill_rounds:
        return scenarios.kill_machines(options_from(arguments), arguments.kill_rounds)
    if arguments.faults:
        groups = scenarios.fault_groups()
        if arguments.faults not in groups:
            raise LabError(f"no fault group '{arguments.faults}'; there are: {', '.join(groups)}")
        rows = groups[arguments.faults]
        arguments.fault += [str(row["fault"]) for row in rows]
        arguments.no_load = arguments.no_xrt = True
        command = scenarios.fault_command(rows)
    else:
        if not arguments.scenario:
            raise LabError(f"name a scenario: {', '.join(scenarios.names())}")
        command = scenarios.command(arguments.scenario)
    options = options_from(arguments)
    outcome = session.run(options, command, stream, tell)
    if outcome.status == 0:
        scenarios.check_server_log(arguments.scenario, options.log_dir / "server.log")
    else:
        explain(options.log_dir, outcome.status, outcome.error)
    return outcome.status


def explain(folder: Path, status: int, error: str) -> None:
    """The last words of a failed test."""
    sys.stdout.flush()
    print(failure.summary(folder, status, error), file=sys.stderr, flush=True)


def _end(signal_number: int, _: object) -> None:
    raise SystemExit(128 + signal_number)  # so that the processes are ended and the folders removed


def main(words: list[str] | None = None) -> int:
    """Entry point; returns the exit status."""
    words = sys.argv[1:] if words is None else words
    called = words[4] if words[3:4] == ["--called-as"] and len(words) > 4 else None
    arguments = _parser(called).parse_args(words)
    signal.signal(signal.SIGTERM, _end)
    try:
        if arguments.what == "fetch":
            sets = tuple(arguments.set or fetch.ALL_SETS)
            fetch.ensure(sets, arguments.refresh)
            print(json.dumps(fetch.used_versions(sets), indent=1))
            tell(f"cache {cache.root()}")
            return 0
        if arguments.what == "test":
            extra = [word for name in arguments.scenario for word in scenarios.extra_options(name)]
            arguments = _parser().parse_args(["test", *extra, *words[1:]])
            return run_tests(arguments)
        options = options_from(arguments)
        return session.run(options, guest_command(arguments.command, options), stream, tell).status
    except (LabError, OSError) as error:
        if arguments.what == "test":
            explain(arguments.log_dir, session.STATUS_LAB, str(error))
        else:
            tell(str(error))
        return session.STATUS_LAB
    except KeyboardInterrupt:
        return 130
