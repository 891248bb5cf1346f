// SPDX-License-Identifier: Apache-2.0
#include "models/soc/microcontroller.hpp"

#include <cstring>
#include <fmt/format.h>

#include "models/registers/shim.hpp"
#include "models/registers/uc.hpp"

namespace aie4 {
namespace {

constexpr std::uint32_t kMaxDmaBytes = 4 * 0x7FFF;
constexpr std::uint32_t kStatusRunning = 1U << 0;
constexpr std::uint32_t kStatusLocalOutOfRange = 1U << 2;
constexpr std::uint32_t kStatusDecErr = 1U << 4;
constexpr std::uint32_t kAxiDecErr = 1U << 1;

std::string register_name(std::uint32_t offset, unsigned index) {
  return registers::kind_and_name(array::TileKind::Shim, offset + index % 2 * registers::kHalfB);
}

sc_core::sc_time nanoseconds(std::uint64_t count) {
  return {static_cast<double>(count), sc_core::SC_NS};
}

}  // namespace

Microcontroller::Microcontroller(sc_core::sc_module_name name, unsigned index, const Parameters& parameters,
                                 WaitRegistry& waits, Diagnostics& diagnostics, UcProgramFactory factory,
                                 std::vector<std::string> function_names)
    : sc_module(name),
      array("array"),
      axi_mm("axi_mm"),
      noc("noc"),
      index_(index),
      parameters_(parameters),
      waits_(waits),
      diagnostics_(diagnostics),
      factory_(std::move(factory)),
      function_names_(std::move(function_names)),
      process_(waits, fmt::format("uc{}", index)),
      program_memory_(registers::uc::kProgramMemorySize),
      private_memory_(registers::uc::kPrivateDataMemorySize),
      shared_memory_(registers::uc::kModuleDataMemorySize),
      dm2mm_name_(fmt::format("uc{} DM2MM", index)),
      mm2dm_name_(fmt::format("uc{} MM2DM", index)),
      host_access_(new HostAccess) {
  array.register_b_transport(this, &Microcontroller::b_transport);
  noc_payload_.set_extension(host_access_);
  SC_THREAD(core);
}

void Microcontroller::set_reset(bool asserted) {
  if (asserted == in_reset_) return;
  in_reset_ = asserted;
  if (asserted) unwind_ = true;
  wakeup_latched_ = false;
  reset_changed_.notify();
}

std::string Microcontroller::where() const {
  const std::uint32_t context = registers::shim::smid::context(smid_);
  const std::uint32_t index = registers::shim::smid::function(smid_);
  const std::string function =
      index < function_names_.size() ? function_names_[index] : fmt::format("function {}", index);
  if (context == registers::shim::smid::kNoContext) return fmt::format("{} uc{}", function, index_);
  return fmt::format("{} context {} uc{}", function, context, index_);
}

void Microcontroller::core() {
  for (;;) {
    try {
      asleep_ = true;
      while (in_reset_) sc_core::wait(reset_changed_);
      unwind_ = false;
      sleep({WaitReason::Host, "wake-up after reset", index_, "management firmware"});
      program_ = factory_(*this, program_memory_);
      if (program_) {
        program_->run();
      } else {
        diagnostics_.report({.category = FaultCategory::GuestError,
                             .where = fmt::format("uc{} program memory", index_),
                             .expected = "firmware that the simulator knows",
                             .came = "something else at Wakeup",
                             .blame = "who loaded the program memory"});
      }
    } catch (const ControllerReset&) {
      process_.end();
      mm2dm_status_ &= ~kStatusRunning;
      dm2mm_status_ &= ~kStatusRunning;
    }
  }
}

void Microcontroller::wait_or_reset(const sc_core::sc_time* duration, const sc_core::sc_event* event) {
  if (unwind_) throw ControllerReset{};
  if (event == nullptr) {
    sc_core::wait(*duration, reset_changed_);
  } else if (duration == nullptr) {
    sc_core::wait(*event | reset_changed_);
  } else {
    sc_core::wait(*duration, *event | reset_changed_);
  }
  if (unwind_) throw ControllerReset{};
}

void Microcontroller::consume(const sc_core::sc_time& duration, const WaitLabel& label) {
  if (duration == sc_core::SC_ZERO_TIME) return;
  const WaitRegistry::Scope scope(process_, label);
  wait_or_reset(&duration, nullptr);
}

bool Microcontroller::sleep(const WaitLabel& label, std::optional<sc_core::sc_time> deadline) {
  const WaitRegistry::Scope scope(process_, label);
  asleep_ = true;
  while (!wakeup_latched_) {
    if (!deadline) {
      wait_or_reset(nullptr, &wakeup_);
      continue;
    }
    const sc_core::sc_time now = sc_core::sc_time_stamp();
    if (now >= *deadline) break;
    const sc_core::sc_time left = *deadline - now;
    wait_or_reset(&left, &wakeup_);
  }
  const bool woken = wakeup_latched_;
  wakeup_latched_ = false;
  asleep_ = false;
  return woken;
}

std::uint32_t Microcontroller::axi_access(tlm::tlm_command command, std::uint64_t address, std::uint32_t value) {
  tlm::tlm_generic_payload payload;
  payload.set_command(command);
  payload.set_address(address);
  payload.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
  payload.set_data_length(4);
  payload.set_streaming_width(4);
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  axi_mm->b_transport(payload, delay);
  if (payload.is_response_error()) axi_errors_ |= kAxiDecErr;
  consume(delay, {WaitReason::Memory, "AXI-MM access at offset", address, "the array"});
  return value;
}

std::uint32_t Microcontroller::axi_read32(std::uint64_t address) {
  return axi_access(tlm::TLM_READ_COMMAND, address, 0);
}

void Microcontroller::axi_write32(std::uint64_t address, std::uint32_t value) {
  axi_access(tlm::TLM_WRITE_COMMAND, address, value);
}

DmaStatus Microcontroller::read_host(std::uint64_t host_address, std::uint32_t local_offset, std::uint32_t bytes) {
  return transfer(Direction::Mm2dm, host_address, local_offset, bytes);
}

DmaStatus Microcontroller::write_host(std::uint64_t host_address, std::uint32_t local_offset, std::uint32_t bytes) {
  return transfer(Direction::Dm2mm, host_address, local_offset, bytes);
}

DmaStatus Microcontroller::transfer(Direction direction, std::uint64_t host_address, std::uint32_t local_offset,
                                    std::uint32_t bytes) {
  const bool reading = direction == Direction::Mm2dm;
  std::uint32_t& status = reading ? mm2dm_status_ : dm2mm_status_;
  const bool local_ok = bytes != 0 && bytes % 4 == 0 && bytes <= kMaxDmaBytes && local_offset % 4 == 0 &&
                        local_offset <= shared_memory_.size() && bytes <= shared_memory_.size() - local_offset;
  if (!local_ok) {
    status |= kStatusLocalOutOfRange;
    diagnostics_.report({.category = FaultCategory::SimulatorDefect,
                         .where = fmt::format("{} {}", where(), reading ? mm2dm_name_ : dm2mm_name_),
                         .expected = "a word-aligned range inside the shared data memory",
                         .came = fmt::format("offset {:#x}, {} bytes", local_offset, bytes),
                         .blame = "CERT"});
    return DmaStatus::NotMapped;
  }
  status |= kStatusRunning;
  host_access_->function = registers::shim::smid::function(smid_);
  host_access_->attributes = {.engine = reading ? mm2dm_name_ : dm2mm_name_,
                              .context = registers::shim::smid::context(smid_)};
  host_access_->status = DmaStatus::Ok;
  noc_payload_.set_command(reading ? tlm::TLM_READ_COMMAND : tlm::TLM_WRITE_COMMAND);
  noc_payload_.set_address(host_address);
  noc_payload_.set_data_ptr(reinterpret_cast<unsigned char*>(shared_memory_.data() + local_offset));
  noc_payload_.set_data_length(bytes);
  noc_payload_.set_streaming_width(bytes);
  noc_payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  noc->b_transport(noc_payload_, delay);
  const DmaStatus outcome = host_access_->status;
  if (noc_payload_.is_response_error()) {
    status |= kStatusDecErr;
  } else {
    (reading ? bytes_read_ : bytes_written_) += bytes;
  }
  consume(delay, {WaitReason::Memory, reading ? "read of host memory, bytes" : "write of host memory, bytes", bytes,
                  "NoC and DDR"});
  status &= ~kStatusRunning;
  return outcome;
}

void Microcontroller::raise_interrupt() {
  if (interrupt) interrupt();
}

void Microcontroller::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const auto offset = static_cast<std::uint32_t>(payload.get_address());
  const std::size_t size = payload.get_data_length();
  auto* data = reinterpret_cast<std::byte*>(payload.get_data_ptr());
  delay += nanoseconds(parameters_.register_access_ns);
  payload.set_response_status(tlm::TLM_OK_RESPONSE);

  const std::span<std::byte> memory = memory_at(offset, size);
  if (!memory.empty()) {
    if (payload.is_read()) {
      std::memcpy(data, memory.data(), size);
    } else {
      std::memcpy(memory.data(), data, size);
    }
    return;
  }
  if (size != 4) {
    payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
    return;
  }
  std::uint32_t value = 0;
  if (payload.is_read()) {
    value = read_register(offset);
    std::memcpy(data, &value, 4);
  } else {
    std::memcpy(&value, data, 4);
    write_register(offset, value);
  }
}

std::span<std::byte> Microcontroller::memory_at(std::uint32_t offset, std::size_t size) {
  const auto window = [&](std::uint32_t base, std::vector<std::byte>& memory) -> std::span<std::byte> {
    if (offset < base || offset - base >= memory.size() || size > memory.size() - (offset - base)) return {};
    return std::span(memory).subspan(offset - base, size);
  };
  for (auto [base, memory] : {std::pair{registers::uc::kProgramMemory, &program_memory_},
                              std::pair{registers::uc::kPrivateDataMemory, &private_memory_},
                              std::pair{registers::uc::kModuleDataMemory, &shared_memory_}}) {
    if (const std::span<std::byte> found = window(base, *memory); !found.empty()) return found;
  }
  return {};
}

std::uint32_t Microcontroller::read_register(std::uint32_t offset) {
  switch (offset) {
    case registers::uc::kCoreStatus:
      return asleep_ ? 1U : 0U;
    case registers::uc::kCoreControl:
      return 0;
    case registers::uc::kCoreAxiMmErrors:
      return axi_errors_;
    case registers::uc::kDmaDm2mmStatus:
      return dm2mm_status_;
    case registers::uc::kDmaMm2dmStatus:
      return mm2dm_status_;
    default:
      break;
  }
  diagnostics_.unmodelled("register", register_name(offset, index_), fmt::format("uc{} read", index_));
  return 0;
}

void Microcontroller::write_register(std::uint32_t offset, std::uint32_t value) {
  switch (offset) {
    case registers::uc::kCoreControl:
      if (get(registers::uc::kWakeup, value) != 0 && !in_reset_) {
        wakeup_latched_ = true;
        wakeup_.notify();
      }
      if (get(registers::uc::kGoToSleep, value) == 0) return;
      break;
    case registers::uc::kCoreAxiMmErrors:
      axi_errors_ &= ~value;
      return;
    case registers::uc::kDmaDm2mmControl:
      dm2mm_status_ = 0;
      return;
    case registers::uc::kDmaMm2dmControl:
      mm2dm_status_ = 0;
      return;
    default:
      break;
  }
  diagnostics_.unmodelled("register", register_name(offset, index_), fmt::format("uc{} write of {:#x}", index_, value));
}

}  // namespace aie4
