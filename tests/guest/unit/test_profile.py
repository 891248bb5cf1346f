# SPDX-License-Identifier: Apache-2.0
"""What the laboratory collects for a timeline."""

import base64
import gzip
import struct
import unittest

from lab import profile
from lab.errors import LabError


class ProfileTest(unittest.TestCase):
    def test_a_trace_that_arrived_whole_is_unpacked_and_another_is_refused(self) -> None:
        text = "function 0000:00:04.0 24\nfunction 0000:00:06.0 25 26\n    1.000000 |\n"
        packed = base64.b64encode(gzip.compress(text.encode())).decode()
        lines = [packed[:30], packed[30:]]
        self.assertEqual(profile.unpack(lines), text)
        self.assertEqual(profile.guest_text(lines, ""), "function pf 24\nfunction vf1 25 26\n    1.000000 |\n")
        with self.assertRaisesRegex(LabError, "did not arrive whole"):
            profile.unpack(lines[:1])
        with self.assertRaisesRegex(LabError, "none came"):
            profile.unpack([])

    def test_what_qemu_sent_is_put_on_the_monotonic_clock(self) -> None:
        log = ("2026-11-26T13:59:20.639940Z vfio_user_region_rw  region 2 offset 0x1000 count 4\n"
               "2026-11-26T13:59:20.639941Z vfio_user_recv_hdr something else\n")
        self.assertEqual(profile.sent(log, 1795701560 * 10**9), ["sent 639940000 2 0x1000"])

    def test_a_probe_is_at_the_place_in_the_file_that_is_loaded_there(self) -> None:
        def program_header(kind: int, offset: int, address: int, size: int) -> bytes:
            return struct.pack("<IIQQQQQQ", kind, 0, offset, address, address, size, size, 0)

        elf = bytearray(64)
        elf[32:40] = (64).to_bytes(8, "little")
        elf[54:58] = struct.pack("<HH", 56, 3)
        elf += program_header(2, 0, 0, 1 << 20) + program_header(1, 0, 0, 0x1000) + \
            program_header(1, 0x800, 0x2000, 0x100)
        self.assertEqual(profile.file_offset(bytes(elf), 0x123), 0x123)
        self.assertEqual(profile.file_offset(bytes(elf), 0x2010), 0x810)
        with self.assertRaisesRegex(LabError, "0x2100"):
            profile.file_offset(bytes(elf), 0x2100)


if __name__ == "__main__":
    unittest.main()
