// SPDX-License-Identifier: Apache-2.0
// The firmware container, fed by the guest: whatever the bytes, the verifier reads inside them and its answers agree.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <variant>
#include <vector>

#include "firmware-stub/image/container.hpp"
#include "firmware-stub/image/payload.hpp"
#include "firmware-stub/image/verifier.hpp"

namespace {

using aie4::ImageKind;
using aie4::ImageVerdict;
using aie4::registers::psp::Response;
namespace image = aie4::image;

void require(bool condition) {
  if (!condition) std::abort();
}

void check(ImageKind kind, std::span<const std::byte> data) {
  const image::ContainerVerifier verifier;
  const auto extent = verifier.extent(kind, data.first(std::min(data.size(), image::kHeaderSize)), data.size());
  const ImageVerdict verdict = verifier.verify(kind, data);
  require((verdict.response == Response::OK) == verdict.reason.empty());
  if (verdict.response != Response::OK) return;
  // A good image has an extent, and what was accepted is exactly what encoding its parts gives.
  const auto* size = std::get_if<std::size_t>(&extent);
  require(size != nullptr && *size <= data.size());
  const auto header = std::get<image::Header>(image::decode_header(data));
  const auto again =
      image::encode(kind, header.personality, header.version, data.subspan(image::kHeaderSize, header.payload_size));
  require(std::equal(again.begin(), again.end(), data.begin(), data.begin() + static_cast<std::ptrdiff_t>(*size)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  // A copy of exactly this size on the heap, so that a read past the end is seen.
  const std::vector<std::uint8_t> copy(bytes, bytes + size);
  const auto data = std::as_bytes(std::span(copy));
  check(ImageKind::Management, data);
  check(ImageKind::Cert, data);
  // The seal would keep the fuzzer out of the fields behind it: the same bytes again with the seals made right.
  std::vector<std::byte> sealed(data.begin(), data.end());
  if (sealed.size() >= image::kHeaderSize) {
    const std::span<std::byte> out(sealed);
    const auto payload = image::sha256(out.subspan(image::kHeaderSize));
    std::copy(payload.begin(), payload.end(), out.begin() + 0x20);
    const auto header = image::sha256(out.first(0x80));
    std::copy(header.begin(), header.end(), out.begin() + 0x80);
    check(ImageKind::Management, sealed);
    check(ImageKind::Cert, sealed);
  }
  for (const auto& recognised : {image::recognises_management(data), image::recognises_cert(data)}) {
    require(!recognised || *recognised == 5 || *recognised == 6);
  }
  return 0;
}
