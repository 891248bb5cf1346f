# SPDX-License-Identifier: Apache-2.0
# Broken commands end with their own error word, and nothing else notices.
must npu-errors
