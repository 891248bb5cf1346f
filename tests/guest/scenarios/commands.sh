# SPDX-License-Identifier: Apache-2.0
# 10,000 commands over all VFs and 16 contexts: direct, indirect, chains, queue wrap, doorbells at all times.
must npu-commands --commands 10000 --contexts 16
must npu-commands --commands 500 --contexts 1 --vf 0 --layout wide --seed 7
must npu-commands --commands 500 --contexts 1 --vf 0 --layout compact --seed 8
