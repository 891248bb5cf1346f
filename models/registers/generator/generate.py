#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns the register data of npu3/ into C++ tables and the documentation page.

usage: generate.py cpp OUTPUT-FOLDER | generate.py markdown OUTPUT-FILE | generate.py check FILE

check fails if the documentation page FILE is not what the data says. data.py describes the data.
"""
import pathlib
import sys

import cpp
import data
import markdown


def main(arguments):
    if len(arguments) != 2 or arguments[0] not in ("cpp", "markdown", "check"):
        sys.exit(__doc__)
    command, path = arguments[0], pathlib.Path(arguments[1])
    tiles = data.load()
    streams, ports = data.load_ports(tiles)
    if command == "cpp":
        cpp.write(path, tiles, streams, ports, data.load_events())
        return
    page = markdown.page(tiles, ports)
    if command == "markdown":
        path.write_text(page, encoding="utf-8")
    elif path.read_text(encoding="utf-8") != page:
        sys.exit(f"{path} is out of date: run models/registers/generator/generate.py markdown {path}")


if __name__ == "__main__":
    main(sys.argv[1:])
