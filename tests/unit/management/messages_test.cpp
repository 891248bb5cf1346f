// SPDX-License-Identifier: Apache-2.0
// The message tables: complete, consistent, and laid out as the driver lays them out.
#include "firmware-stub/management/messages.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"

namespace m = aie4::management;

namespace {

std::vector<std::byte> bytes_of(std::initializer_list<unsigned> values) {
  std::vector<std::byte> bytes;
  for (const unsigned value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

// The fields in order tile the payload without gap or overlap.
void check_tiling(std::span<const m::Field> fields, std::uint32_t size) {
  std::size_t end = 0;
  std::set<std::string_view> names;
  for (const m::Field& field : fields) {
    INFO(field.name);
    CHECK(field.offset == end);
    CHECK((field.width == 1 || field.width == 2 || field.width == 4 || field.width == 8));
    CHECK(names.insert(field.name).second);
    end = field.end();
  }
  CHECK(end == size);
}

}  // namespace

TEST_CASE("Every payload of every personality is described byte for byte") {
  for (const m::MessageTable& table : m::kMessageTables) {
    std::set<std::uint32_t> opcodes;
    for (const m::MessageInfo& info : table.messages) {
      INFO(table.name << " " << info.name);
      CHECK(opcodes.insert(info.opcode).second);
      CHECK(info.request_size % 4 == 0);
      CHECK(info.response_size % 4 == 0);
      check_tiling(info.request, info.request_size);
      check_tiling(info.response, info.response_size);
      REQUIRE_FALSE(info.response.empty());
      CHECK(info.response.front().name == "status");
      CHECK(table.find(info.opcode) == &info);
    }
  }
}

TEST_CASE("Personality P5 is the table of the in-tree driver: opcodes, senders and sizes") {
  struct Row {
    std::string_view name;
    m::Sender sender;
    std::uint32_t request;
    std::uint32_t response;
  };
  // host-interface, 5.1, typed in a second time on purpose.
  const std::map<std::uint32_t, Row> expected = {
      {0x1000D, {"ATTACH_WORK_BUFFER", m::Sender::Pf, 16, 4}}, {0x10003, {"SUSPEND", m::Sender::Pf, 4, 4}},
      {0x20001, {"CREATE_VFS", m::Sender::Pf, 4, 4}},          {0x20002, {"DESTROY_VFS", m::Sender::Pf, 4, 4}},
      {0x30006, {"AIE_TILE_INFO", m::Sender::Vf, 4, 48}},      {0x30001, {"CREATE_PARTITION", m::Sender::Vf, 8, 8}},
      {0x30003, {"CREATE_HW_CONTEXT", m::Sender::Vf, 24, 16}}, {0x30004, {"DESTROY_HW_CONTEXT", m::Sender::Vf, 8, 4}},
      {0x30002, {"DESTROY_PARTITION", m::Sender::Vf, 4, 4}},
  };
  const m::MessageTable* table = m::find_message_table(5);
  REQUIRE(table != nullptr);
  CHECK(table->messages.size() == expected.size());
  for (const auto& [opcode, row] : expected) {
    INFO(row.name);
    const m::MessageInfo* info = table->find(opcode);
    REQUIRE(info != nullptr);
    CHECK(info->name == row.name);
    CHECK(info->sender == row.sender);
    CHECK(info->request_size == row.request);
    CHECK(info->response_size == row.response);
    CHECK(info->may_send(m::Sender::Pf) == (row.sender == m::Sender::Pf));
    CHECK(info->may_send(m::Sender::Vf) == (row.sender == m::Sender::Vf));
  }
  CHECK(table->find(0x10002) == nullptr);
  CHECK(m::find_message_table(4) == nullptr);
}

TEST_CASE("CREATE_HW_CONTEXT splits the queue address high word first") {
  const auto request = bytes_of(
      {1, 0, 0, 0, 12, 0, 0, 0, 0x78, 0x56, 0, 0, 0x00, 0x10, 0x34, 0x12, 0xFF, 0xFF, 0x0F, 0x80, 0x80, 1, 0, 0});
  namespace c = m::create_hw_context;
  CHECK(m::get(request, c::kPartitionId) == 1);
  CHECK(m::get(request, c::kRequestNumTiles) == 12);
  CHECK(c::hsa_address(request) == 0x5678'1234'1000);
  CHECK(m::get(request, c::kPasid) == 0x800F'FFFF);
  CHECK(m::get(request, c::kPriorityBand) == 0x180);
}

TEST_CASE("A PASID tags accesses only if it is valid and not the none value") {
  namespace c = m::create_hw_context;
  CHECK_FALSE(c::is_tagged(0x800F'FFFF));
  CHECK_FALSE(c::is_tagged(0));
  CHECK_FALSE(c::is_tagged(0x5));
  CHECK(c::is_tagged(0x8000'0005));
  CHECK(c::is_tagged(0x8000'0000));
}

TEST_CASE("Fields are little endian and never reach beyond a short payload") {
  std::vector<std::byte> payload(6);
  const m::Field word{"word", 0, 4};
  const m::Field half{"half", 4, 2};
  const m::Field beyond{"beyond", 4, 4};
  m::set(payload, word, 0x1'8765'4321);
  m::set(payload, half, 0xBEEF);
  m::set(payload, beyond, 0xFFFF'FFFF);
  CHECK(payload == bytes_of({0x21, 0x43, 0x65, 0x87, 0xEF, 0xBE}));
  CHECK(m::get(payload, word) == 0x8765'4321);
  CHECK(m::get(payload, half) == 0xBEEF);
  CHECK(m::get(payload, beyond) == 0);
  std::vector<std::byte> wide(8);
  m::set(wide, m::attach_work_buffer::kAddress, 0xFEDC'BA98'7654'3210);
  CHECK(m::get(wide, m::attach_work_buffer::kAddress) == 0xFEDC'BA98'7654'3210);
}

TEST_CASE("Status codes have the names of the interface") {
  CHECK(m::to_string(m::Status::SUCCESS) == "SUCCESS");
  CHECK(m::to_string(m::Status::ERROR) == "ERROR");
  CHECK(m::to_string(m::Status::NOT_SUPPORTED) == "NOT_SUPPORTED");
  CHECK(static_cast<unsigned>(m::Status::NOT_SUPPORTED) == 2);
}
