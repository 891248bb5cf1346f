// SPDX-License-Identifier: Apache-2.0
#include "models/array/shim_tile.hpp"

#include <algorithm>
#include <vector>

#include "models/array/dma_registers.hpp"
#include "models/registers/uc.hpp"
#include "models/soc/microcontroller.hpp"

namespace aie4::array {
namespace {

using registers::Half;
namespace uc = registers::uc;

constexpr unsigned kLocks = 32;
constexpr std::uint32_t kSmidMask = 0xF'FFFF;
constexpr std::uint32_t kBothHalves = 3;

enum Code : std::uint8_t { kApplicationReset, kSmidA, kSmidB, kZeroA, kZeroB, kUcPauseA, kUcPauseB, kUcInterrupt };
constexpr RegisterPart::Claim kClaims[] = {{"application_reset_control", kApplicationReset},
                                           {"smid_a", kSmidA},
                                           {"smid_b", kSmidB},
                                           {"memory_zeroization_a", kZeroA},
                                           {"memory_zeroization_b", kZeroB},
                                           {"uc_dma_pause_a", kUcPauseA},
                                           {"uc_dma_pause_b", kUcPauseB},
                                           {"uc_core_interrupt_event", kUcInterrupt}};
constexpr std::uint32_t kPauseDm2mm = 1;
constexpr std::uint32_t kPauseMm2dm = 2;

bool belongs_to_microcontroller(std::uint32_t offset) {
  const std::uint32_t in_half = offset & ~uc::kHalfB;
  return offset < 2 * uc::kHalfB && in_half >= uc::kProgramMemory && in_half < uc::kHalfB;
}

std::vector<HostDmaMemory::Channel> channels_of(const std::string& path) {
  std::vector<HostDmaMemory::Channel> channels;
  for (const DmaChannelInfo& info : dma_channels(TileKind::Shim)) {
    channels.push_back({fmt::format("{}/DMA/{}", path, info.name), info.half == 0 ? Half::A : Half::B});
  }
  return channels;
}

}  // namespace

ShimTile::ShimTile(sc_core::sc_module_name name, const Environment& environment, const Fabric& fabric,
                   const ClockDomain& noc_clock, TileId id)
    : Tile(name, environment, fabric, id, kLocks),
      microcontroller_a("microcontroller_a"),
      microcontroller_b("microcontroller_b"),
      noc("noc"),
      control_(*this),
      deferred_("deferred"),
      lines_{Lines(*this, Half::A), Lines(*this, Half::B)},
      uc_interrupts_{UcInterrupt(*this, Half::A), UcInterrupt(*this, Half::B)},
      host_(environment, noc_clock, channels_of(path()),
            [this](tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) { noc->b_transport(payload, delay); }),
      lock_space_(kLocks, {&locks()}) {
  add_part(interrupts_);
  add_dma(host_, lock_space_);
  EventSet broadcasts;
  for (unsigned line = 0; line < EventUnit::kLines; ++line) {
    broadcasts.add(static_cast<std::uint8_t>(first_broadcast_event(TileKind::Shim) + line));
  }
  for (unsigned half = 0; half < tokens_.size(); ++half) {
    events().unit(half == 0 ? Half::A : Half::B).listen(lines_[half], broadcasts);
    tokens_[half] = std::make_unique<TokenCounter>(half == 0 ? "tokens_a" : "tokens_b", environment,
                                                   fmt::format("{}/uC {}", path(), half == 0 ? "A" : "B"));
    fabric.streams.attach(*token_port(environment.geometry(), id, half), *tokens_[half]);
  }
  add_part(control_);
}

void ShimTile::Lines::event(std::uint8_t event, EventPhase phase, const sc_core::sc_time& at) {
  if (phase == EventPhase::End) return;
  const unsigned line = static_cast<unsigned>(event) - first_broadcast_event(TileKind::Shim);
  tile_.deferred_.at(at, [this, line] { tile_.interrupts_.raise(half_, line); });
}

void ShimTile::UcInterrupt::select(std::uint8_t event) {
  event_ = event;
  EventSet wanted;
  wanted.add(event);
  tile_.events().unit(half_).listen(*this, wanted);
}

void ShimTile::UcInterrupt::event(std::uint8_t /*event*/, EventPhase phase, const sc_core::sc_time& at) {
  Microcontroller* microcontroller = tile_.microcontrollers_[static_cast<std::size_t>(half_)];
  if (phase == EventPhase::End || microcontroller == nullptr) return;
  tile_.deferred_.at(at, [microcontroller] { microcontroller->event_interrupt(); });
}

void ShimTile::attach(Half half, Microcontroller& microcontroller) {
  microcontrollers_[static_cast<std::size_t>(half)] = &microcontroller;
  microcontroller.interrupt = [this, half] { interrupts_.raise(half, InterruptController::kUcCore); };
}

std::optional<AccessOutcome> ShimTile::access_elsewhere(bool read, std::uint32_t offset, std::span<std::byte> data) {
  if (!belongs_to_microcontroller(offset)) return std::nullopt;
  auto& socket = offset >= uc::kHalfB ? microcontroller_b : microcontroller_a;
  if (socket.size() == 0) return std::nullopt;
  tlm::tlm_generic_payload payload;
  payload.set_command(read ? tlm::TLM_READ_COMMAND : tlm::TLM_WRITE_COMMAND);
  payload.set_address(offset & ~uc::kHalfB);
  payload.set_data_ptr(reinterpret_cast<unsigned char*>(data.data()));
  payload.set_data_length(static_cast<unsigned>(data.size()));
  payload.set_streaming_width(static_cast<unsigned>(data.size()));
  sc_core::sc_time delay;  // The array charges for the access.
  socket->b_transport(payload, delay);
  return payload.is_response_ok() ? AccessOutcome::Ok : AccessOutcome::Hole;
}

std::span<const RegisterPart::Claim> ShimTile::Control::claims() const {
  return kClaims;
}

std::uint32_t ShimTile::Control::read(std::uint8_t code, const registers::RegisterRef& ref) {
  switch (code) {
    case kApplicationReset:
      return tile_.application_reset_;
    case kSmidA:
      return tile_.smid_[0];
    case kSmidB:
      return tile_.smid_[1];
    case kUcPauseA:
      return tile_.uc_pause_[0];
    case kUcPauseB:
      return tile_.uc_pause_[1];
    case kUcInterrupt:
      return tile_.uc_interrupts_[static_cast<std::size_t>(ref.half)].selected();
    default:
      return 0;
  }
}

void ShimTile::Control::write(std::uint8_t code, const registers::RegisterRef& ref, std::uint32_t value) {
  switch (code) {
    case kApplicationReset:
      tile_.set_application_reset(value & kBothHalves);
      break;
    case kSmidA:
      tile_.set_stream_id(Half::A, value & kSmidMask);
      break;
    case kSmidB:
      tile_.set_stream_id(Half::B, value & kSmidMask);
      break;
    case kZeroA:
      tile_.zero_microcontroller(0, value);
      break;
    case kZeroB:
      tile_.zero_microcontroller(1, value);
      break;
    case kUcPauseA:
      tile_.pause_microcontroller(0, value);
      break;
    case kUcPauseB:
      tile_.pause_microcontroller(1, value);
      break;
    case kUcInterrupt:
      tile_.uc_interrupts_[static_cast<std::size_t>(ref.half)].select(static_cast<std::uint8_t>(value));
      break;
    default:
      break;
  }
}

void ShimTile::set_application_reset(std::uint32_t value) {
  const std::uint32_t asserted = value & ~application_reset_;
  application_reset_ = value;
  for (const Half half : {Half::A, Half::B}) {
    const auto index = static_cast<std::size_t>(half);
    if (microcontrollers_[index] != nullptr) microcontrollers_[index]->set_reset((value >> index & 1U) != 0);
    if ((asserted >> index & 1U) != 0 && on_reset) on_reset(half);
  }
}

void ShimTile::set_stream_id(Half half, std::uint32_t smid) {
  const auto index = static_cast<std::size_t>(half);
  smid_[index] = smid;
  host_.set_stream_id(half, smid);
  if (microcontrollers_[index] != nullptr) microcontrollers_[index]->set_smid(smid);
}

void ShimTile::zero_microcontroller(std::size_t half, std::uint32_t memories) {
  struct Memory {
    std::uint32_t offset;
    std::uint32_t size;
  };
  constexpr Memory kMemories[] = {{uc::kProgramMemory, uc::kProgramMemorySize},
                                  {uc::kPrivateDataMemory, uc::kPrivateDataMemorySize},
                                  {uc::kModuleDataMemory, uc::kModuleDataMemorySize}};
  for (std::size_t index = 0; index < std::size(kMemories); ++index) {
    if ((memories >> index & 1U) == 0) continue;
    std::vector<std::byte> zeros(kMemories[index].size);
    const std::uint32_t base = half == 0 ? 0 : uc::kHalfB;
    access_elsewhere(false, base + kMemories[index].offset, zeros);
  }
}

void ShimTile::pause_microcontroller(std::size_t half, std::uint32_t engines) {
  uc_pause_[half] = engines & (kPauseDm2mm | kPauseMm2dm);
  Microcontroller* microcontroller = microcontrollers_[half];
  if (microcontroller == nullptr) return;
  microcontroller->dm2mm().set_paused((engines & kPauseDm2mm) != 0);
  microcontroller->mm2dm().set_paused((engines & kPauseMm2dm) != 0);
}

void ShimTile::reset(Half half) {
  Tile::reset(half);
  uc_interrupts_[static_cast<std::size_t>(half)].select(0);
  tokens_[static_cast<std::size_t>(half)]->reset();
  host_.reset(half);
}

void ShimTile::power_off() {
  deferred_.cancel();
  application_reset_ = kBothHalves;
  for (const Half half : {Half::A, Half::B}) {
    set_stream_id(half, 0);
    pause_microcontroller(static_cast<std::size_t>(half), 0);
    if (Microcontroller* microcontroller = microcontrollers_[static_cast<std::size_t>(half)]) {
      microcontroller->set_reset(true);
    }
  }
  Tile::power_off();
}

}  // namespace aie4::array
