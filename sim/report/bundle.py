# SPDX-License-Identifier: Apache-2.0
"""Bundles the scripts of the report, ECharts among them, into one file with esbuild.

Packages come from the npm registry as package-lock.json pins them, are verified by npm, and are kept in AIE4SIM_CACHE
(default: .cache at the root of the repository), so that only the first build needs a network. Where there is no Node.js, or
no registry, the result is an empty file, and `aie4sim report` says so.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PAGE = Path(__file__).resolve().parent / "page"
REPOSITORY = PAGE.parents[2]
PATIENCE = 300


def digest(paths: list[Path]) -> str:
    key = hashlib.sha256()
    for path in paths:
        content = path.read_bytes()
        key.update(f"{path.name} {len(content)}\n".encode() + content)
    return key.hexdigest()


def packages() -> Path:
    """The folder with node_modules as the lock file wants them."""
    pinned = [PAGE / "package.json", PAGE / "package-lock.json"]
    cache = Path(os.environ.get("AIE4SIM_CACHE") or REPOSITORY / ".cache").resolve() / "report"
    folder = cache / digest(pinned)[:16]
    if folder.is_dir():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix="fresh-", dir=cache))
    try:
        for path in pinned:
            shutil.copy(path, fresh)
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1", "--loglevel=error"],
                       cwd=fresh, check=True, timeout=PATIENCE, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            fresh.rename(folder)
        except OSError:
            if not folder.is_dir():  # Otherwise another build was faster.
                raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return folder


def bundle(target: Path) -> None:
    """esbuild finds packages beside the sources only, so the sources go to the packages."""
    folder = packages()
    with tempfile.TemporaryDirectory(prefix="page-", dir=folder) as work:
        for source in PAGE.glob("*.js"):
            shutil.copy(source, work)
        fresh = target.with_suffix(".new")
        subprocess.run(["node", str(folder / "node_modules/esbuild/bin/esbuild"), f"{work}/main.js", "--bundle", "--minify",
                        "--format=iife", "--target=es2020", "--charset=ascii", "--legal-comments=inline", "--log-level=warning",
                        f"--outfile={fresh}"], check=True, timeout=PATIENCE, stdin=subprocess.DEVNULL)
        text = fresh.read_text(encoding="ascii")
        # The one sequence that would end the element in which the script stands.
        fresh.write_text(text.replace("</script", "<\\/script"), encoding="ascii")
        fresh.replace(target)


def main() -> int:
    target = Path(sys.argv[1])
    stamp = target.with_suffix(".stamp")
    sources = digest([*sorted(PAGE.glob("*.js")), PAGE / "package.json", PAGE / "package-lock.json", Path(__file__).resolve()])
    if target.is_file() and target.stat().st_size and stamp.is_file() and stamp.read_text(encoding="ascii") == sources:
        return 0
    missing = [tool for tool in ("node", "npm") if not shutil.which(tool)]
    try:
        if missing:
            raise OSError(f"there is no {' and no '.join(missing)}")
        bundle(target)
        stamp.write_text(sources, encoding="ascii")
    except (OSError, subprocess.SubprocessError) as error:
        print(f"warning: this aie4sim will have no `report`: {error}", file=sys.stderr)
        if not target.is_file() or target.stat().st_size:
            target.write_text("", encoding="ascii")
    return 0


if __name__ == "__main__":
    sys.exit(main())
