// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/host/fake_npu.hpp"

#include <algorithm>
#include <cstring>
#include <ostream>

namespace aie4::host::test {
namespace {

constexpr std::uint64_t kMsixPba = 0x1'8000;
constexpr std::uint64_t kDoorbells = 0x1'0000;

// PSP (BAR4) and SMU (BAR5), sections 2.1 and 3.1.
constexpr std::uint64_t kPspIntr = 0xA24;
constexpr std::uint64_t kPspCommand = 0xAEC;
constexpr std::uint64_t kPspArg0 = 0xB70;
constexpr std::uint64_t kSmuCommand = 0x9EC;
constexpr std::uint64_t kSmuResponse = 0x9F0;

pci::FunctionShape shape(bool physical, unsigned vectors) {
  pci::FunctionShape result;
  result.name = physical ? "pf" : "vf0";
  result.vendor_id = 0x1022;
  result.device_id = physical ? 0x17F2 : 0x17F3;
  result.revision = 0x10;
  result.class_code = 0x118000;
  result.bars[0] = {.size = 0x2'0000};
  result.bars[2] = {.size = 0x20'0000, .is_64bit = true, .prefetchable = true};
  if (physical) {
    result.bars[4] = {.size = 0x1000};
    result.bars[5] = {.size = 0x1000};
  }
  result.msix = {.vectors = static_cast<std::uint16_t>(vectors),
                 .bar = 0,
                 .table_offset = FakeNpu::kMsixTable,
                 .pba_offset = kMsixPba};
  return result;
}

/// Response payload words of table A, section 5.1.
std::size_t response_words(std::uint32_t opcode) {
  switch (opcode) {
    case 0x3'0006:
      return 12;
    case 0x3'0001:
      return 2;
    case 0x3'0003:
      return 4;
    default:
      return 1;
  }
}

}  // namespace

void FakeClock::schedule(std::uint64_t delay_ps, std::function<void()> event) {
  events_.emplace(std::pair{now_ + delay_ps, sequence_++}, std::move(event));
}

void FakeClock::run_to_interrupt(std::uint64_t time_ps) {
  if (!events_.empty()) run_until(std::min(time_ps, events_.begin()->first.first));
}

void FakeClock::run_until(std::uint64_t time_ps) {
  while (!events_.empty() && events_.begin()->first.first <= time_ps) {
    auto node = events_.extract(events_.begin());
    now_ = node.key().first;
    node.mapped()();
  }
  now_ = time_ps;
}

std::ostream& operator<<(std::ostream& out, const Access& access) {
  return out << access.kind << " BAR" << access.bar << "+" << std::hex << access.offset << " = " << access.value
             << std::dec << " (" << access.size << ")";
}

FakeNpu::FakeNpu(bool physical, unsigned vectors)
    : physical_(physical), function_(0, shape(physical, vectors), *this, diagnostics) {
  for (const pci::BarShape& bar : function_.shape().bars) bars_.emplace_back(bar.size);
  if (physical) set(4, kPspCommand, 0x8000'0000);
}

std::uint32_t FakeNpu::reg(unsigned bar, std::uint64_t offset) const {
  std::uint32_t value = 0;
  std::memcpy(&value, &bars_.at(bar).at(offset), sizeof value);
  return value;
}

void FakeNpu::set(unsigned bar, std::uint64_t offset, std::uint32_t value) {
  std::memcpy(&bars_.at(bar).at(offset), &value, sizeof value);
}

void FakeNpu::interrupt(unsigned vector) {
  const bool masked = (reg(0, kMsixTable + vector * 16 + 12) & 1U) != 0;
  if (control_.msix_enabled && control_.can_signal && !control_.function_masked && !masked) function_.signal(vector);
}

void FakeNpu::bar_read(unsigned bar, std::uint64_t offset, std::span<std::byte> data) {
  std::memcpy(data.data(), &bars_.at(bar).at(offset), data.size());
  std::uint64_t value = 0;
  std::memcpy(&value, data.data(), data.size());
  auto& log = bar == 0 && offset >= kMsixTable ? msix_accesses : accesses;
  log.push_back({'R', bar, offset, value, static_cast<unsigned>(data.size())});
}

void FakeNpu::bar_write(unsigned bar, std::uint64_t offset, std::span<const std::byte> data) {
  std::uint64_t value = 0;
  std::memcpy(&value, data.data(), data.size());
  auto& log = bar == 0 && offset >= kMsixTable ? msix_accesses : accesses;
  log.push_back({'W', bar, offset, value, static_cast<unsigned>(data.size())});
  std::memcpy(&bars_.at(bar).at(offset), data.data(), data.size());
  effect(bar, offset, static_cast<std::uint32_t>(value));
}

void FakeNpu::effect(unsigned bar, std::uint64_t offset, std::uint32_t value) {
  if (bar == 5 && offset == kSmuCommand) {
    if (const std::uint32_t response = smu(value); response != 0) {
      clock.schedule(smu_delay_ps, [this, response] { set(5, kSmuResponse, response); });
    }
  } else if (bar == 4 && offset == kPspIntr && value == 0xD007'BE11) {
    kick_psp();
  } else if (bar == 0 && offset == kX2iTail) {
    clock.schedule(message_delay_ps, [this] { receive(); });
  } else if (bar == 2 && offset >= kDoorbells) {
    doorbells.emplace_back(clock.now_ps(), offset);
    if (on_doorbell) on_doorbell(offset);
  }
}

void FakeNpu::kick_psp() {
  const std::uint32_t command = reg(4, kPspCommand) >> 24;
  const auto response = psp(command);
  if (!response) return;
  clock.schedule(psp_delay_ps, [this, command, response] {
    set(4, kPspArg0, *response);
    set(4, kPspCommand, 0x8000'0000);
    if (*response == 0 && command == 2 && boots) clock.schedule(boot_delay_ps, [this] { boot(); });
    if (*response == 0 && command == 3) set(2, 0, 0);
  });
}

void FakeNpu::boot() {
  for (const std::uint32_t at : {kX2iTail, kX2iHead, kI2xTail, kI2xHead}) set(0, at, 0);
  for (std::size_t i = 1; i < info.size(); ++i) set(2, 4 * i, info[i]);
  set(2, 0, info[0]);
}

Words FakeNpu::respond(const Words& request, const Words& payload) {
  const auto bytes = static_cast<std::uint32_t>(4 * payload.size());
  Words message = {bytes, bytes | 0x1'0000, request[2], request[3]};
  message.insert(message.end(), payload.begin(), payload.end());
  return message;
}

Words FakeNpu::default_answer(const Words& request) const {
  Words payload(response_words(request[3]));
  if (request[3] == 0x3'0001) payload[1] = 1;                  // partition_id
  if (request[3] == 0x3'0003) payload = {0, 0, 0x1'0000, 1};   // context 0, first doorbell page, vector 1
  if (request[3] == 0x3'0006) payload[3] = 3, payload[4] = 4;  // cols, core_rows
  return respond(request, payload);
}

void FakeNpu::receive() {
  std::uint32_t head = reg(0, kX2iHead);
  while (head != reg(0, kX2iTail)) {
    if (reg(2, kX2iRing + head) == 0xDEAD'FACE) {
      head = 0;
      continue;
    }
    const std::uint32_t words = 4 + reg(2, kX2iRing + head) / 4;
    Words request;
    for (std::uint32_t i = 0; i < words; ++i) request.push_back(reg(2, kX2iRing + head + 4 * i));
    head += 4 * words;
    requests.push_back(request);
    if (!consumes) return;
    set(0, kX2iHead, head);
    if (const Words message = answer(request); !message.empty()) send(message);
  }
}

void FakeNpu::send(const Words& message) {
  std::uint32_t tail = reg(0, kI2xTail);
  const std::uint32_t size = info.at(10);
  if (tail + 4 * message.size() > size) {
    if (tail < size) set(2, kI2xRing + tail, 0xDEAD'FACE);
    tail = 0;
  }
  for (std::uint32_t i = 0; i < message.size(); ++i) set(2, kI2xRing + tail + 4 * i, message[i]);
  set(0, kI2xTail, tail + static_cast<std::uint32_t>(4 * message.size()));
  interrupt(0);
}

void FakeNpu::reset(pci::ResetKind kind) {
  static_cast<void>(kind);
  for (std::vector<std::byte>& bar : bars_) std::ranges::fill(bar, std::byte{0});
  if (physical_) set(4, kPspCommand, 0x8000'0000);
  // MSI-X entries are masked after a reset.
  for (unsigned i = 0; i < function_.shape().msix.vectors; ++i) set(0, kMsixTable + i * 16 + 12, 1);
}

}  // namespace aie4::host::test
