// SPDX-License-Identifier: Apache-2.0
#include "firmware-stub/image/verifier.hpp"

#include <string>
#include <variant>

#include "tests/support/catch.hpp"
#include "tests/unit/image/bytes.hpp"

namespace aie4::image {
namespace {

using registers::psp::Response;
using test::good_image;
using test::poke;
using test::reseal;

const ContainerVerifier kVerifier;

bool mentions(const ImageVerdict& verdict, std::string_view text) {
  return verdict.reason.find(text) != std::string::npos;
}

TEST_CASE("a good image of the right kind passes, with the driver's padding behind it or without") {
  for (const ImageKind kind : {ImageKind::Management, ImageKind::Cert}) {
    auto image = good_image(kind);
    const auto extent = kVerifier.extent(kind, std::span(image).first(kVerifier.header_size()), image.size());
    REQUIRE(std::holds_alternative<std::size_t>(extent));
    CHECK(std::get<std::size_t>(extent) == image.size());
    CHECK(kVerifier.verify(kind, image).response == Response::OK);
    image.resize(0x10000, std::byte{0xCC});
    CHECK(kVerifier.verify(kind, image).response == Response::OK);
  }
}

TEST_CASE("an image of the other kind is bad format") {
  const auto image = good_image(ImageKind::Cert);
  const ImageVerdict verdict = kVerifier.verify(ImageKind::Management, image);
  CHECK(verdict.response == Response::BAD_FORMAT);
  CHECK(mentions(verdict, "expected an image of kind npu, came kind cert"));
  const auto extent = kVerifier.extent(ImageKind::Management, image, image.size());
  REQUIRE(std::holds_alternative<ImageVerdict>(extent));
  CHECK(std::get<ImageVerdict>(extent).response == Response::BAD_FORMAT);
}

TEST_CASE("an image that does not fit the buffer is bad parameters") {
  const auto image = good_image(ImageKind::Management);
  const auto extent = kVerifier.extent(ImageKind::Management, std::span(image).first(kHeaderSize), image.size() - 1);
  REQUIRE(std::holds_alternative<ImageVerdict>(extent));
  const auto& verdict = std::get<ImageVerdict>(extent);
  CHECK(verdict.response == Response::BAD_PARAMETERS);
  CHECK(mentions(verdict, "at least " + std::to_string(image.size()) + " bytes"));
  CHECK(mentions(verdict, "came " + std::to_string(image.size() - 1)));
}

TEST_CASE("every truncation of an image is bad format") {
  const auto image = good_image(ImageKind::Cert);
  for (std::size_t size = 0; size < image.size(); ++size) {
    const ImageVerdict verdict = kVerifier.verify(ImageKind::Cert, std::span(image).first(size));
    CAPTURE(size, verdict.reason);
    CHECK(verdict.response == Response::BAD_FORMAT);
    CHECK(mentions(verdict, "came " + std::to_string(size)));
  }
}

TEST_CASE("a flipped bit anywhere in the payload is a security error that names both digests") {
  const auto good = good_image(ImageKind::Management);
  for (std::size_t byte = kHeaderSize; byte < good.size(); ++byte) {
    auto image = good;
    image[byte] ^= static_cast<std::byte>(1U << (byte % 8));
    const ImageVerdict verdict = kVerifier.verify(ImageKind::Management, image);
    CAPTURE(byte);
    CHECK(verdict.response == Response::SECURITY);
    CHECK(mentions(verdict, to_hex(sha256(std::span(good).subspan(kHeaderSize)))));
    CHECK(mentions(verdict, to_hex(sha256(std::span(image).subspan(kHeaderSize)))));
  }
}

TEST_CASE("a truncated file in the driver's padded buffer is a security error") {
  auto image = good_image(ImageKind::Management);
  image.pop_back();
  image.resize(0x10000, std::byte{0});
  CHECK(kVerifier.verify(ImageKind::Management, image).response == Response::SECURITY);
}

TEST_CASE("an image with a signature is refused: there is no key to check it with") {
  auto image = good_image(ImageKind::Management);
  poke(image, 0xA0, 1, 1);
  const ImageVerdict verdict = kVerifier.verify(ImageKind::Management, image);
  CHECK(verdict.response == Response::SECURITY);
  CHECK(mentions(verdict, "signature"));
}

TEST_CASE("a size that runs past the image cannot make verify read past it") {
  auto image = good_image(ImageKind::Management);
  poke(image, 0x14, 4, kMaxManagementImage - kHeaderSize);
  reseal(image);
  const ImageVerdict verdict = kVerifier.verify(ImageKind::Management, image);
  CHECK(verdict.response == Response::BAD_FORMAT);
  CHECK(mentions(verdict, "truncated"));
}

}  // namespace
}  // namespace aie4::image
