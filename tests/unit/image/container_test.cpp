// SPDX-License-Identifier: Apache-2.0
#include "firmware-stub/image/container.hpp"

#include <stdexcept>
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

ImageVerdict refusal(const std::vector<std::byte>& image) {
  const auto decoded = decode_header(image);
  REQUIRE(std::holds_alternative<ImageVerdict>(decoded));
  return std::get<ImageVerdict>(decoded);
}

bool mentions(const ImageVerdict& verdict, std::string_view text) {
  return verdict.reason.find(text) != std::string::npos;
}

TEST_CASE("the digest is SHA-256") {
  // FIPS 180-2, appendix B.1, and the digest of nothing.
  CHECK(to_hex(sha256(test::to_bytes("abc"))) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(to_hex(sha256({})) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("what is encoded is decoded again") {
  for (const ImageKind kind : {ImageKind::Management, ImageKind::Cert}) {
    for (const unsigned personality : {5U, 6U}) {
      const auto payload = test::to_bytes("payload");
      const auto image = encode(kind, personality, {65535, 24, 256}, payload);
      REQUIRE(image.size() == kHeaderSize + payload.size());
      const auto decoded = decode_header(image);
      REQUIRE(std::holds_alternative<Header>(decoded));
      const Header& header = std::get<Header>(decoded);
      CHECK(header.kind == kind);
      CHECK(header.personality == personality);
      CHECK(header.version == FirmwareVersion{65535, 24, 256});
      CHECK(header.payload_size == payload.size());
      CHECK(header.image_size() == image.size());
      CHECK(header.payload_digest == sha256(payload));
      CHECK_FALSE(header.is_signed());
      CHECK(std::equal(payload.begin(), payload.end(), image.begin() + kHeaderSize));
    }
  }
}

TEST_CASE("the layout is the documented one") {
  const auto image = encode(ImageKind::Cert, 6, {1, 2, 3}, test::to_bytes("xyz"));
  CHECK(to_hex(std::span(image).first(0x20)) ==
        "4149453453494d46"  // "AIE4SIMF"
        "0100"              // format 1
        "0001"              // header of 256 bytes
        "02000000"          // cert
        "06000000"          // personality
        "03000000"          // payload size
        "010002000300"      // version
        "0000");
}

TEST_CASE("every truncation of a header is bad format and says how much came") {
  const auto image = good_image(ImageKind::Management);
  for (std::size_t size = 0; size < kHeaderSize; ++size) {
    const ImageVerdict verdict = refusal({image.begin(), image.begin() + static_cast<std::ptrdiff_t>(size)});
    CAPTURE(size);
    CHECK(verdict.response == Response::BAD_FORMAT);
    CHECK(mentions(verdict, "came " + std::to_string(size) + " bytes"));
  }
}

TEST_CASE("a foreign magic is bad format") {
  auto image = good_image(ImageKind::Management);
  poke(image, 0x00, 4, 0x464C457F);  // An ELF file.
  const ImageVerdict verdict = refusal(image);
  CHECK(verdict.response == Response::BAD_FORMAT);
  CHECK(mentions(verdict, "AIE4SIMF"));
  CHECK(mentions(verdict, "7f454c46"));
}

TEST_CASE("another format version is bad format, whatever its header digest") {
  auto image = good_image(ImageKind::Cert);
  poke(image, 0x08, 2, 2);
  const ImageVerdict verdict = refusal(image);
  CHECK(verdict.response == Response::BAD_FORMAT);
  CHECK(mentions(verdict, "expected container format 1, came 2"));
}

TEST_CASE("a flipped bit anywhere in the sealed part of the header is noticed") {
  const auto good = good_image(ImageKind::Management);
  for (std::size_t byte = 0; byte < 0xA0; ++byte) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      auto image = good;
      image[byte] ^= static_cast<std::byte>(1U << bit);
      const ImageVerdict verdict = refusal(image);
      CAPTURE(byte, bit);
      // Magic and format version are looked at before the digest, because only they say that there is a digest.
      CHECK(verdict.response == (byte < 0x0A ? Response::BAD_FORMAT : Response::SECURITY));
    }
  }
}

TEST_CASE("a header that is sealed but wrong is refused field by field") {
  struct Case {
    std::size_t offset;
    std::size_t size;
    std::uint64_t value;
    Response response;
    std::string_view reason;
  };
  const Case cases[] = {
      {0x0A, 2, 128, Response::BAD_FORMAT, "expected a stated header size of 256 bytes, came 128"},
      {0x0C, 4, 0, Response::BAD_FORMAT, "expected kind 1 (npu) or 2 (cert), came 0"},
      {0x0C, 4, 3, Response::BAD_FORMAT, "came 3"},
      {0x0C, 4, 0xFFFF'FFFF, Response::BAD_FORMAT, "came 4294967295"},
      {0x10, 4, 4, Response::BAD_FORMAT, "expected personality 5 or 6, came 4"},
      {0x10, 4, 7, Response::BAD_FORMAT, "came 7"},
      {0x14, 4, 0, Response::BAD_PARAMETERS, "came 0"},
      {0x14, 4, kMaxManagementImage - kHeaderSize + 1, Response::BAD_PARAMETERS, "came 3931905"},
      {0x14, 4, 0xFFFF'FFFF, Response::BAD_PARAMETERS, "came 4294967295"},
      {0x1E, 2, 1, Response::BAD_FORMAT, "reserved"},
      {0x40, 1, 1, Response::BAD_FORMAT, "reserved"},
      {0x7F, 1, 0x80, Response::BAD_FORMAT, "reserved"},
  };
  for (const Case& wrong : cases) {
    auto image = good_image(ImageKind::Management);
    poke(image, wrong.offset, wrong.size, wrong.value);
    reseal(image);
    const ImageVerdict verdict = refusal(image);
    CAPTURE(wrong.offset, wrong.value, verdict.reason);
    CHECK(verdict.response == wrong.response);
    CHECK(mentions(verdict, wrong.reason));
  }
}

TEST_CASE("the limits of both kinds are exact") {
  for (const ImageKind kind : {ImageKind::Management, ImageKind::Cert}) {
    const std::size_t limit = max_image_size(kind) - kHeaderSize;
    const std::vector<std::byte> most(limit, std::byte{0x5A});
    const auto image = encode(kind, 5, {}, most);
    CHECK(image.size() == max_image_size(kind));
    CHECK(std::holds_alternative<Header>(decode_header(image)));
    const std::vector<std::byte> too_much(limit + 1);
    CHECK_THROWS_AS(encode(kind, 5, {}, too_much), std::invalid_argument);
  }
  // The newer driver's limit for CERT, and the older one's contiguous buffer for the other.
  CHECK(kMaxCertImage == 32 * 1024 + 256);
  CHECK(static_cast<double>(kMaxManagementImage) < 3.8 * 1024 * 1024);
}

TEST_CASE("nothing that decode would refuse is encoded") {
  const auto payload = test::to_bytes("payload");
  CHECK_THROWS_AS(encode(ImageKind::Cert, 5, {}, {}), std::invalid_argument);
  CHECK_THROWS_AS(encode(ImageKind::Cert, 4, {}, payload), std::invalid_argument);
  CHECK_THROWS_AS(encode(ImageKind::Cert, 7, {}, payload), std::invalid_argument);
}

TEST_CASE("a signature is seen and does not disturb the header") {
  auto image = good_image(ImageKind::Management);
  poke(image, kHeaderSize - 1, 1, 1);
  const auto decoded = decode_header(image);
  REQUIRE(std::holds_alternative<Header>(decoded));
  CHECK(std::get<Header>(decoded).is_signed());
}

}  // namespace
}  // namespace aie4::image
