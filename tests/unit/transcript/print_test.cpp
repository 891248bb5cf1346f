// SPDX-License-Identifier: Apache-2.0
// Printing: names of registers, decoded commands, messages put together again from ring accesses, filters, JSON.
#include "sim/transcript/print.hpp"

#include <sstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "firmware-stub/management/messages.hpp"
#include "firmware-stub/management/ring.hpp"
#include "models/registers/mailbox.hpp"
#include "sim/transcript/describe.hpp"
#include "sim/transcript/names.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/transcript/events.hpp"

using namespace aie4::transcript;        // NOLINT(google-build-using-namespace)
using namespace aie4::transcript::test;  // NOLINT(google-build-using-namespace)
namespace mailbox = aie4::registers::mailbox;
namespace management = aie4::management;

namespace {

const Header kHeader = {"aie4sim test", "[functions]\nvfs = 1\n"};

std::string printed(const std::vector<OwnedEvent>& events, const PrintOptions& options = {}) {
  std::istringstream in(record(events, kHeader));
  std::ostringstream out;
  print(in, out, options);
  return out.str();
}

OwnedEvent write(unsigned function, unsigned bar, std::uint64_t address, std::uint64_t value) {
  return bar_event(EventKind::BarWrite, 0, function, bar, address, word(value));
}
OwnedEvent read(unsigned function, unsigned bar, std::uint64_t address, std::uint64_t value) {
  return bar_event(EventKind::BarRead, 0, function, bar, address, word(value));
}
OwnedEvent dma(EventKind kind, std::uint64_t address, Bytes data, aie4::DmaStatus status = aie4::DmaStatus::Ok) {
  Event event;
  event.kind = kind;
  event.function = 1;
  event.address = address;
  event.status = status;
  return {event, std::move(data)};
}
OwnedEvent interrupt(unsigned vector) {
  Event event;
  event.kind = EventKind::Interrupt;
  event.function = 1;
  event.address = vector;
  return {event, {}};
}

/// The notes of function 1 ("vf0") for these events, without the empty ones.
std::vector<std::string> notes(const std::vector<OwnedEvent>& events) {
  Describer describer({"pf", "vf0"});
  std::vector<std::string> result;
  for (const OwnedEvent& event : events) {
    const std::string note = describer.describe(event.view()).note;
    if (!note.empty()) result.push_back(note);
  }
  return result;
}

void append(std::vector<OwnedEvent>& events, std::vector<OwnedEvent> more) {
  events.insert(events.end(), more.begin(), more.end());
}

/// The ring words of a message, as accesses of the host.
std::vector<OwnedEvent> message(EventKind kind, std::uint64_t ring, std::uint32_t offset, std::uint32_t id,
                                std::uint32_t opcode, const std::vector<std::uint32_t>& payload) {
  const auto header = management::MessageHeader::make(static_cast<std::uint32_t>(payload.size() * 4), id, opcode);
  std::vector<std::uint32_t> words = {header.total_size, header.sz_ver, header.id, header.opcode};
  words.insert(words.end(), payload.begin(), payload.end());
  std::vector<OwnedEvent> events;
  for (std::size_t i = 0; i < words.size(); ++i) {
    events.push_back(bar_event(kind, 0, 1, 2, ring + offset + 4 * i, word(words[i])));
  }
  return events;
}

/// A context whose queue lies at 0x5000 with its packets at 0x6000, doorbell page 3, vector 2.
std::vector<OwnedEvent> context(unsigned version) {
  auto events = message(EventKind::BarWrite, mailbox::kX2IRing, 0, 0x1D000000, 0x30003, {1, 12, 0, 0x5000, 0, 0});
  events.push_back(write(1, 0, mailbox::kX2I_TAIL, 40));
  append(events, message(EventKind::BarRead, mailbox::kI2XRing, 0, 0x1D000000, 0x30003, {0, 7, 0x13000, 2}));
  events.push_back(write(1, 0, mailbox::kI2X_HEAD, 32));
  Bytes header(128);
  const auto put = [&header](std::size_t offset, const Bytes& value) {
    std::copy(value.begin(), value.end(), header.begin() + static_cast<std::ptrdiff_t>(offset));
  };
  put(0x08, word(version, 2));
  put(0x0C, word(32));
  put(version == 0 ? 0x10 : 0x40, word(1, 8));
  put(version == 0 ? 0x18 : 0x78, word(0x6000, 8));
  if (version == 0) header.resize(32);
  events.push_back(dma(EventKind::DmaRead, 0x5000, header));
  return events;
}

}  // namespace

TEST_CASE("Every place of the BARs has its name") {
  CHECK(bar_place(0, 0x10) == "X2I_TAIL");
  CHECK(bar_place(0, 0x18) == "BAR0+0x18");
  CHECK(bar_place(0, 0x10000) == "msix_table[0].address_low");
  CHECK(bar_place(0, 0x1002C) == "msix_table[2].vector_control");
  CHECK(bar_place(0, 0x1002D) == "msix_table[2].vector_control+0x1");
  CHECK(bar_place(0, 0x18004) == "msix_pba+0x4");
  CHECK(bar_place(2, 0) == "mailbox_info.valid");
  CHECK(bar_place(2, 0x3C) == "mailbox_info.reserved[3]");
  CHECK(bar_place(2, 0x16) == "mailbox_info.x2i_buffer_addr+0x2");
  CHECK(bar_place(2, 0x40) == "BAR2+0x40");
  CHECK(bar_place(2, 0x1000) == "x2i_ring");
  CHECK(bar_place(2, 0x2FFC) == "i2x_ring+0xffc");
  CHECK(bar_place(2, 0x13004) == "doorbell 3+0x4");
  CHECK(bar_place(2, 0x1FFFFF) == "doorbell 495+0xfff");
  CHECK(bar_place(2, 0x200000) == "BAR2+0x200000");
  CHECK(bar_place(4, 0xA24) == "MPASP_C2PMSG_73_ALT_1");
  CHECK(bar_place(5, 0) == "INTR");
  CHECK(bar_place(5, 0xFFFF'FFFF'0000'09EC) == "BAR5+0xffffffff000009ec");
  CHECK(bar_place(1, 8) == "BAR1+0x8");
}

TEST_CASE("Functions are named as the configuration has them") {
  aie4::Configuration configuration;
  configuration.vfs = 2;
  CHECK(function_names(configuration) == std::vector<std::string>{"pf", "vf0", "vf1"});
  configuration.has_pf = false;
  CHECK(function_names(configuration) == std::vector<std::string>{"vf0", "vf1"});
  CHECK(function_name({"pf"}, 4) == "function 4");
  CHECK(time_text(12'345'678'901) == "12345.678901 us");
}

TEST_CASE("PSP commands are decoded at the kick, by the registers as they are then") {
  const auto psp = [](std::uint32_t command, std::uint32_t arg0, std::uint32_t arg1) {
    return notes({write(0, 4, 0xAEC, command >> 24), write(0, 4, 0xB70, arg0), write(0, 4, 0xB74, arg1),
                  write(0, 4, 0xAEC, command), write(0, 4, 0xA24, 0), write(0, 4, 0xA24, 0xD007BE11)});
  };
  CHECK(psp(0x0102'0000, 0x8000'0000, 1) == std::vector<std::string>{"PSP VALIDATE address 0x180000000 size 0x20000"});
  CHECK(psp(0x0400'8000, 0x1000, 0) == std::vector<std::string>{"PSP VALIDATE_CERT address 0x1000 size 0x8000"});
  CHECK(psp(0x0200'0000, 1, 0) == std::vector<std::string>{"PSP START"});
  CHECK(psp(0x0300'0000, 0, 0) == std::vector<std::string>{"PSP RELEASE_TMR"});
  CHECK(psp(0x0900'0000, 0, 0) == std::vector<std::string>{"PSP command 9"});
  CHECK(notes({read(0, 4, 0xAEC, 0x8000'0000), read(0, 4, 0xAEC, 1), read(0, 4, 0xB70, 0xFFFF'0007)}) ==
        std::vector<std::string>{"PSP ready", "PSP busy", "PSP response BAD_STATE"});
}

TEST_CASE("SMU commands are decoded at the command write") {
  CHECK(notes({write(0, 5, 0x9F0, 0), write(0, 5, 0x9F4, 400), write(0, 5, 0x9EC, 6), read(0, 5, 0x9F0, 0),
               read(0, 5, 0x9F0, 1), read(0, 5, 0x9F0, 0xFF)}) ==
        std::vector<std::string>{"SMU SET_HCLK argument 400", "SMU busy", "SMU OK", "SMU FAILED"});
}

TEST_CASE("Messages are put together from the words of the rings") {
  auto events = message(EventKind::BarWrite, mailbox::kX2IRing, 0, 0x1D000000, 0x30001, {0, 3});
  events.push_back(write(1, 0, mailbox::kX2I_TAIL, 24));
  append(events, message(EventKind::BarRead, mailbox::kI2XRing, 0, 0x1D000000, 0x30001, {0, 5}));
  events.push_back(write(1, 0, mailbox::kI2X_HEAD, 24));
  append(events, message(EventKind::BarWrite, mailbox::kX2IRing, 24, 0x1D000001, 0x12345, {9}));
  events.push_back(write(1, 0, mailbox::kX2I_TAIL, 44));
  append(events, message(EventKind::BarRead, mailbox::kI2XRing, 24, 0x1D000001, 0x12345, {2}));
  events.push_back(write(1, 0, mailbox::kI2X_HEAD, 44));
  append(events, message(EventKind::BarRead, mailbox::kI2XRing, 44, 0x1D000002, 0x30001, {1}));
  events.push_back(write(1, 0, mailbox::kI2X_HEAD, 64));
  CHECK(notes(events) ==
        std::vector<std::string>{"request CREATE_PARTITION id 0x1d000000 {start_column=0, column_count=3}",
                                 "response CREATE_PARTITION id 0x1d000000 {status=SUCCESS, partition_id=5}",
                                 "request opcode 0x12345 id 0x1d000001 {}", "response opcode 0x12345 id 0x1d000001 {}",
                                 "response CREATE_PARTITION id 0x1d000002 {status=ERROR, partition_id=missing} "
                                 "(4 bytes instead of 8)"});
}

TEST_CASE("Messages are followed over the end of both rings") {
  constexpr std::uint32_t kAt = 4080;
  std::vector<OwnedEvent> events = {read(1, 0, mailbox::kX2I_TAIL, kAt), read(1, 0, mailbox::kI2X_HEAD, kAt),
                                    write(1, 2, mailbox::kX2IRing + kAt, management::kTombstone)};
  append(events, message(EventKind::BarWrite, mailbox::kX2IRing, 0, 0x1D000000, 0x10003, {0}));
  events.push_back(write(1, 0, mailbox::kX2I_TAIL, 20));
  events.push_back(read(1, 2, mailbox::kI2XRing + kAt, management::kTombstone));
  events.push_back(write(1, 0, mailbox::kI2X_HEAD, 0));
  append(events, message(EventKind::BarRead, mailbox::kI2XRing, 0, 0x1D000000, 0x10003, {0}));
  events.push_back(write(1, 0, mailbox::kI2X_HEAD, 20));
  CHECK(notes(events) == std::vector<std::string>{"request SUSPEND id 0x1d000000 {reserved=0x0}",
                                                  "response SUSPEND id 0x1d000000 {status=SUCCESS}"});
}

TEST_CASE("What is malformed is said, and the next message is found again") {
  std::vector<OwnedEvent> events = {write(1, 2, mailbox::kX2IRing, 6), write(1, 0, mailbox::kX2I_TAIL, 20),
                                    write(1, 0, mailbox::kX2I_TAIL, 4100)};
  append(events, message(EventKind::BarWrite, mailbox::kX2IRing, 20, 0x1D000000, 0x20001, {4}));
  events.push_back(write(1, 0, mailbox::kX2I_TAIL, 40));
  events.push_back(write(1, 0, mailbox::kI2X_HEAD, 8));
  CHECK(notes(events) ==
        std::vector<std::string>{"malformed request: total_size is zero or not a multiple of 4",
                                 "malformed request: head or tail beyond the ring or not a multiple of 4",
                                 "request CREATE_VFS id 0x1d000000 {vf_count=4}",
                                 "malformed response: the host's head goes from 0x0 to 0x8"});
}

TEST_CASE("Accesses to a queue are told by context, slot and field, in both layouts") {
  for (const unsigned version : {0U, 1U}) {
    CAPTURE(version);
    auto events = context(version);
    Bytes packet(64);
    packet[2] = std::byte{1};
    packet[3] = std::byte{1};
    packet[4] = std::byte{24};
    packet[9] = std::byte{0x70};   // completion_signal 0x7000
    packet[21] = std::byte{0x80};  // control code 0x8000
    events.push_back(write(1, 2, 0x13000, 0));
    events.push_back(dma(EventKind::DmaRead, 0x6000 + 5 * 64, packet));
    events.push_back(dma(EventKind::DmaRead, 0x8000, Bytes(64)));
    events.push_back(dma(EventKind::DmaWrite, 0x7000, word(4)));
    events.push_back(dma(EventKind::DmaWrite, 0x7000, word((3 << 4) | 5)));
    events.push_back(dma(EventKind::DmaWrite, 0x5000, word(6, 8)));
    events.push_back(interrupt(2));
    events.push_back(interrupt(0));
    auto said = notes(events);
    REQUIRE(said.size() == 11);
    CHECK(said[2] == (version == 0 ? "context 7 queue header: read_index=0x0, version_major=0x0, version_minor=0x0, "
                                     "capacity=0x20, write_index=0x1, data_address=0x6000"
                                   : "context 7 queue header: read_index=0x0, version_major=0x1, version_minor=0x0, "
                                     "capacity=0x20, write_index_mirror=0x0, write_index=0x1, data_address=0x6000"));
    said.erase(said.begin(), said.begin() + 3);
    CHECK(said ==
          std::vector<std::string>{"context 7 rings",
                                   "context 7 slot 5: EXEC_BUF chained completion_signal 0x7000 control code 0x8000",
                                   "context 7 slot 5 control code", "context 7 slot 5 completion word COMPLETED",
                                   "context 7 slot 5 completion word ERROR code 3",
                                   "context 7 queue header: read_index=0x6", "completion of context 7", "mailbox"});
  }
}

TEST_CASE("Indirect packets are told by uC") {
  auto events = context(1);
  Bytes packet(64);
  packet[2] = std::byte{1};
  packet[4] = std::byte{16};
  packet[7] = std::byte{1};
  Bytes indirect(32);
  indirect[12] = std::byte{0x40};
  events.push_back(dma(EventKind::DmaRead, 0x6000, packet));
  events.push_back(dma(EventKind::DmaRead, 0x6000 + 2048 + (4 * 32 + 9) * 32, indirect));
  const auto said = notes(events);
  CHECK(said.at(3) == "context 7 slot 0: EXEC_BUF indirect completion_signal 0x0 2 entries");
  CHECK(said.at(4) == "context 7 slot 9 indirect packet of uc4: control code 0x40");
}

TEST_CASE("A destroyed context is forgotten") {
  auto events = context(1);
  append(events, message(EventKind::BarWrite, mailbox::kX2IRing, 40, 0x1D000001, 0x30004, {7, 0}));
  events.push_back(write(1, 0, mailbox::kX2I_TAIL, 64));
  append(events, message(EventKind::BarRead, mailbox::kI2XRing, 32, 0x1D000001, 0x30004, {0}));
  events.push_back(write(1, 0, mailbox::kI2X_HEAD, 52));
  events.push_back(dma(EventKind::DmaWrite, 0x5000, word(6, 8)));
  events.push_back(interrupt(2));
  CHECK(notes(events).back() == "response DESTROY_HW_CONTEXT id 0x1d000001 {status=SUCCESS}");
}

TEST_CASE("A refused access says why") {
  CHECK(notes({dma(EventKind::DmaRead, 0x1000, Bytes(4), aie4::DmaStatus::NotMapped)}) ==
        std::vector<std::string>{"refused: address not mapped"});
}

TEST_CASE("Words inside events are named for reports") {
  Describer describer({"pf", "vf0"});
  for (const OwnedEvent& event : context(1)) describer.describe(event.view());
  CHECK(describer.word_name(dma(EventKind::DmaRead, 0x5000, Bytes(128)).view(), 0x78) == "data_address");
  CHECK(describer.word_name(dma(EventKind::DmaRead, 0x5000, Bytes(128)).view(), 0x08) ==
        "version_major, version_minor");
  CHECK(describer.word_name(dma(EventKind::DmaRead, 0x6040, Bytes(64)).view(), 0x08) == "completion_signal low");
  CHECK(describer.word_name(dma(EventKind::DmaRead, 0x9000, Bytes(64)).view(), 0).empty());
  CHECK(describer.word_name(read(1, 2, mailbox::kI2XRing + 32, 0).view(), 8) == "response header id");
  CHECK(describer.word_name(read(0, 4, 0xB70, 0).view(), 4) == "MPASP_C2PMSG_157_ALT_1");
  Event config;
  config.kind = EventKind::ConfigRead;
  CHECK(describer.word_name(config, 4) == "Command + Status");
}

TEST_CASE("Numbers of a hostile queue header are harmless") {
  auto events = context(1);
  Bytes header(128, std::byte{0xFF});
  events.push_back(dma(EventKind::DmaRead, 0x5000, header));
  events.push_back(dma(EventKind::DmaRead, ~std::uint64_t{0} - 7, Bytes(64)));
  events.push_back(dma(EventKind::DmaRead, 0x5000 - 64, Bytes(4096)));
  CHECK(notes(events).size() == 5);
}

TEST_CASE("Lines can be chosen by function, kind and time") {
  auto at = [](OwnedEvent event, std::uint64_t time) {
    event.event.time_ps = time;
    return event;
  };
  const std::vector<OwnedEvent> events = {at(write(0, 0, 0x10, 1), 10), at(read(1, 0, 0x14, 2), 20),
                                          at(interrupt(0), 30)};
  const auto lines = [&](const PrintOptions& options) {
    std::istringstream text(printed(events, options));
    std::string numbers;
    for (std::string line; std::getline(text, line);) {
      if (line[0] != '#') numbers += line.substr(0, line.find_first_not_of(' ') + 1).back();
    }
    return numbers;
  };
  PrintOptions options;
  CHECK(lines(options) == "012");
  options.functions = {"vf0"};
  CHECK(lines(options) == "12");
  options.functions = {"vf1"};
  CHECK_THROWS_AS(printed(events, options), TranscriptError);
  options = {};
  options.kinds = {EventKind::Interrupt, EventKind::BarWrite};
  CHECK(lines(options) == "02");
  options = {};
  options.from_ps = 20;
  CHECK(lines(options) == "12");
  options = {};
  options.to_ps = 20;
  CHECK(lines(options) == "01");
  options.to_ps = 19;
  options.from_ps = 11;
  CHECK(lines(options).empty());
}

TEST_CASE("The text form frames the lines with producer and trace hash") {
  const std::string text = printed({write(0, 0, 0x10, 1)});
  CHECK(
      text.starts_with("# recorded by aie4sim test\n"
                       "      0        0.000000 us  pf    bar-write    X2I_TAIL                             = "
                       "0x00000001"));
  CHECK(text.find("\n# 1 events, trace hash ") != std::string::npos);
}

TEST_CASE("The JSON form is one object a line with everything decoded") {
  auto events = message(EventKind::BarWrite, mailbox::kX2IRing, 0, 0x1D000000, 0x30001, {0, 3});
  events.push_back(write(1, 0, mailbox::kX2I_TAIL, 24));
  events.push_back(dma(EventKind::DmaWrite, 0x1000, word(7, 8), aie4::DmaStatus::ReadOnly));
  PrintOptions options;
  options.format = PrintFormat::Json;
  std::istringstream text(printed(events, options));
  std::vector<nlohmann::json> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(nlohmann::json::parse(line));
  REQUIRE(lines.size() == events.size());
  const nlohmann::json& sent = lines[lines.size() - 2];
  CHECK(sent["kind"] == "bar-write");
  CHECK(sent["function"] == "vf0");
  CHECK(sent["bar"] == 0);
  CHECK(sent["place"] == "X2I_TAIL");
  CHECK(sent["data"] == "18000000");
  CHECK(sent["message"]["name"] == "CREATE_PARTITION");
  CHECK(sent["message"]["direction"] == "request");
  CHECK(sent["message"]["fields"] == nlohmann::json({{"start_column", 0}, {"column_count", 3}}));
  CHECK(lines.back()["status"] == "window is read only");
  CHECK(lines.back()["space"] == "function");
  CHECK(lines.back()["size"] == 8);
}

TEST_CASE("A transcript of another program's configuration is printed with functions by number") {
  std::istringstream in(record({write(0, 0, 0x10, 1)}, {"other", "[nonsense]\nx = 1\n"}));
  std::ostringstream out;
  print(in, out);
  CHECK(out.str().find("function 0") != std::string::npos);
}
