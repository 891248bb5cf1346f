# SPDX-License-Identifier: Apache-2.0
"""Decompression of what kernels and their modules come in: xz, gzip and zstd, chosen by magic."""

import ctypes
import lzma
import shutil
import subprocess
import zlib

from .errors import LabError

ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
XZ_MAGIC = b"\xfd7zXZ\x00"
GZIP_MAGIC = b"\x1f\x8b"


def decompress(data: bytes, size: int | None = None) -> bytes:
    """Decompresses by magic; data without a known magic is returned as it is. `size` helps zstd."""
    if data.startswith(XZ_MAGIC):
        return lzma.LZMADecompressor(lzma.FORMAT_XZ).decompress(data)
    if data.startswith(GZIP_MAGIC):
        return zlib.decompressobj(wbits=31).decompress(data)  # what follows the stream is not ours
    if data.startswith(ZSTD_MAGIC):
        return _zstd(data, size)
    return data


def _zstd(data: bytes, size: int | None) -> bytes:
    """libzstd is on every Debian (dpkg needs it); the `zstd` command is the second choice."""
    try:
        library = ctypes.CDLL("libzstd.so.1")
    except OSError:
        if not shutil.which("zstd"):
            raise LabError("expected libzstd.so.1 or the zstd command for a zstd image, found neither") from None
        return subprocess.run(["zstd", "-d", "-c"], input=data, capture_output=True, check=True).stdout
    library.ZSTD_getFrameContentSize.restype = ctypes.c_ulonglong
    library.ZSTD_decompress.restype = ctypes.c_size_t
    library.ZSTD_getFrameContentSize.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
    library.ZSTD_decompress.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t]
    if size is None:
        size = library.ZSTD_getFrameContentSize(data, len(data))
    if size > 1 << 32:  # also the two "unknown" and "error" codes of the library
        raise LabError("zstd frame does not tell its size: the file is damaged or not from a distribution kernel")
    target = ctypes.create_string_buffer(size)
    got = library.ZSTD_decompress(target, size, data, len(data))
    if library.ZSTD_isError(ctypes.c_size_t(got)):
        raise LabError("zstd data does not decompress: the file is damaged (remove the cache and fetch again)")
    return target.raw[:got]
