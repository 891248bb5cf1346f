// SPDX-License-Identifier: Apache-2.0
// The negotiation (test checklist V).
#include "sim/vfio_user/version.hpp"

#include <cerrno>

#include "tests/unit/vfio_user/fixture.hpp"

namespace aie4::vfio_user::test {
namespace {

using Bytes = std::vector<std::byte>;

/// Numbers and text; the NUL is part of `text` if wanted.
Bytes version_payload(std::uint16_t major, std::uint16_t minor, const std::string& text) {
  Bytes payload(sizeof(VersionNumbers) + text.size());
  store(payload, VersionNumbers{major, minor});
  std::memcpy(payload.data() + sizeof(VersionNumbers), text.data(), text.size());
  return payload;
}

std::string with_nul(const std::string& text) {
  return text + '\0';
}

}  // namespace

TEST_CASE("the reply to QEMU's VERSION is terminated JSON, version 0.0, no longer than the request") {
  Bench bench;
  VfioUserClient client = bench.connect();
  const Bytes request = version_payload(0, 0, with_nul(kQemuCapabilities));
  const Reply reply = client.call(Command::Version, request);
  REQUIRE(reply.error() == 0);
  REQUIRE(reply.payload.size() > sizeof(VersionNumbers));
  CHECK(reply.payload.size() <= request.size());
  CHECK(load<VersionNumbers>(reply.payload).major == 0);
  CHECK(load<VersionNumbers>(reply.payload).minor == 0);
  CHECK(reply.payload.back() == std::byte{0});
  const std::string text(reinterpret_cast<const char*>(reply.payload.data()) + sizeof(VersionNumbers),
                         reply.payload.size() - sizeof(VersionNumbers) - 1);
  CHECK(text ==
        R"({"capabilities":{"max_msg_fds":16,"max_data_xfer_size":65536,"pgsizes":4096,"max_dma_maps":65535}})");
  CHECK(bench.functions[0]->connected());
}

TEST_CASE("a client may say little or nothing about itself") {
  const auto* text = GENERATE("", "{}", R"({"capabilities":{}})", R"({"other":1,"capabilities":{"unheard_of":[1]}})");
  Bench bench;
  VfioUserClient client = bench.connect();
  const std::string json = text;
  CHECK(client.call(Command::Version, version_payload(0, 0, json.empty() ? json : with_nul(json))).error() == 0);
  require_usable(client);
}

TEST_CASE("a higher minor version is answered with ours") {
  Bench bench;
  VfioUserClient client = bench.connect();
  const Reply reply = client.call(Command::Version, version_payload(0, 7, with_nul("{}")));
  REQUIRE(reply.error() == 0);
  CHECK(load<VersionNumbers>(reply.payload).minor == 0);
}

TEST_CASE("another major version is refused and ends the connection") {
  Bench bench;
  VfioUserClient client = bench.connect();
  require_refused(client.call(Command::Version, version_payload(999, 0, with_nul("{}"))), EINVAL);
  CHECK(client.closed_by_server());
  CHECK_FALSE(bench.functions[0]->connected());
  CHECK(bench.devices[0]->resets == 0);
}

TEST_CASE("malformed capabilities are refused, and the client may try again") {
  const auto* text = GENERATE(
      "{", "[]", "7", "null", R"({"capabilities":)", R"({"capabilities":{"max_msg_fds)", R"({"capabilities":[]})",
      R"({"capabilities":7})", R"({"capabilities":{"max_msg_fds":"8"}})", R"({"capabilities":{"max_msg_fds":-1}})",
      R"({"capabilities":{"max_msg_fds":1025}})", R"({"capabilities":{"max_msg_fds":1.5}})",
      R"({"capabilities":{"max_data_xfer_size":0}})", R"({"capabilities":{"max_data_xfer_size":99999999999}})",
      R"({"capabilities":{"pgsizes":0}})", R"({"capabilities":{"write_multiple":1}})",
      R"({"capabilities":{"migration":"yes"}})", R"({"capabilities":{"migration":{"pgsize":"4096"}}})",
      R"({"capabilities":{"migration":{"pgsize":4095}}})", R"({"capabilities":{"migration":{"pgsize":4097}}})",
      "{} trailing", "\xFF\xFE");
  Bench bench;
  VfioUserClient client = bench.connect();
  require_refused(client.call(Command::Version, version_payload(0, 0, with_nul(text))), EINVAL);
  CHECK_FALSE(bench.functions[0]->connected());
  CHECK(client.version() == 0);
  require_usable(client);
}

TEST_CASE("text without its terminating NUL, and less than the numbers, are refused") {
  Bench bench;
  VfioUserClient client = bench.connect();
  require_refused(client.call(Command::Version, version_payload(0, 0, "{}")), EINVAL);
  require_refused(client.call(Command::Version, Bytes()), EINVAL);
  require_refused(client.call(Command::Version, Bytes(3)), EINVAL);
  CHECK(client.version() == 0);
}

TEST_CASE("deeply nested and very long text is refused without effort") {
  Bench bench;
  VfioUserClient client = bench.connect();
  require_refused(client.call(Command::Version, version_payload(0, 0, with_nul(std::string(60'000, '[')))), EINVAL);
  require_refused(client.call(Command::Version, version_payload(0, 0, with_nul(std::string(8000, '[')))), EINVAL);
  const std::string nested = std::string(4000, '[') + std::string(4000, ']');
  require_refused(client.call(Command::Version, version_payload(0, 0, with_nul(nested))), EINVAL);
  CHECK(client.version() == 0);
}

TEST_CASE("a megabyte of capabilities is beyond the longest message") {
  Bench bench;
  VfioUserClient client = bench.connect();
  client.send(Command::Version, version_payload(0, 0, with_nul(std::string(1U << 20, ' '))));
  require_refused(client.receive(), EINVAL);
  CHECK(client.closed_by_server());
}

TEST_CASE("anything before VERSION is refused, not executed, and ends the connection") {
  const auto command =
      GENERATE(Command::DeviceGetInfo, Command::DeviceReset, Command::RegionWrite, Command::DmaMap, Command{0});
  Bench bench;
  VfioUserClient client = bench.connect();
  require_refused(client.call(command, Bytes(64)), EINVAL);
  CHECK(client.closed_by_server());
  CHECK(bench.devices[0]->resets == 0);
  CHECK(bench.devices[0]->writes == 0);
}

TEST_CASE("a second VERSION is refused and changes nothing") {
  Bench bench;
  VfioUserClient client = bench.client();
  CHECK(client.version() == EINVAL);
  CHECK(bench.functions[0]->connected());
  require_usable(client);
}

}  // namespace aie4::vfio_user::test
