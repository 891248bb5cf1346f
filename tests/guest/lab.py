#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Entry point of the guest laboratory; the work is in the package `lab` beside this file."""

import sys

from lab.cli import main

if __name__ == "__main__":
    sys.exit(main())
