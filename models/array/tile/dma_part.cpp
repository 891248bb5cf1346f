// SPDX-License-Identifier: Apache-2.0
#include "models/array/tile/dma_part.hpp"

#include "models/array/memory/lock_unit.hpp"

namespace aie4::array {
namespace {

using registers::Half;
using registers::RegisterRef;

// What a register is, and whose, in one code.
constexpr unsigned kBd = 0;
constexpr unsigned kControl = 1;
constexpr unsigned kQueue = 2;
constexpr unsigned kStatus = 3;
constexpr unsigned kWriteCount = 4;
constexpr unsigned kFotCount = 5;
constexpr unsigned kPadValue = 6;
constexpr unsigned kEventSelection = 7;
constexpr unsigned kPause = 8;
constexpr unsigned kOutstanding = 9;
constexpr unsigned kS2mm = 0x00;
constexpr unsigned kMm2s = 0x10;
constexpr unsigned kControlMm2s = 0x20;
constexpr unsigned kTraceS2mm = 0x30;
constexpr unsigned kUseMask = 0x0F;

constexpr RegisterPart::Claim kClaims[] = {
    {"dma_bd", kBd},
    {"dma_s2mm_bd", kS2mm | kBd},
    {"dma_mm2s_bd", kMm2s | kBd},
    {"dma_control_mm2s_bd", kControlMm2s | kBd},
    {"dma_trace_s2mm_bd", kTraceS2mm | kBd},
    {"dma_s2mm_ctrl", kS2mm | kControl},
    {"dma_mm2s_ctrl", kMm2s | kControl},
    {"dma_control_mm2s_ctrl", kControlMm2s | kControl},
    {"dma_trace_s2mm_ctrl", kTraceS2mm | kControl},
    {"dma_s2mm_start_queue", kS2mm | kQueue},
    {"dma_mm2s_start_queue", kMm2s | kQueue},
    {"dma_s2mm_task_queue", kS2mm | kQueue},
    {"dma_mm2s_task_queue", kMm2s | kQueue},
    {"dma_control_mm2s_task_queue", kControlMm2s | kQueue},
    {"dma_trace_s2mm_task_queue", kTraceS2mm | kQueue},
    {"dma_s2mm_status", kS2mm | kStatus},
    {"dma_mm2s_status", kMm2s | kStatus},
    {"dma_control_mm2s_status", kControlMm2s | kStatus},
    {"dma_trace_s2mm_status", kTraceS2mm | kStatus},
    {"dma_s2mm_current_write_count", kS2mm | kWriteCount},
    {"dma_s2mm_fot_count_fifo_pop", kS2mm | kFotCount},
    {"dma_mm2s_constant_pad_value", kMm2s | kPadValue},
    {"dma_event_channel_selection", kEventSelection},
    {"dma_pause", kPause},
    {"axi_mm_outstanding_transactions", kOutstanding},
};

/// The index that the family calls `name`, and how many there are of it; {0, 1} if it has no such index.
struct Index {
  unsigned value = 0;
  unsigned count = 1;
};
Index index_of(const RegisterRef& ref, std::string_view name) {
  for (std::size_t dimension = 0; dimension < ref.family->dimensions.size(); ++dimension) {
    if (ref.family->dimensions[dimension].index == name) {
      return {ref.indices[dimension], ref.family->dimensions[dimension].count};
    }
  }
  return {};
}

}  // namespace

DmaPart::DmaPart(const Environment& environment, TileId tile, DmaMemory& memory, const LockSpace& locks)
    : kind_(environment.geometry().kind(tile)), engine_(environment, tile, memory, locks, *this) {}

std::span<const RegisterPart::Claim> DmaPart::claims() const {
  return kClaims;
}

unsigned DmaPart::channel_of(std::uint8_t code, const RegisterRef& ref) const {
  const Index channel = index_of(ref, "c");
  const unsigned number = channel.value + (ref.half == Half::B ? channel.count : 0);
  switch (code & ~kUseMask) {
    case kMm2s:
      return dma_channel_index(kind_, DmaDirection::Mm2s, number);
    case kControlMm2s:
      return dma_channel_index(kind_, DmaDirection::Mm2s, number, DmaRole::Control);
    case kTraceS2mm:
      return dma_channel_index(kind_, DmaDirection::S2mm, number, DmaRole::Trace);
    default:
      return dma_channel_index(kind_, DmaDirection::S2mm, number);
  }
}

std::uint32_t DmaPart::read(std::uint8_t code, const RegisterRef& ref) {
  switch (code & kUseMask) {
    case kBd:
      return engine_.read_bd(engine_.channels()[channel_of(code, ref)].pool, index_of(ref, "i").value,
                             index_of(ref, "w").value);
    case kControl:
      return engine_.control(channel_of(code, ref));
    case kStatus:
      return engine_.status(channel_of(code, ref));
    case kWriteCount:
      return engine_.current_write_count(channel_of(code, ref));
    case kFotCount:
      return engine_.pop_fot_count(channel_of(code, ref));
    case kPadValue:
      return engine_.constant_pad_value(channel_of(code, ref));
    case kEventSelection:
      return event_selections_[static_cast<std::size_t>(ref.half)];
    case kPause: {
      std::uint32_t value = 0;
      for (const registers::Field& field : ref.family->fields) {
        if (const auto channel = channel_by_name(field.name)) {
          value = set(field, value, engine_.paused(*channel) ? 1U : 0U);
        }
      }
      return value;
    }
    case kOutstanding:
      return engine_.outstanding_transactions(0) | engine_.outstanding_transactions(1) << 3U;
    default:
      return 0;
  }
}

void DmaPart::write(std::uint8_t code, const RegisterRef& ref, std::uint32_t value) {
  switch (code & kUseMask) {
    case kBd:
      engine_.write_bd(engine_.channels()[channel_of(code, ref)].pool, index_of(ref, "i").value,
                       index_of(ref, "w").value, value);
      break;
    case kControl:
      engine_.set_control(channel_of(code, ref), value);
      break;
    case kQueue:
      engine_.push_task(channel_of(code, ref), value);
      break;
    case kPadValue:
      engine_.set_constant_pad_value(channel_of(code, ref), value);
      break;
    case kEventSelection:
      event_selections_[static_cast<std::size_t>(ref.half)] = value;
      break;
    case kPause:
      for (const registers::Field& field : ref.family->fields) {
        if (const auto channel = channel_by_name(field.name)) engine_.set_paused(*channel, get(field, value) != 0);
      }
      break;
    default:
      break;
  }
}

const sc_core::sc_event* DmaPart::not_before(std::uint8_t code, const RegisterRef& ref, std::uint32_t mask,
                                             std::uint32_t wanted) {
  if ((code & kUseMask) != kStatus) return nullptr;
  return engine_.status_not_before(channel_of(code, ref), mask, wanted);
}

std::optional<unsigned> DmaPart::channel_by_name(std::string_view name) const {
  const std::span<const DmaChannelInfo> channels = engine_.channels();
  for (unsigned channel = 0; channel < channels.size(); ++channel) {
    if (channels[channel].name == name) return channel;
  }
  return std::nullopt;
}

void DmaPart::reset(Half half) {
  engine_.reset(static_cast<unsigned>(half));
  event_selections_[static_cast<std::size_t>(half)] = 0;
}

void DmaPart::dma_event(unsigned channel, DmaEvent event, EventPhase phase, const sc_core::sc_time& at) {
  if (on_event) on_event(channel, event, phase, at);
}

bool DmaPart::issue_token(unsigned channel, const TaskToken& token) {
  const unsigned half = kind_ == TileKind::Compute ? 0 : engine_.channels()[channel].half;
  return on_token(half, token);
}

}  // namespace aie4::array
