// SPDX-License-Identifier: Apache-2.0
#include "firmware-stub/cert/host_queue.hpp"

#include <bit>
#include <set>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"

namespace aie4::cert {
namespace {

using Bytes = std::vector<std::byte>;

Bytes header_bytes(bool wide) {
  Bytes bytes(wide ? 128 : 32);
  store_bytes(bytes, 0x00, 8, 0x1111'2222'3333'4444);
  store_bytes(bytes, 0x08, 2, wide ? 1 : 0);
  store_bytes(bytes, 0x0C, 4, 32);
  store_bytes(bytes, wide ? 0x40 : 0x10, 8, 0x1111'2222'3333'4450);
  store_bytes(bytes, wide ? 0x78 : 0x18, 8, 0x1'0000'2000);
  if (wide) store_bytes(bytes, 0x10, 8, 77);
  return bytes;
}

TEST_CASE("both layouts of the queue header decode") {
  const auto compact = std::get<QueueHeader>(parse_queue_header(header_bytes(false)));
  CHECK(compact.layout == QueueLayout::Compact);
  CHECK(compact.write_index_offset() == 0x10);
  const auto wide = std::get<QueueHeader>(parse_queue_header(header_bytes(true)));
  CHECK(wide.layout == QueueLayout::Wide);
  CHECK(wide.write_index_offset() == 0x40);
  CHECK(wide.mirror == 77);
  for (const QueueHeader& header : {compact, wide}) {
    CHECK(header.read_index == 0x1111'2222'3333'4444);
    CHECK(header.write_index == 0x1111'2222'3333'4450);
    CHECK(header.capacity == 32);
    CHECK(header.data_address == 0x1'0000'2000);
    CHECK(header.slot_address(0) == 0x1'0000'2000);
    CHECK(header.slot_address(31) == 0x1'0000'27C0);
    CHECK(header.slot_address(32) == 0x1'0000'2000);
    CHECK(header.slot_address(~std::uint64_t{0}) == 0x1'0000'27C0);
  }
}

TEST_CASE("the minor version does not matter, an unknown major version is refused") {
  for (unsigned major = 0; major < 0x1'0000; ++major) {
    Bytes bytes = header_bytes(true);
    store_bytes(bytes, 0x08, 2, major);
    store_bytes(bytes, 0x0A, 2, 0x1234);
    const bool known = std::holds_alternative<QueueLayout>(parse_queue_layout(bytes));
    if (known != (major <= 1)) FAIL("major version " << major);
    if (major > 1 && std::holds_alternative<QueueHeader>(parse_queue_header(bytes))) FAIL("major version " << major);
  }
}

TEST_CASE("the capacity is a power of two up to 65536") {
  for (const bool wide : {false, true}) {
    for (std::uint64_t capacity = 0; capacity <= 0x2'0001; ++capacity) {
      Bytes bytes = header_bytes(wide);
      store_bytes(bytes, 0x0C, 4, capacity);
      const bool good = std::holds_alternative<QueueHeader>(parse_queue_header(bytes));
      if (good != (std::has_single_bit(capacity) && capacity <= 65536)) FAIL("capacity " << capacity);
    }
    Bytes bytes = header_bytes(wide);
    store_bytes(bytes, 0x0C, 4, 0x8000'0000);
    CHECK(std::holds_alternative<Problem>(parse_queue_header(bytes)));
  }
}

TEST_CASE("the data address is word-aligned and all slots have addresses") {
  for (const bool wide : {false, true}) {
    const auto accepted = [&](std::uint64_t address) {
      Bytes bytes = header_bytes(wide);
      store_bytes(bytes, wide ? 0x78 : 0x18, 8, address);
      return std::holds_alternative<QueueHeader>(parse_queue_header(bytes));
    };
    CHECK(accepted(0));
    CHECK(accepted(4));
    for (const std::uint64_t address : {1U, 2U, 3U, 0x1001U}) CHECK_FALSE(accepted(address));
    CHECK(accepted(~std::uint64_t{0} - 32 * 64 - 3));
    CHECK_FALSE(accepted(~std::uint64_t{0} - 32 * 64 + 1));
    CHECK_FALSE(accepted(~std::uint64_t{0} - 3));
  }
}

TEST_CASE("write_index may be ahead of what is consumed by the capacity and no more, also across the wrap") {
  QueueHeader header;
  header.capacity = 32;
  for (const std::uint64_t consumer :
       {std::uint64_t{0}, std::uint64_t{31}, std::uint64_t{1} << 40, ~std::uint64_t{0} - 5, ~std::uint64_t{0}}) {
    for (std::uint64_t ahead = 0; ahead <= 32; ++ahead) CHECK_FALSE(check_indices(header, consumer, consumer + ahead));
    CHECK(check_indices(header, consumer, consumer + 33));
    CHECK(check_indices(header, consumer, consumer - 1));
    CHECK(check_indices(header, consumer, consumer + (std::uint64_t{1} << 63)));
  }
}

// --- packets --------------------------------------------------------------------------------------------------------

struct Fields {
  unsigned type = 0;
  unsigned opcode = 1;
  unsigned chain = 0;
  unsigned count = 24;
  unsigned distribute = 0;
  unsigned indirect = 0;
};

Bytes packet_bytes(const Fields& fields) {
  Bytes bytes(64);
  store_bytes(bytes, 0, 1, fields.type);
  store_bytes(bytes, 1, 1, 0xEE);  // Reserved: not looked at.
  store_bytes(bytes, 2, 1, fields.opcode);
  store_bytes(bytes, 3, 1, fields.chain);
  store_bytes(bytes, 4, 2, fields.count);
  store_bytes(bytes, 6, 1, fields.distribute);
  store_bytes(bytes, 7, 1, fields.indirect);
  store_bytes(bytes, 8, 8, 0x0123'4567'89AB'CDE0);
  return bytes;
}

void put_exec_buf(Bytes& bytes, std::size_t at) {
  store_bytes(bytes, at + 0x00, 4, 0xD000'0001);  // dtrace low
  store_bytes(bytes, at + 0x04, 4, 0xC0DE'0000);  // code low
  store_bytes(bytes, at + 0x08, 4, 0x0000'0012);  // code high
  store_bytes(bytes, at + 0x0C, 2, 7);            // args_len
  store_bytes(bytes, at + 0x0E, 2, 0xD002);       // dtrace high
  store_bytes(bytes, at + 0x10, 4, 0xA000'0001);  // args low
  store_bytes(bytes, at + 0x14, 4, 0x0000'00A2);  // args high
}

void check_exec_buf(const ExecBuf& exec) {
  CHECK(exec.dtrace_address == 0xD002'D000'0001);
  CHECK(exec.code_address == 0x12'C0DE'0000);
  CHECK(exec.args_len == 7);
  CHECK(exec.args_address == 0xA2'A000'0001);
}

TEST_CASE("a direct packet decodes") {
  for (const unsigned chain : {0U, 1U}) {
    Bytes bytes = packet_bytes({.chain = chain});
    put_exec_buf(bytes, 16);
    const Packet packet = parse_packet(bytes, 6);
    CHECK(packet.kind == PacketKind::Direct);
    CHECK(packet.more_follow == (chain == 1));
    CHECK(packet.completion_signal == 0x0123'4567'89AB'CDE0);
    check_exec_buf(packet.exec);
  }
}

TEST_CASE("type, opcode, chain_flag, distribute and indirect are each checked over all their values") {
  const auto kind = [](const Fields& fields) { return parse_packet(packet_bytes(fields), 6).kind; };
  for (unsigned value = 0; value < 256; ++value) {
    INFO("value " << value);
    CHECK(kind({.type = value}) == (value == 0 ? PacketKind::Direct : PacketKind::Invalid));
    const PacketKind by_opcode = value == 1   ? PacketKind::Direct
                                 : value == 2 ? PacketKind::Test
                                 : value == 3 ? PacketKind::Exit
                                              : PacketKind::Invalid;
    CHECK(kind({.opcode = value}) == by_opcode);
    CHECK(kind({.chain = value}) == (value <= 1 ? PacketKind::Direct : PacketKind::Invalid));
    CHECK(kind({.distribute = value}) == (value == 0 ? PacketKind::Direct : PacketKind::Invalid));
    CHECK(kind({.indirect = value}) == (value == 0 ? PacketKind::Direct : PacketKind::Invalid));
    CHECK(kind({.count = 8, .distribute = value, .indirect = 1}) ==
          (value == 1 ? PacketKind::Indirect : PacketKind::Invalid));
    CHECK(kind({.count = 8, .distribute = 1, .indirect = value}) ==
          (value == 1 ? PacketKind::Indirect : PacketKind::Invalid));
  }
}

TEST_CASE("an invalid packet still says where its completion goes, and ends its chain if the flag is no flag") {
  const Packet packet = parse_packet(packet_bytes({.type = 1, .chain = 1}), 6);
  CHECK(packet.kind == PacketKind::Invalid);
  CHECK(packet.completion_signal == 0x0123'4567'89AB'CDE0);
  CHECK(packet.more_follow);
  CHECK_FALSE(packet.problem.expected.empty());
  CHECK_FALSE(packet.problem.came.empty());
  CHECK_FALSE(parse_packet(packet_bytes({.chain = 2}), 6).more_follow);
}

TEST_CASE("the count of a direct packet is 24") {
  for (unsigned count = 0; count < 0x1'0000; ++count) {
    if ((parse_packet(packet_bytes({.count = count}), 6).kind == PacketKind::Direct) != (count == 24)) {
      FAIL("count " << count);
    }
  }
}

TEST_CASE("the control code address is word-aligned") {
  for (unsigned low = 0; low < 16; ++low) {
    Bytes bytes = packet_bytes({});
    store_bytes(bytes, 16 + 4, 4, low);
    CHECK(parse_packet(bytes, 6).kind == (low % 4 == 0 ? PacketKind::Direct : PacketKind::Invalid));
  }
}

void put_entry(Bytes& bytes, std::size_t index, unsigned uc, std::uint64_t address) {
  store_bytes(bytes, 16 + 8 * index, 4, address & 0xFFFF'FFFF);
  store_bytes(bytes, 20 + 8 * index, 4, uc << 25U | address >> 32U);
}

TEST_CASE("the count of an indirect packet is 8 times 1 to 6 entries") {
  for (unsigned count = 0; count < 0x1'0000; ++count) {
    Bytes bytes = packet_bytes({.count = count, .distribute = 1, .indirect = 1});
    for (unsigned i = 0; i < 6; ++i) put_entry(bytes, i, i, 0x1000);
    const bool good = parse_packet(bytes, 6).kind == PacketKind::Indirect;
    if (good != (count % 8 == 0 && count >= 8 && count <= 48)) FAIL("count " << count);
  }
}

TEST_CASE("indirect entries decode in any order, with 57-bit addresses") {
  Bytes bytes = packet_bytes({.count = 24, .distribute = 1, .indirect = 1});
  put_entry(bytes, 0, 5, 0x1FF'FFFF'FFFF'FFFC);
  put_entry(bytes, 1, 0, 0x4);
  put_entry(bytes, 2, 3, 0x100'0000'0000'0000);
  const Packet packet = parse_packet(bytes, 6);
  REQUIRE(packet.kind == PacketKind::Indirect);
  REQUIRE(packet.entry_count == 3);
  CHECK(packet.entries[0].uc == 5);
  CHECK(packet.entries[0].address == 0x1FF'FFFF'FFFF'FFFC);
  CHECK(packet.entries[1].uc == 0);
  CHECK(packet.entries[1].address == 0x4);
  CHECK(packet.entries[2].uc == 3);
  CHECK(packet.entries[2].address == 0x100'0000'0000'0000);
}

TEST_CASE("indirect entries for a foreign uC, twice for one uC or at an odd address are refused") {
  const auto kind = [](unsigned first, unsigned second, std::uint64_t address, unsigned uc_count) {
    Bytes bytes = packet_bytes({.count = 16, .distribute = 1, .indirect = 1});
    put_entry(bytes, 0, first, 0x1000);
    put_entry(bytes, 1, second, address);
    return parse_packet(bytes, uc_count).kind;
  };
  for (const unsigned uc_count : {2U, 4U, 6U}) {
    for (unsigned first = 0; first < 128; ++first) {
      for (unsigned second = 0; second < 128; ++second) {
        const bool good = first != second && first < uc_count && second < uc_count;
        if ((kind(first, second, 0x2000, uc_count) == PacketKind::Indirect) != good) {
          FAIL("uCs " << first << ", " << second << " of " << uc_count);
        }
      }
    }
  }
  for (unsigned low = 0; low < 8; ++low) {
    CHECK(kind(0, 1, 0x2000 + low, 6) == (low % 4 == 0 ? PacketKind::Indirect : PacketKind::Invalid));
  }
}

TEST_CASE("an indirect packet decodes and what does not belong there is refused") {
  const auto make = [](const Fields& fields) {
    Bytes bytes = packet_bytes(fields);
    bytes.resize(32);
    put_exec_buf(bytes, 8);
    return bytes;
  };
  const auto parsed = parse_indirect_packet(make({.distribute = 1}));
  REQUIRE(std::holds_alternative<ExecBuf>(parsed));
  check_exec_buf(std::get<ExecBuf>(parsed));

  for (unsigned value = 0; value < 256; ++value) {
    INFO("value " << value);
    CHECK(std::holds_alternative<ExecBuf>(parse_indirect_packet(make({.type = value}))) == (value == 0));
    CHECK(std::holds_alternative<ExecBuf>(parse_indirect_packet(make({.opcode = value}))) == (value == 1));
    CHECK(std::holds_alternative<ExecBuf>(parse_indirect_packet(make({.count = value}))) == (value == 24));
    CHECK(std::holds_alternative<TwoLevelIndirection>(parse_indirect_packet(make({.indirect = value}))) ==
          (value != 0));
  }
  Bytes odd = make({});
  store_bytes(odd, 8 + 4, 4, 2);
  CHECK(std::holds_alternative<Problem>(parse_indirect_packet(odd)));
}

TEST_CASE("completion words are those that the driver and the runtime decode") {
  CHECK(completion_word::kCompleted == 4);
  CHECK(completion_word::kAbort == 6);
  CHECK(completion_word::error(error_code::kExitPacket) == 0x5);
  CHECK(completion_word::error(error_code::kInvalidPacket) == 0x45);
  CHECK(completion_word::error(error_code::invalid_opcode(0)) == 0x35);
  CHECK(completion_word::error(error_code::invalid_page(1)) == (105U << 4 | 5));
  CHECK(completion_word::error(error_code::packet_timeout(1)) == 0x6A5);  // As seen in XRT (guest laboratory, 7.4).
}

}  // namespace
}  // namespace aie4::cert
