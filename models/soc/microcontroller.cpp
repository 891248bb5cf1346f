// SPDX-License-Identifier: Apache-2.0
#include "models/soc/microcontroller.hpp"

#include <cstring>
#include <fmt/format.h>

#include "models/registers/shim.hpp"
#include "models/registers/uc.hpp"

namespace aie4 {
namespace {

using registers::uc::kBlock;
constexpr std::uint32_t kMaxDmaBytes = 4 * UcDmaDescriptor::kMaxWords;
constexpr std::uint32_t kAxiSlvErr = 1U << 0;
constexpr std::uint32_t kAxiDecErr = 1U << 1;
constexpr std::uint32_t kEventAction = 1U << 1;       // In core_interrupt_status.
constexpr std::uint32_t kInterruptPending = 1U << 1;  // In core_status.

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
      host_access_(new HostAccess),
      dm2mm_("dm2mm", UcDmaDirection::Dm2mm, fmt::format("uc{} DM2MM", index), shared_memory_, parameters, *this),
      mm2dm_("mm2dm", UcDmaDirection::Mm2dm, fmt::format("uc{} MM2DM", index), shared_memory_, parameters, *this) {
  array.register_b_transport(this, &Microcontroller::b_transport);
  noc_payload_.set_extension(host_access_);
  SC_THREAD(core);
}

void Microcontroller::set_reset(bool asserted) {
  if (asserted == in_reset_) return;
  in_reset_ = asserted;
  if (asserted) {
    unwind_ = true;
    dm2mm_.abort();
    mm2dm_.abort();
    interrupt_status_ = 0;
  }
  wakeup_latched_ = false;
  attention_latched_ = false;
  reset_changed_.notify();
}

void Microcontroller::event_interrupt() {
  if (in_reset_) return;
  interrupt_status_ |= kEventAction;
  attention();
}

void Microcontroller::attention() {
  attention_latched_ = true;
  attention_.notify();
}

void Microcontroller::set_dma_paused(bool paused) {
  dm2mm_.set_paused(paused);
  mm2dm_.set_paused(paused);
}

void Microcontroller::set_dma_clock(const ClockDomain* clock) {
  dm2mm_.set_clock(clock);
  mm2dm_.set_clock(clock);
}

void Microcontroller::observe(ResourceRegistry& resources, Probe* probe) {
  probe_ = probe;
  dm2mm_.observe(&resources.add(fmt::format("uc{} DM2MM", index_)), probe);
  mm2dm_.observe(&resources.add(fmt::format("uc{} MM2DM", index_)), probe);
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

void Microcontroller::doze(const WaitLabel& label, std::optional<sc_core::sc_time> deadline) {
  const WaitRegistry::Scope scope(process_, label);
  asleep_ = true;
  while (!wakeup_latched_ && !attention_latched_) {
    if (unwind_) throw ControllerReset{};
    if (deadline) {
      const sc_core::sc_time now = sc_core::sc_time_stamp();
      if (now >= *deadline) break;
      sc_core::wait(*deadline - now, wakeup_ | attention_ | reset_changed_);
    } else {
      sc_core::wait(wakeup_ | attention_ | reset_changed_);
    }
    if (unwind_) throw ControllerReset{};
  }
  wakeup_latched_ = false;
  attention_latched_ = false;
  asleep_ = false;
}

// --- array ----------------------------------------------------------------------------------------------------------

bool Microcontroller::axi_access(tlm::tlm_command command, std::uint64_t address, std::uint32_t& value,
                                 sc_core::sc_time& delay) {
  const auto bytes = std::as_writable_bytes(std::span(&value, 1));
  const tlm::tlm_response_status status = access_array(command, address, bytes, delay);
  if (status == tlm::TLM_OK_RESPONSE) return true;
  axi_errors_ |= status == tlm::TLM_ADDRESS_ERROR_RESPONSE ? kAxiDecErr : kAxiSlvErr;
  return false;
}

std::uint32_t Microcontroller::axi_read32(std::uint64_t address) {
  std::uint32_t value = 0;
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  static_cast<void>(axi_access(tlm::TLM_READ_COMMAND, address, value, delay));
  consume(delay, {WaitReason::Memory, "AXI-MM access at offset", address, "the array"});
  return value;
}

void Microcontroller::axi_write32(std::uint64_t address, std::uint32_t value) {
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  static_cast<void>(axi_access(tlm::TLM_WRITE_COMMAND, address, value, delay));
  consume(delay, {WaitReason::Memory, "AXI-MM access at offset", address, "the array"});
}

tlm::tlm_response_status Microcontroller::access_array(tlm::tlm_command command, std::uint64_t address,
                                                       std::span<std::byte> data, sc_core::sc_time& delay) {
  tlm::tlm_generic_payload payload;
  payload.set_command(command);
  payload.set_address(address);
  payload.set_data_ptr(reinterpret_cast<unsigned char*>(data.data()));
  payload.set_data_length(static_cast<unsigned>(data.size()));
  payload.set_streaming_width(static_cast<unsigned>(data.size()));
  axi_mm->b_transport(payload, delay);
  return payload.get_response_status();
}

// --- uC-DMA ---------------------------------------------------------------------------------------------------------

DmaStatus Microcontroller::access_host(tlm::tlm_command command, std::uint64_t address, std::span<std::byte> data,
                                       std::string_view engine, sc_core::sc_time& delay) {
  host_access_->function = registers::shim::smid::function(smid_);
  host_access_->attributes = {.engine = engine, .context = registers::shim::smid::context(smid_)};
  host_access_->status = DmaStatus::Ok;
  noc_payload_.set_command(command);
  noc_payload_.set_address(address);
  noc_payload_.set_data_ptr(reinterpret_cast<unsigned char*>(data.data()));
  noc_payload_.set_data_length(static_cast<unsigned>(data.size()));
  noc_payload_.set_streaming_width(static_cast<unsigned>(data.size()));
  noc_payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  noc->b_transport(noc_payload_, delay);
  const DmaStatus status = host_access_->status;
  if (status == DmaStatus::Ok && noc_payload_.is_response_error()) return DmaStatus::NotMapped;
  return status;
}

DmaStatus Microcontroller::read_host(std::uint64_t host_address, std::uint32_t local_offset, std::uint32_t bytes) {
  return transfer(mm2dm_, host_address, local_offset, bytes);
}

DmaStatus Microcontroller::write_host(std::uint64_t host_address, std::uint32_t local_offset, std::uint32_t bytes) {
  return transfer(dm2mm_, host_address, local_offset, bytes);
}

UcDma::Handle Microcontroller::start_read(std::uint64_t host_address, std::uint32_t local_offset, std::uint32_t bytes) {
  return push(mm2dm_, {.words = bytes / 4, .external = true, .local = local_offset, .remote = host_address});
}

UcDma::Handle Microcontroller::push(UcDma& engine, const UcDmaDescriptor& descriptor) {
  while (!engine.can_push()) doze({WaitReason::Queue, "room in the uC-DMA queue of uC", index_, "the uC-DMA"});
  return engine.push(descriptor);
}

UcDmaState Microcontroller::await(const UcDma& engine, UcDma::Handle handle, const WaitLabel& label) {
  if (unwind_) throw ControllerReset{};
  const WaitRegistry::Scope scope(process_, label);
  for (;;) {
    const UcDmaState state = engine.state(handle);
    if (state != UcDmaState::Pending) return state;
    wait_or_reset(nullptr, &attention_);
  }
}

bool Microcontroller::transfer_fits(const UcDma& engine, std::uint32_t local_offset, std::uint32_t bytes) {
  if (bytes != 0 && bytes % 4 == 0 && bytes <= kMaxDmaBytes && local_offset % 4 == 0 &&
      local_offset <= shared_memory_.size() && bytes <= shared_memory_.size() - local_offset) {
    return true;
  }
  diagnostics_.report({.category = FaultCategory::SimulatorDefect,
                       .where = fmt::format("{} {}", where(), engine.engine()),
                       .expected = "a word-aligned range inside the shared data memory",
                       .came = fmt::format("offset {:#x}, {} bytes", local_offset, bytes),
                       .blame = "CERT"});
  return false;
}

DmaStatus Microcontroller::transfer(UcDma& engine, std::uint64_t host_address, std::uint32_t local_offset,
                                    std::uint32_t bytes) {
  if (!transfer_fits(engine, local_offset, bytes)) {
    engine.note_local_out_of_range();
    return DmaStatus::NotMapped;
  }
  const bool reading = &engine == &mm2dm_;
  const UcDma::Handle handle =
      push(engine, {.words = bytes / 4, .external = true, .local = local_offset, .remote = host_address});
  const UcDmaState state =
      await(engine, handle,
            {WaitReason::Memory, reading ? "read of host memory, bytes" : "write of host memory, bytes", bytes,
             "NoC and DDR"});
  return state == UcDmaState::Done ? DmaStatus::Ok : engine.refusal(handle);
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
      return (asleep_ ? 1U : 0U) | (interrupt_status_ != 0 ? kInterruptPending : 0U);
    case registers::uc::kCoreControl:
      return 0;
    case registers::uc::kCoreInterruptStatus:
      return interrupt_status_;
    case registers::uc::kCoreAxiMmErrors:
      return axi_errors_;
    case registers::uc::kDmaDm2mmStatus:
      return dm2mm_.status();
    case registers::uc::kDmaMm2dmStatus:
      return mm2dm_.status();
    case registers::uc::kDmaDm2mmControl:
    case registers::uc::kDmaMm2dmControl:
      return 0;
    default:
      break;
  }
  const RegisterInfo* info = kBlock.find(offset);
  diagnostics_.unmodelled("register", info ? std::string(info->name) : fmt::format("shim offset {:#x}", offset),
                          fmt::format("uc{} read", index_));
  return 0;
}

void Microcontroller::write_register(std::uint32_t offset, std::uint32_t value) {
  switch (offset) {
    case registers::uc::kCoreControl:
      if (extract(value, registers::uc::kWakeup) != 0 && !in_reset_) {
        wakeup_latched_ = true;
        wakeup_.notify();
      }
      if (extract(value, registers::uc::kGoToSleep) == 0) return;
      break;
    case registers::uc::kCoreAxiMmErrors:
      axi_errors_ &= ~value;
      return;
    case registers::uc::kCoreInterruptStatus:
      interrupt_status_ &= ~value;
      return;
    case registers::uc::kDmaDm2mmControl:
      if ((value & 1U) != 0) dm2mm_.reset();
      return;
    case registers::uc::kDmaMm2dmControl:
      if ((value & 1U) != 0) mm2dm_.reset();
      return;
    default:
      break;
  }
  const RegisterInfo* info = kBlock.find(offset);
  diagnostics_.unmodelled("register", info ? std::string(info->name) : fmt::format("shim offset {:#x}", offset),
                          fmt::format("uc{} write of {:#x}", index_, value));
}

}  // namespace aie4
