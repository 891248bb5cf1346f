// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/cert/bench.hpp"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <stdexcept>
#include <string_view>

#include "firmware-stub/cert/bytes.hpp"
#include "firmware-stub/cert/handshake.hpp"
#include "models/registers/shim.hpp"
#include "models/registers/uc.hpp"
#include "models/soc/host_access.hpp"
#include "models/soc/poll_hint.hpp"

namespace aie4::cert::bench {
namespace {

namespace uc_registers = registers::uc;
constexpr std::string_view kPayload = "CERT test payload";

bool holds_payload(std::span<const std::byte> memory) {
  return memory.size() >= kPayload.size() && std::memcmp(memory.data(), kPayload.data(), kPayload.size()) == 0;
}

}  // namespace

// --- host memory ----------------------------------------------------------------------------------------------------

HostMemory::HostMemory(sc_core::sc_module_name name, const Parameters& parameters, Diagnostics& diagnostics,
                       std::vector<Event>& log)
    : sc_module(name), socket("socket"), parameters_(parameters), diagnostics_(diagnostics), log_(log) {
  socket.register_b_transport(this, &HostMemory::b_transport);
}

void HostMemory::map(std::uint64_t address, std::size_t size, bool writable) {
  windows_[address] = {.bytes = std::vector<std::byte>(size), .writable = writable};
}

HostMemory::Window* HostMemory::find(std::uint64_t address, std::size_t size, std::uint64_t& offset) {
  auto next = windows_.upper_bound(address);
  if (next == windows_.begin()) return nullptr;
  auto& [base, window] = *--next;
  offset = address - base;
  if (offset >= window.bytes.size() || size > window.bytes.size() - offset) return nullptr;
  return &window;
}

std::span<std::byte> HostMemory::at(std::uint64_t address, std::size_t size) {
  std::uint64_t offset = 0;
  Window* window = find(address, size, offset);
  if (window == nullptr) throw std::out_of_range(fmt::format("bench: {:#x} is not mapped", address));
  return std::span(window->bytes).subspan(offset, size);
}

void HostMemory::write32(std::uint64_t address, std::uint32_t value) {
  store32(at(address, 4), 0, value);
}
void HostMemory::write64(std::uint64_t address, std::uint64_t value) {
  store64(at(address, 8), 0, value);
}
std::uint32_t HostMemory::read32(std::uint64_t address) {
  return load32(at(address, 4), 0);
}
std::uint64_t HostMemory::read64(std::uint64_t address) {
  return load64(at(address, 8), 0);
}
void HostMemory::write(std::uint64_t address, std::span<const std::byte> bytes) {
  std::ranges::copy(bytes, at(address, bytes.size()).begin());
}

void HostMemory::b_transport(int port, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  auto* access = payload.get_extension<HostAccess>();
  const std::uint32_t bytes = payload.get_data_length();
  const auto data = std::as_writable_bytes(std::span(payload.get_data_ptr(), bytes));
  std::uint64_t offset = 0;
  Window* window = find(payload.get_address(), bytes, offset);
  access->status = DmaStatus::Ok;
  if (window == nullptr) access->status = DmaStatus::NotMapped;
  if (window != nullptr && payload.is_write() && !window->writable) access->status = DmaStatus::ReadOnly;
  if (access->status != DmaStatus::Ok) {
    diagnostics_.report({.category = FaultCategory::GuestError,
                         .where = fmt::format("{} context {}", access->attributes.engine, access->attributes.context),
                         .expected = "a mapped address",
                         .came = fmt::format("{:#x}: {}", payload.get_address(), to_string(access->status)),
                         .blame = "the driver"});
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    delay += sc_core::sc_time(static_cast<double>(parameters_.noc_latency_ns), sc_core::SC_NS);
    return;
  }
  Event event{.kind = payload.is_read() ? Event::Kind::Read : Event::Kind::Write,
              .time_ps = Bench::now_ps(),
              .address = payload.get_address(),
              .bytes = bytes,
              .uc = static_cast<unsigned>(port),
              .context = access->attributes.context};
  const std::span<std::byte> memory = std::span(window->bytes).subspan(offset, bytes);
  if (payload.is_read()) {
    std::ranges::copy(memory, data.begin());
  } else {
    std::ranges::copy(data, memory.begin());
    event.value = load_bytes(data, 0, std::min<std::size_t>(8, bytes));
  }
  log_.push_back(event);
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
  const std::uint64_t picoseconds =
      1000 * parameters_.noc_latency_ns + 1'000'000 * std::uint64_t{bytes} / parameters_.noc_bytes_per_us;
  delay += sc_core::sc_time(static_cast<double>(picoseconds), sc_core::SC_PS);
}

// --- array bus ------------------------------------------------------------------------------------------------------

ArrayBus::ArrayBus(sc_core::sc_module_name name) : sc_module(name), in("in") {
  in.register_b_transport(this, &ArrayBus::b_transport);
  SC_METHOD(happen);
  sensitive << due;
  dont_initialize();
}

void ArrayBus::happen() {
  on_due();
  done.notify();
}

void ArrayBus::b_transport(int /*port*/, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const std::uint64_t address = payload.get_address();
  const std::uint64_t in_column = address & 0x1FF'FFFFU;
  const std::uint64_t offset = in_column & ~std::uint64_t{uc_registers::kHalfB};
  const std::uint64_t uc = 2 * (address >> 25U) + (in_column != offset ? 1 : 0);
  const bool module = in_column < 2ULL * uc_registers::kHalfB && offset >= uc_registers::kProgramMemory;
  if (!module) return access_words(payload, delay);
  if (uc >= out.size()) {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return;
  }
  payload.set_address(offset);
  out.at(uc)->b_transport(payload, delay);
  payload.set_address(address);
}

void ArrayBus::access_words(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const std::uint64_t time_ps = (sc_core::sc_time_stamp() + delay).value();
  delay += latency;
  const std::uint64_t first = payload.get_address();
  if (first + payload.get_data_length() > hole) {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return;
  }
  for (unsigned at = 0; at < payload.get_data_length(); at += 4) {
    const std::uint64_t address = first + at;
    std::uint32_t value = 0;
    if (payload.is_write()) {
      std::memcpy(&value, payload.get_data_ptr() + at, 4);
      words[address] = value;
    } else {
      const auto reader = readers.find(address);
      value = reader != readers.end() ? reader->second() : words[address];
      std::memcpy(payload.get_data_ptr() + at, &value, 4);
    }
    auto* hint = payload.get_extension<PollHint>();
    const auto known = not_before.find(address);
    if (hint != nullptr && known != not_before.end()) hint->until = known->second();
    log.push_back({.write = payload.is_write(), .address = address, .value = value, .time_ps = time_ps});
  }
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

std::vector<std::pair<std::uint64_t, std::uint32_t>> ArrayBus::writes() const {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> found;
  for (const ArrayAccess& access : log) {
    if (access.write) found.emplace_back(access.address, access.value);
  }
  return found;
}

std::size_t ArrayBus::reads_of(std::uint64_t address) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      log, [&](const ArrayAccess& access) { return !access.write && access.address == address; }));
}

// --- bench ----------------------------------------------------------------------------------------------------------

Bench::Bench(const Parameters& chosen, UcProgramFactory program)
    : parameters(chosen),
      diagnostics([this](const Diagnostic& diagnostic) { reports.push_back(diagnostic); },
                  [] { return sc_core::sc_time_stamp().value(); }),
      host("host", parameters, diagnostics, log),
      bus("bus") {
  if (!program) program = make_cert_factory(faults, counters, holds_payload);
  for (unsigned index = 0; index < kUcs; ++index) {
    const std::string name = fmt::format("uc{}", index);
    auto& uc = *ucs.emplace_back(
        std::make_unique<Microcontroller>(name.c_str(), index, parameters, waits, diagnostics, program));
    uc.noc.bind(host.socket);
    uc.axi_mm.bind(bus.in);
    bus.out.at(index).bind(uc.array);
    uc.interrupt = [this, index] { log.push_back({.kind = Event::Kind::Interrupt, .time_ps = now_ps(), .uc = index}); };
  }
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  std::string payload(kPayload);
  for (unsigned index = 0; index < kUcs; ++index) {
    access(index, uc_registers::kProgramMemory, std::as_writable_bytes(std::span(payload)));
    ucs[index]->set_reset(false);
  }
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
}

void Bench::access(unsigned uc, std::uint32_t offset, std::span<std::byte> bytes) {
  tlm::tlm_generic_payload store;
  store.set_write();
  store.set_address(offset);
  store.set_data_ptr(reinterpret_cast<unsigned char*>(bytes.data()));
  store.set_data_length(static_cast<unsigned>(bytes.size()));
  store.set_streaming_width(static_cast<unsigned>(bytes.size()));
  sc_core::sc_time delay;
  bus.out.at(uc)->b_transport(store, delay);
}

void Bench::connect(std::uint64_t queue, std::uint32_t columns, std::uint32_t runlist, std::uint32_t restore) {
  namespace hs = handshake;
  for (unsigned uc = 0; uc < kUcs; ++uc) {
    for (std::uint32_t offset = 0; offset < hs::kSize; offset += 4) set_handshake(offset, 0, uc);
    set_handshake(hs::kMpaieAlive, hs::kAlive, uc);
    set_handshake(hs::kLastPdiId, hs::kNothingLoaded, uc);
    set_handshake(hs::kLastCoreElfId, hs::kNothingLoaded, uc);
    set_handshake(hs::kPartitionSize, columns, uc);
    set_handshake(hs::kHsaAddrHigh, uc == 0 ? static_cast<std::uint32_t>(queue >> 32U) : hs::kNoQueue, uc);
    set_handshake(hs::kHsaAddrLow, uc == 0 ? static_cast<std::uint32_t>(queue) : hs::kNoQueue, uc);
  }
  set_handshake(hs::kRunlistReadIdx, runlist);
  set_handshake(hs::kRestore, restore);
}

void Bench::doorbell() {
  set_handshake(handshake::kDoorbellPending, 1);
  wake(0);
}

void Bench::wake(unsigned uc) {
  std::uint32_t value = 1U << uc_registers::kWakeup.lsb;
  access(uc, uc_registers::kCoreControl, std::as_writable_bytes(std::span(&value, 1)));
}

void Bench::request_switch() {
  set_handshake(handshake::kCtxSwitchReq, 1);
  wake(0);
}

std::uint32_t Bench::handshake(std::uint32_t offset, unsigned uc) {
  return load32(ucs.at(uc)->private_memory(), offset);
}

void Bench::set_handshake(std::uint32_t offset, std::uint32_t value, unsigned uc) {
  store32(ucs.at(uc)->private_memory(), offset, value);
}

void Bench::set_context(std::uint32_t function, std::uint32_t context) {
  for (auto& uc : ucs) uc->set_smid(registers::shim::smid::encode(function, context));
}

void Bench::reset(unsigned uc) {
  ucs.at(uc)->set_reset(true);
  run_ns(10);
  ucs.at(uc)->set_reset(false);
  run_ns(10);
}

void Bench::reset_all() {
  for (auto& uc : ucs) uc->set_reset(true);
  run_ns(10);
  for (auto& uc : ucs) uc->set_reset(false);
  run_ns(10);
}

void Bench::forget_program(unsigned uc) {
  std::uint32_t zero = 0;
  access(uc, uc_registers::kProgramMemory, std::as_writable_bytes(std::span(&zero, 1)));
}

void Bench::run_ns(std::uint64_t ns) {
  sc_core::sc_start(static_cast<double>(ns), sc_core::SC_NS);
}

std::uint64_t Bench::now_ps() {
  return sc_core::sc_time_stamp().value();  // SystemC's resolution is left at 1 ps.
}

std::vector<Event> Bench::writes() const {
  std::vector<Event> found;
  std::ranges::copy_if(log, std::back_inserter(found),
                       [](const Event& event) { return event.kind != Event::Kind::Read; });
  return found;
}

std::size_t Bench::interrupts() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(log, [](const Event& event) { return event.kind == Event::Kind::Interrupt; }));
}

bool Bench::reported(FaultCategory category, const std::string& part) const {
  return std::ranges::any_of(reports, [&](const Diagnostic& diagnostic) {
    return diagnostic.category == category && diagnostic.text().find(part) != std::string::npos;
  });
}

std::string Bench::diagnostics_text() const {
  std::string text;
  for (const Diagnostic& diagnostic : reports) text += diagnostic.text() + "\n";
  return text;
}

}  // namespace aie4::cert::bench
