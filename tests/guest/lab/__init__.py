# SPDX-License-Identifier: Apache-2.0
"""The guest laboratory: an unmodified distribution kernel against a simulated AIE4 NPU.

Read top-down: `cli` (commands) -> `session` (one guest run) -> `qemu`, `server`, `channels` (the
processes and their streams) -> `initramfs`, `programs`, `xrt` (what is in the guest) -> `fetch`, `apt`,
`kernel`, `modules` (where it comes from).
"""
