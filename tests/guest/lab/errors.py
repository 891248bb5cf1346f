# SPDX-License-Identifier: Apache-2.0
"""The one exception of the laboratory."""


class LabError(Exception):
    """A bad situation, told in one line: what was expected, what came, who is likely at fault."""
