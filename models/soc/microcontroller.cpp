// SPDX-License-Identifier: Apache-2.0
#include "models/soc/microcontroller.hpp"

#include <cstring>
#include <fmt/format.h>

#include "models/common/time.hpp"
#include "models/registers/shim.hpp"
#include "models/registers/uc.hpp"

namespace aie4 {
namespace {

constexpr std::uint32_t kEventAction = 1U << 1;       // In core_interrupt_status.
constexpr std::uint32_t kInterruptPending = 1U << 1;  // In core_status.

std::string register_name(std::uint32_t offset, unsigned index) {
  return registers::kind_and_name(array::TileKind::Shim, offset + index % 2 * registers::kHalfB);
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
      poll_hint_(new PollHint),
      host_access_(new HostAccess),
      dm2mm_("dm2mm", UcDmaDirection::Dm2mm, fmt::format("uc{} DM2MM", index), shared_memory_, parameters, *this),
      mm2dm_("mm2dm", UcDmaDirection::Mm2dm, fmt::format("uc{} MM2DM", index), shared_memory_, parameters, *this) {
  array.register_b_transport(this, &Microcontroller::b_transport);
  for (const sc_core::sc_event* event : {&wakeup_, &reset_changed_, &deadline_due_}) {
    woken_or_due_ |= *event;
    anything_ |= *event;
  }
  anything_ |= attention_;
  poll_payload_.set_extension(poll_hint_);
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
  use_ = &resources.add(fmt::format("uc{}", index_));
  probe_ = probe;
  if (probe_ != nullptr) track_ = probe_->track(fmt::format("uc{}", index_));
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

void Microcontroller::wait_or_reset(const sc_core::sc_event_or_list& events) {
  if (unwind_) throw ControllerReset{};
  sc_core::wait(events);
  if (unwind_) throw ControllerReset{};
}

/// A device that waits for no deadline is idle.
void Microcontroller::disarm() {
  deadline_due_.cancel();
  armed_until_ = sc_core::SC_ZERO_TIME;
}

void Microcontroller::arm(const sc_core::sc_time& deadline) {
  const sc_core::sc_time now = time_now();
  if (now < armed_until_ && armed_until_ <= deadline) return;
  deadline_due_.notify(deadline - now);
  armed_until_ = deadline;
}

void Microcontroller::consume(const sc_core::sc_time& duration, const WaitLabel& label) {
  if (duration == sc_core::SC_ZERO_TIME) return;
  const WaitRegistry::Scope scope(process_, label);
  const sc_core::sc_time begin = time_now();
  if (unwind_) throw ControllerReset{};
  sc_core::wait(duration, reset_changed_);
  if (unwind_) throw ControllerReset{};
  account(begin, label);
}

void Microcontroller::account(const sc_core::sc_time& begin, const WaitLabel& label) {
  if (use_ == nullptr) return;
  const sc_core::sc_time now = time_now();
  if (label.reason == WaitReason::Clock) {
    use_->busy += now - begin;
    ++use_->operations;
  } else {
    use_->stall(label.reason, now - begin);
  }
  if (probe_ != nullptr && now != begin) probe_->activity(track_, begin, now, label.subject);
}

bool Microcontroller::sleep(const WaitLabel& label, std::optional<sc_core::sc_time> deadline) {
  const WaitRegistry::Scope scope(process_, label);
  const sc_core::sc_time begin = time_now();
  asleep_ = true;
  while (!wakeup_latched_) {
    if (deadline) {
      if (time_now() >= *deadline) break;
      arm(*deadline);
    } else {
      disarm();
    }
    wait_or_reset(woken_or_due_);
  }
  const bool woken = wakeup_latched_;
  wakeup_latched_ = false;
  asleep_ = false;
  account(begin, label);
  return woken;
}

void Microcontroller::doze(const WaitLabel& label, std::optional<sc_core::sc_time> deadline) {
  const WaitRegistry::Scope scope(process_, label);
  const sc_core::sc_time begin = time_now();
  asleep_ = true;
  while (!wakeup_latched_ && !attention_latched_) {
    if (deadline) {
      if (time_now() >= *deadline) break;
      arm(*deadline);
    } else {
      disarm();
    }
    wait_or_reset(anything_);
  }
  wakeup_latched_ = false;
  attention_latched_ = false;
  asleep_ = false;
  account(begin, label);
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
  if (payload.is_write()) accessed_.notify();

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
  diagnostics_.unmodelled("register", register_name(offset, index_), fmt::format("uc{} write of {:#x}", index_, value));
}

}  // namespace aie4
