# SPDX-License-Identifier: Apache-2.0
"""`aie4sim serve`: its life from `ready` to the summary, and what it refuses."""

import json
import os
import signal
import socket
import struct
import subprocess
import time
import unittest

import perfetto
from program import PATIENCE, PROGRAM, ProgramCase

VERSION, REGION_READ, DEVICE_RESET = 1, 9, 13
CONFIG_REGION = 7


class Server:
    """A running server; `stop` returns its status and output."""

    def __init__(self, *words: object) -> None:
        self.process = subprocess.Popen([PROGRAM, "serve", *map(str, words)], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        assert self.process.stdout
        self.first_line = self.process.stdout.readline()

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str, str]:
        self.process.send_signal(number)
        output, log = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, output, log


class Client:
    """As much of a vfio-user client as it takes to look at a device."""

    def __init__(self, path: object) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(str(path))
        capabilities = b'{"capabilities":{"max_msg_fds":8,"max_data_xfer_size":1048576}}\0'
        self.ask(VERSION, struct.pack("<HH", 0, 1) + capabilities)

    def ask(self, command: int, payload: bytes = b"") -> bytes:
        """Sends a request; returns the payload of its reply, which must be no error."""
        self.socket.sendall(struct.pack("<HHIII", 1, command, 16 + len(payload), 0, 0) + payload)
        _, answered, size, flags, error = struct.unpack("<HHIII", self._receive(16))
        assert (answered, flags & 0xF, error) == (command, 1, 0), (answered, flags, error)
        return self._receive(size - 16)

    def config(self, offset: int, size: int) -> int:
        """Reads configuration space."""
        reply = self.ask(REGION_READ, struct.pack("<QII", offset, CONFIG_REGION, size))
        return int.from_bytes(reply[16:16 + size], "little")

    def _receive(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            piece = self.socket.recv(size - len(data))
            assert piece, "the server closed the connection"
            data += piece
        return data


class Serve(ProgramCase):
    def start(self, *words: object) -> Server:
        server = Server(*words)
        self.addCleanup(server.process.stdout.close)
        self.addCleanup(server.process.stderr.close)
        self.addCleanup(server.process.wait)
        self.addCleanup(server.process.kill)
        self.assertEqual(server.first_line, "ready\n", server.process.stderr.read() if not server.first_line else "")
        return server

    def client(self, path: object) -> Client:
        client = Client(path)
        self.addCleanup(client.socket.close)
        return client

    def test_the_functions_are_those_of_the_sockets(self) -> None:
        pf, vf = self.folder / "pf.sock", self.folder / "vf.sock"
        # The configuration says otherwise, and loses.
        server = self.start("--pf", pf, "--static-vf", vf, "--set", "functions.vfs=3", "--identity", "1b0b")
        self.assertEqual(self.client(pf).config(0, 4), 0x1B0B1022)
        self.assertEqual(self.client(vf).config(0, 4), 0x1B0C1022)
        status, output, _ = server.stop()
        self.assertEqual(status, 0)
        self.assertIn("clients: 2 served", output)

    def test_sriov_functions_change_face_at_the_first_reset(self) -> None:
        pf, vf = self.folder / "pf.sock", self.folder / "vf.sock"
        self.start("--pf", pf, "--vf", vf)
        to_pf, to_vf = self.client(pf), self.client(vf)
        self.assertEqual((to_pf.config(0x100, 4), to_vf.config(0, 4)), (0, 0x17F31022))
        to_pf.ask(DEVICE_RESET)
        to_vf.ask(DEVICE_RESET)
        self.assertEqual((to_pf.config(0x100, 4) & 0xFFFF, to_vf.config(0, 4)), (0x0010, 0xFFFFFFFF))

    def test_a_static_vf_needs_no_pf(self) -> None:
        vf = self.folder / "vf.sock"
        server = self.start("--static-vf", vf)
        self.assertEqual(self.client(vf).config(0, 4), 0x17F31022)
        self.assertEqual(server.stop()[0], 0)

    def test_both_signals_end_it_with_a_summary(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number):
                server = self.start("--pf", self.folder / "pf.sock")
                status, output, _ = server.stop(number)
                self.assertEqual(status, 0)
                self.assertIn("not modelled: nothing was touched\n", output)
                self.assertIn("simulator defect 0\n", output)

    def test_the_summary_is_there_for_machines_too(self) -> None:
        file = self.folder / "summary.json"
        pf = self.folder / "pf.sock"
        server = self.start("--pf", pf, "--summary-json", file)
        self.client(pf).config(0, 4)
        server.stop()
        summary = json.loads(file.read_text())
        self.assertEqual(summary["unmodelled"], {"total": 0, "entries": []})
        self.assertEqual(summary["server"]["messages"]["REGION_READ"], 1)
        self.assertEqual(summary["counters"]["pf.mmio_reads"], {"value": 0, "unit": "1"})
        self.assertNotIn("recording", summary)

    def test_its_timeline_is_complete_when_it_ends(self) -> None:
        vf, file = self.folder / "vf.sock", self.folder / "trace"
        server = self.start("--static-vf", vf, "--trace", file)
        self.client(vf).ask(DEVICE_RESET)
        self.assertEqual(server.stop()[0], 0)
        # Without a PF the device is up, with its firmware, as soon as there is one.
        self.assertIn("boot, us", {one.name for one in perfetto.read(file.read_bytes()).of("MPNPU")})

    def test_what_a_client_does_is_recorded_and_replays(self) -> None:
        pf, vf, record = (self.folder / name for name in ("pf.sock", "vf.sock", "run.aie4t"))
        server = self.start("--pf", pf, "--vf", vf, "--record", record)
        client = self.client(pf)
        client.ask(DEVICE_RESET)
        self.assertEqual(client.config(0, 4), 0x17F21022)
        status, output, _ = server.stop()
        self.assertEqual(status, 0)
        self.assertRegex(output, r"recorded: \d+ events, trace hash [0-9a-f]{64}\n")
        self.assertIn("Vendor ID", self.succeed("transcript", "print", record))
        self.assertIn("all as recorded", self.succeed("replay", record))

    def test_the_computers_clock_at_each_recorded_event_goes_to_a_file_of_its_own(self) -> None:
        pf, record, times = (self.folder / name for name in ("pf.sock", "run.aie4t", "times"))
        before = time.monotonic_ns()
        server = self.start("--pf", pf, "--record", record, "--host-times", times)
        client = self.client(pf)
        client.ask(DEVICE_RESET)
        client.config(0, 4)
        _, output, _ = server.stop()
        noted = [value for (value,) in struct.iter_unpack("<Q", times.read_bytes())]
        self.assertIn(f"recorded: {len(noted)} events", output)
        self.assertEqual(noted, sorted(noted))
        self.assertTrue(before < noted[0] and noted[-1] < time.monotonic_ns())

    def test_the_log_goes_to_the_file_and_carries_simulated_time(self) -> None:
        log, pf = self.folder / "server.log", self.folder / "pf.sock"
        log.write_text("before\n")
        server = self.start("--pf", pf, "--log", log)
        self.client(pf)
        _, _, errors = server.stop()
        self.assertEqual(errors, "")
        lines = log.read_text().splitlines()
        self.assertEqual(lines[0], "before")
        self.assertIn("info: [0.000 us] pf: client connected", lines)

    def test_a_signal_asks_who_waits(self) -> None:
        log = self.folder / "server.log"
        server = self.start("--pf", self.folder / "pf.sock", "--log", log)
        server.process.send_signal(signal.SIGUSR1)
        deadline = time.monotonic() + PATIENCE
        while "hang report" not in (log.read_text() if log.exists() else "") and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertIn("hang report: ", log.read_text())
        self.assertEqual(server.stop()[0], 0)

    def test_the_same_signal_writes_the_summary_so_far(self) -> None:
        file = self.folder / "summary.json"
        pf = self.folder / "pf.sock"
        server = self.start("--pf", pf, "--summary-json", file)
        client = self.client(pf)
        for reads in (1, 2):
            client.config(0, 4)
            file.unlink(missing_ok=True)
            server.process.send_signal(signal.SIGUSR1)
            summary = None
            deadline = time.monotonic() + PATIENCE
            while summary is None and time.monotonic() < deadline:
                try:
                    summary = json.loads(file.read_text())
                except (FileNotFoundError, json.JSONDecodeError):
                    time.sleep(0.01)
            self.assertEqual(summary["server"]["messages"]["REGION_READ"], reads)
        self.assertEqual(server.stop()[0], 0)

    def test_a_report_that_cannot_be_written_does_not_end_the_server(self) -> None:
        log, pf = self.folder / "server.log", self.folder / "pf.sock"
        server = self.start("--pf", pf, "--summary-json", self.folder / "missing" / "summary.json", "--log", log)
        server.process.send_signal(signal.SIGUSR1)
        deadline = time.monotonic() + PATIENCE
        while "cannot write" not in (log.read_text() if log.exists() else "") and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertIn("cannot write", log.read_text())
        self.assertEqual(self.client(pf).config(0, 4), 0x17F21022)

    def test_sockets_are_gone_afterwards_and_the_next_server_takes_them(self) -> None:
        pf = self.folder / "pf.sock"
        for _ in range(2):
            self.start("--pf", pf).stop()
        self.assertFalse(os.path.exists(pf))


class Refusals(ProgramCase):
    def test_functions_that_do_not_fit_together_are_usage_errors(self) -> None:
        for text, *words in (("for some function", ), ("--pf beside --vf", "--vf", "v"),
                             ("came both", "--pf", "p", "--vf", "v", "--static-vf", "s"),
                             ("at most 16", "--pf", "p", *(word for i in range(17) for word in ("--vf", f"v{i}")))):
            with self.subTest(words):
                self.fail_with(2, text, "serve", *words)

    def test_wrong_values_are_usage_errors(self) -> None:
        for text, *words in (("--pf-address", "--pf-address", "5"), ("--pf-address", "--pf-address", "20.0"),
                             ("--pf-address", "--pf-address", "4.8"), ("--busy-poll-us", "--busy-poll-us", "-1"),
                             ("--log-level", "--log-level", "loud"), ("--identity", "--identity", "17f1"),
                             ("psp-silent", "--fault", "psp-silentt")):
            with self.subTest(words):
                self.fail_with(2, text, "serve", "--pf", "p", *words)

    def test_a_socket_that_cannot_be_had_fails(self) -> None:
        self.fail_with(1, "absent", "serve", "--pf", self.folder / "absent" / "pf.sock")


if __name__ == "__main__":
    unittest.main()
