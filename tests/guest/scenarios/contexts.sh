# SPDX-License-Identifier: Apache-2.0
# 255 contexts one after the other and as many at once as there may be; destroyed with work pending; used again.
# A full VF refuses one more, and the driver tells so:
# allow: create ctx failed: -22|command opcode 0x30003 failed, status 0x1|Init hwctx failed, ret -22
must npu-contexts
