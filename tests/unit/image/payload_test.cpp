// SPDX-License-Identifier: Apache-2.0
#include "firmware-stub/image/payload.hpp"

#include "tests/support/catch.hpp"
#include "tests/unit/image/bytes.hpp"

namespace aie4::image {
namespace {

TEST_CASE("a stub is recognised by kind and personality, bare or inside its image") {
  for (const unsigned personality : {5U, 6U}) {
    const auto management = test::to_bytes(make_payload(ImageKind::Management, personality, test::kVersion));
    CHECK(recognises_management(management) == personality);
    CHECK_FALSE(recognises_cert(management));
    const auto cert = test::to_bytes(make_payload(ImageKind::Cert, personality, test::kVersion));
    CHECK(recognises_cert(cert) == personality);
    CHECK_FALSE(recognises_management(cert));
    CHECK(recognises_management(test::good_image(ImageKind::Management, personality)) == personality);
    CHECK(recognises_cert(test::good_image(ImageKind::Cert, personality)) == personality);
  }
}

TEST_CASE("what follows the payload in a controller's memory does not matter") {
  auto memory = test::to_bytes(make_payload(ImageKind::Cert, 5, test::kVersion));
  memory.resize(0x8000, std::byte{0xA5});
  CHECK(recognises_cert(memory) == 5U);
}

TEST_CASE("memory that holds no whole first line holds no stub") {
  CHECK_FALSE(recognises_cert({}));
  CHECK_FALSE(recognises_management(std::vector<std::byte>(0x8000)));
  const auto payload = test::to_bytes("aie4sim cert stub P5\n");
  CHECK(recognises_cert(payload) == 5U);
  for (std::size_t size = 0; size < payload.size(); ++size)
    CHECK_FALSE(recognises_cert(std::span(payload).first(size)));
  CHECK_FALSE(recognises_cert(test::to_bytes("aie4sim cert stub P7\n")));
  CHECK_FALSE(recognises_cert(test::to_bytes(" aie4sim cert stub P5\n")));
}

TEST_CASE("an image that ends with its header holds no stub") {
  auto image = test::good_image(ImageKind::Management);
  image.resize(kHeaderSize);
  CHECK_FALSE(recognises_management(image));
}

}  // namespace
}  // namespace aie4::image
