# SPDX-License-Identifier: Apache-2.0
"""`aie4sim report` in a browser: opens from a file, complains about nothing, draws, and says what the database says."""

import os
import shutil
import sqlite3
import subprocess
import sys
import unittest
from pathlib import Path

import browser

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "programs"))
import npu  # noqa: E402
from streams import stream_column  # noqa: E402
from toolchain import PATIENCE, SIMULATOR, ProgramCase, random_bytes  # noqa: E402

OUTPUT = Path(os.environ["AIE4SIM_TEST_OUTPUT"])
SIZE = 1 << 15
WAYS = [(0, 2, 2, 0), (3, 5, 8, 1)]
SPEC = """name = "Copies <b>through</b> memory tiles"
[parameters]
noc.bytes_per_us = { from = 10000, to = 160000, count = 5, scale = "log" }
noc.latency_ns = { from = 100, to = 500, count = 5 }
stream.burst_bytes = [256, 512, 1024, 2048, 4096]
[[workloads]]
name = "copy, 3 columns"
command = ["run", "copy3.elf", %s]
operations = 123456
dtype = "i8"
"""
SMALL = """name = "with failures"
[parameters]
noc.latency_ns = [0, 100]
[presets.default]
[presets.slow]
set = { clock.aie_mhz = 600 }
[[workloads]]
name = "copy"
command = ["run", "copy1.elf", "--arg", "0=in.bin", "--arg", "1=out:32K"]
[[workloads]]
name = "absent </script><script>document.title='broken'</script>"
command = ["run", "absent.elf"]
"""


@unittest.skipUnless(browser.find(), "no chromium: apt-get install chromium")
class Report(ProgramCase):
    program: str
    big: Path
    faster: Path
    small: Path

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        shutil.rmtree(OUTPUT, ignore_errors=True)
        OUTPUT.mkdir(parents=True)
        cls.program = str(browser.find())
        made = cls("make_databases")
        made.setUp()
        try:
            made.make_databases()
        finally:
            made.doCleanups()

    def make_databases(self) -> None:
        three, one = npu.Program(3), npu.Program(1)
        for col in range(3):
            stream_column(three.uc(2 * col), col, WAYS, SIZE // 4, 4096, 4 * col)
        stream_column(one.uc(0), 0, WAYS[:1], SIZE // 4, 4096, 0)
        self.assemble(three, 12, "copy3")
        self.assemble(one, 2, "copy1")
        (self.folder / "in.bin").write_bytes(random_bytes(SIZE, 3))
        arguments = ", ".join(f'"--arg", "{n}={"out:32K" if n % 2 else "in.bin"}"' for n in range(12))
        faster = SPEC.replace('"run", "copy3.elf"', '"run", "copy3.elf", "--set", "opcode_ns=0"'.replace("opcode", "cert.opcode"))
        for name, text in (("big", SPEC % arguments), ("faster", faster % arguments), ("small", SMALL)):
            (self.folder / f"{name}.toml").write_text(text, encoding="utf-8")
            subprocess.run([SIMULATOR, "sweep", f"{name}.toml", "-o", str(OUTPUT / f"{name}.db")], cwd=self.folder,
                           capture_output=True, check=False, timeout=PATIENCE)

    def page(self, name: str, *databases: str) -> Path:
        page = OUTPUT / f"{name}.html"
        done = subprocess.run([SIMULATOR, "report", *[str(OUTPUT / f"{each}.db") for each in databases], "-o", str(page)],
                              capture_output=True, text=True, check=False, timeout=PATIENCE)
        if "built without the charts" in done.stderr:
            self.skipTest(done.stderr.strip())
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        return page

    def opened(self, page: Path, **options: object) -> browser.Browser:
        window = browser.Browser(self.program, self.folder, **options)
        self.addCleanup(window.close)
        window.open(page)
        self.assertEqual(window.complaints, [])
        self.assertEqual(window.evaluate("document.documentElement.dataset.ready"), "yes")
        return window

    def check_quiet(self, window: browser.Browser) -> None:
        self.assertEqual(window.complaints, [])
        self.assertEqual({url.split(":")[0] for url in window.requests} - {"file", "data", "about"}, set(), "it asked the network")

    def check_drawn(self, window: browser.Browser) -> list[dict]:
        """Every figure has marks inside its frame, a name, and its table."""
        figures = window.evaluate("""[...document.querySelectorAll('figure')].map(figure => ({
            title: figure.querySelector('h3').textContent,
            label: figure.querySelector('.chart').getAttribute('aria-label'),
            marks: figure.querySelectorAll('svg path').length,
            texts: figure.querySelectorAll('svg text').length,
            bad: figure.querySelector('svg')?.outerHTML.includes('NaN') ?? true,
            rows: figure.querySelectorAll('details tbody tr').length,
            wide: figure.scrollWidth > figure.clientWidth + 1}))""")
        for figure in figures:
            with self.subTest(figure["title"]):
                self.assertEqual(figure["label"], figure["title"])
                self.assertGreater(figure["marks"], 5)
                self.assertGreater(figure["texts"], 3)
                self.assertFalse(figure["bad"], "a coordinate is not a number")
                self.assertGreater(figure["rows"], 0)
                self.assertFalse(figure["wide"], "the figure is wider than its frame")
        return figures

    def test_a_grid_of_125_runs_is_drawn_from_a_file_and_a_picture_of_it_is_kept(self) -> None:
        page = self.page("big", "big")
        self.assertNotRegex(page.read_text(encoding="utf-8"), r"""(?:src|href)=["']?(?:https?:)?//""")
        for dark in (False, True):
            window = self.opened(page, dark=dark)
            titles = [figure["title"] for figure in self.check_drawn(window)]
            for expected in ("Time against noc.bytes_per_us (B/us)", "Elasticity of time", "Busiest resources",
                             "The array: busiest DMA channel", "Host memory over time", "DMA of the tiles over time",
                             "Roofline", "Utilisation, largest changes first"):
                self.assertIn(expected, titles)
            window.screenshot(OUTPUT / f"report-{'dark' if dark else 'light'}.png")
            self.assertGreater((OUTPUT / f"report-{'dark' if dark else 'light'}.png").stat().st_size, 50_000)
            self.check_quiet(window)

    def test_the_page_says_what_the_database_says(self) -> None:
        window = self.opened(self.page("big", "big"))
        with sqlite3.connect(OUTPUT / "big.db") as database:
            times = [row[0] / 1e6 for row in database.execute("SELECT time_ps FROM result ORDER BY point")]
            first = database.execute("SELECT name, busy_ps FROM resource WHERE point = 0 AND name NOT LIKE '%stream switch%' "
                                     "ORDER BY busy_ps DESC, position LIMIT 1").fetchone()
        self.assertEqual(len(times), 125)
        shown = window.evaluate("[...document.querySelectorAll('#runs tbody tr')].map(row => row.cells[4].textContent)")
        for text, time in zip(shown, times, strict=True):
            self.assertAlmostEqual(float(text.replace(",", "")) / time, 1, delta=1e-3)
        # The plot's table: rows by noc.bytes_per_us, columns by noc.latency_ns, the smallest burst.
        cell = "document.querySelector('#sweep figure tbody').rows[%d].cells[%d].textContent"
        for row, column in ((0, 0), (4, 0), (2, 3), (4, 4)):
            text = str(window.evaluate(cell % (row, column + 1)))
            self.assertAlmostEqual(float(text.replace(",", "")) / times[25 * row + 5 * column], 1, delta=1e-3)
        self.assertEqual(window.evaluate("document.querySelector('#run figure tbody').rows[0].cells[0].textContent"), first[0])
        self.assertEqual(window.evaluate("document.querySelector('h1').textContent"), "Copies <b>through</b> memory tiles")
        ranking = window.evaluate("[...document.querySelectorAll('#sensitivity tbody tr')].map(row => row.cells[0].textContent)")
        self.assertEqual(sorted(ranking), ["noc.bytes_per_us", "noc.latency_ns", "stream.burst_bytes"])
        self.assertIn("assumed", window.evaluate("document.querySelector('#provenance table').textContent"))

    def test_a_person_can_choose_runs_factors_order_and_colours(self) -> None:
        window = self.opened(self.page("big", "big"))
        window.evaluate("""(() => { window.choose = (label, value) => {
            const list = [...document.querySelectorAll('label.choice')].find(each => each.textContent.startsWith(label)).querySelector('select');
            list.value = value; list.dispatchEvent(new Event('change')); }; })()""")
        window.evaluate("choose('Horizontal', 'stream.burst_bytes')")
        self.assertEqual(window.evaluate("document.querySelector('#sweep h3').textContent"), "Time against stream.burst_bytes (bytes)")
        before = window.evaluate("document.querySelector('#run figcaption p').textContent")
        window.evaluate("[...document.querySelectorAll('#runs tbody button')][77].click()")
        after = window.evaluate("document.querySelector('#run figcaption p').textContent")
        self.assertNotEqual(before, after)
        window.evaluate("choose('Tiles show', 'bytes')")
        self.assertEqual(window.evaluate("document.querySelector('#run .two h3').textContent"), "The array: bytes by DMA")
        window.evaluate("[...document.querySelectorAll('#runs thead button')].find(each => each.textContent.startsWith('time')).click()")
        times = window.evaluate("[...document.querySelectorAll('#runs tbody tr')].map(row => parseFloat(row.cells[4].textContent.replaceAll(',', '')))")
        self.assertEqual(times, sorted(times))
        window.evaluate("choose('Colours', 'dark')")
        self.assertEqual(window.evaluate("getComputedStyle(document.body).backgroundColor"), "rgb(18, 22, 29)")
        self.check_drawn(window)
        self.check_quiet(window)

    def test_two_files_are_compared_run_by_run(self) -> None:
        window = self.opened(self.page("change", "big", "faster"))
        titles = [figure["title"] for figure in self.check_drawn(window)]
        self.assertIn("Time in faster.db against big.db", titles)
        self.assertIn("125 runs are in both; 0 take exactly the same time.", window.evaluate("document.querySelector('#comparison').textContent"))
        changes = window.evaluate("[...document.querySelectorAll('#comparison figure tbody')][0].rows[0].cells[3].textContent")
        self.assertTrue(str(changes).startswith("\N{MINUS SIGN}"), changes)
        self.assertIn("cert.opcode_ns", window.evaluate("document.querySelector('#comparison').textContent"))
        window.screenshot(OUTPUT / "report-comparison.png")
        self.check_quiet(window)

    def test_failed_runs_and_hostile_names_are_shown_as_text(self) -> None:
        window = self.opened(self.page("small", "small"), width=800)
        self.check_drawn(window)
        self.assertEqual(window.evaluate("document.title"), "with failures")
        self.assertEqual(window.evaluate("document.querySelectorAll('#runs .failed').length"), 4)
        self.assertIn("failed: cannot read absent.elf", window.evaluate("document.querySelector('#runs').textContent"))
        self.assertIn("4 failed", window.evaluate("document.querySelector('#overview').textContent"))
        window.screenshot(OUTPUT / "report-narrow.png")
        self.check_quiet(window)

    def test_equal_files_give_equal_pages(self) -> None:
        self.assertEqual(self.page("one", "small").read_bytes(), self.page("two", "small").read_bytes())
        for name in ("one", "two"):
            (OUTPUT / f"{name}.html").unlink()


if __name__ == "__main__":
    unittest.main()
