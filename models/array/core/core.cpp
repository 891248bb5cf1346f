// SPDX-License-Identifier: Apache-2.0
// The life of a core and its time. What instructions do: core_instructions.cpp, core_kernel.cpp.
#include "models/array/core/core.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "models/compute/core/core_library.hpp"

namespace aie4::array {
namespace {

using compute::CoreImage;
using compute::CoreProgramError;
using registers::ComputeEvent;

/// How far a core runs ahead of the present.
constexpr std::uint64_t kAheadCycles = 64;

}  // namespace

Core::Core(sc_core::sc_module_name name, const Environment& environment, StreamNetwork& streams, TileId id,
           const std::string& tile, TileEvents& events, ZeroedBytes& program, BusWrite bus)
    : sc_module(name),
      environment_(environment),
      path_(tile + "/core"),
      events_(events),
      memory_(program),
      bus_(std::move(bus)),
      process_(environment.waits, path_),
      use_(environment.resources.add(path_)),
      matrix_use_(environment.resources.add(path_ + "/matrix unit")),
      waiter_(process_),
      control_("control", events.unit(registers::Half::A)),
      inputs_{CoreStreamInput(environment.parameters), CoreStreamInput(environment.parameters)},
      output_(streams.source(*core_out_port(environment.geometry(), id))),
      cascade_inputs_{CascadeInput(environment.parameters.core_cascade_fifo_beats),
                      CascadeInput(environment.parameters.core_cascade_fifo_beats)},
      locks_(compute::kCoreLockWindow, {}),
      executor_(environment.executor != nullptr ? *environment.executor : inline_executor_),
      plans_(environment.parameters) {
  for (unsigned port = 0; port < inputs_.size(); ++port) {
    streams.attach(*core_in_port(environment.geometry(), id, port), inputs_[port]);
  }
  control_.on_change = [this] { control_changed(); };
  SC_THREAD(process);
}

Core::~Core() {
  // Whoever computes must not outlive the memory.
  end_kernel();
}

void Core::connect(const Neighbourhood& neighbourhood) {
  reach_ = neighbourhood;
  locks_ = LockSpace(compute::kCoreLockWindow, reach_.locks);
}

void Core::control_changed() {
  if (control_.resets() != resets_) {
    for (CoreStreamInput& input : inputs_) input.reset();
    for (CascadeInput& input : cascade_inputs_) input.reset();
    output_.reset();
  }
  changed_.notify(sc_core::SC_ZERO_TIME);
}

// --- life
// -------------------------------------------------------------------------------------------------------------

void Core::process() {
  for (;;) {
    try {
      session();
      continue;
    } catch (const Reset&) {
    } catch (const Fault&) {
      control_.halt_on_error();
    }
    unwind();
  }
}

void Core::unwind() {
  end_kernel();
  set_active(false);
  image_.reset();
  resets_ = control_.resets();
}

void Core::session() {
  local_ = now();
  obey();
  control_.set_pc(0);
  image_ = load();
  if (!image_) {
    // What a real core would do here, nobody knows.
    const WaitRegistry::Scope scope(
        process_, {WaitReason::Clock, "a program whose instructions are not modelled", 0, "a reset of the core"});
    for (;;) {
      sc_core::wait(changed_);
      obey();
    }
  }
  const compute::CoreProgram& program = image_->program;
  partners_ = compute::match_loops(program);
  ring_positions_.assign(program.rings.size(), 0);
  loops_.clear();
  index_ = 0;
  if (auto error = plans_.load(program)) {
    if (error->instruction) index_ = *error->instruction;
    fail(ComputeEvent::instr_error, std::move(error->expected), std::move(error->came));
  }
  run();
}

std::optional<CoreImage> Core::load() {
  const std::span<const std::byte> memory = std::as_const(memory_).bytes();
  index_ = 0;
  if (compute::is_core_image(memory)) {
    auto decoded = compute::decode_core_image(memory);
    if (auto* image = std::get_if<CoreImage>(&decoded)) return std::move(*image);
    auto& error = std::get<CoreProgramError>(decoded);
    fail(ComputeEvent::instr_error, std::move(error.expected), std::move(error.came));
  }
  compute::CoreLibrary::Entry entry;
  if (environment_.cores != nullptr) entry = environment_.cores->identify(memory);
  if (entry.image) return std::move(entry.image);
  const bool empty = std::ranges::all_of(memory, [](std::byte byte) { return byte == std::byte{0}; });
  environment_.diagnostics.unmodelled(
      "core program", fmt::format("SHA-256 {}{}", entry.digest, empty ? " (program memory is all zero)" : ""),
      path_ + " enabled");
  return std::nullopt;
}

void Core::run() {
  const std::vector<compute::CoreInstruction>& instructions = image_->program.instructions;
  while (index_ < instructions.size()) {
    control_.set_pc(image_->pcs[index_]);
    if (!control_.may_run() || control_.resets() != resets_ || local_ > now() + cycles(kAheadCycles)) sync();
    if (!control_.watches_instructions()) {
      execute(instructions[index_]);
      continue;
    }
    sync();
    control_.boundary();
    obey();
    execute(instructions[index_]);
    sync();
    control_.instruction_done();
  }
}

void Core::finish() {
  spend(environment_.parameters.core_instruction_cycles);
  sync();
  control_.set_done();
  set_active(false);
  ++index_;
  // Core_Done goes when the core is reset or enabled again.
  while (control_.done()) {
    sc_core::wait(changed_);
    if (control_.resets() != resets_) throw Reset{};
  }
  obey();
}

// --- time
// -------------------------------------------------------------------------------------------------------------

void Core::set_active(bool active) {
  if (active == active_) return;
  active_ = active;
  const EventPhase of_active = active ? EventPhase::Begin : EventPhase::End;
  const EventPhase of_disabled = active ? EventPhase::End : EventPhase::Begin;
  raise(ComputeEvent::active, of_active, now());
  raise(ComputeEvent::disabled, of_disabled, now());
}

void Core::obey() {
  if (control_.resets() != resets_) throw Reset{};
  if (control_.may_run()) {
    set_active(true);
    return;
  }
  const sc_core::sc_time left = local_ > now() ? local_ - now() : sc_core::SC_ZERO_TIME;
  set_active(false);
  while (!control_.may_run()) {
    sc_core::wait(changed_);
    if (control_.resets() != resets_) throw Reset{};
  }
  local_ = now() + left;
  set_active(true);
}

void Core::sync() {
  if (!control_.may_run() || control_.resets() != resets_) obey();
  while (local_ > now()) {
    sc_core::wait(local_ - now(), changed_);
    if (!control_.may_run() || control_.resets() != resets_) obey();
  }
}

void Core::stall(CoreStall stall, const WaitLabel& label, sc_core::sc_event& event) {
  control_.begin(stall);
  {
    const WaitRegistry::Scope scope(process_, label);
    sc_core::wait(event | changed_);
  }
  control_.end(stall);
  obey();
  local_ = std::max(local_, now());
}

void Core::stalled(WaitReason reason, ComputeEvent event, std::string_view name, const sc_core::sc_time& begin,
                   const sc_core::sc_time& end) {
  if (end <= begin) return;
  use_.stall(reason, end - begin);
  raise(event, EventPhase::Begin, begin);
  raise(event, EventPhase::End, end);
  show(begin, end, name);
}

// --- messages
// ---------------------------------------------------------------------------------------------------------

void Core::raise(ComputeEvent event, EventPhase phase, const sc_core::sc_time& at) {
  events_.raise(static_cast<std::uint8_t>(event), phase, at);
}

std::string Core::place() const {
  if (!image_) return path_;
  const std::size_t last = image_->pcs.size() - 1;
  return fmt::format("{} program {} PC {:#x}", path_, image_->program.name, image_->pcs[std::min(index_, last)]);
}

void Core::fail(ComputeEvent event, std::string expected, std::string came) {
  raise(event, EventPhase::Pulse, now());
  environment_.diagnostics.report({.category = FaultCategory::GuestError,
                                   .where = place(),
                                   .expected = std::move(expected),
                                   .came = std::move(came),
                                   .blame = "the core program, or the control code that loads it"});
  throw Fault{};
}

void Core::show(const sc_core::sc_time& begin, const sc_core::sc_time& end, std::string_view name) {
  if (environment_.probe == nullptr) return;
  if (!has_track_) track_ = environment_.probe->track(path_);
  has_track_ = true;
  environment_.probe->slice(track_, begin, end, name);
}

}  // namespace aie4::array
