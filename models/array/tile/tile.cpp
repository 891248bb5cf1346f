// SPDX-License-Identifier: Apache-2.0
#include "models/array/tile/tile.hpp"

#include <cstring>
#include <fmt/format.h>

#include "models/array/tile/stored_registers.hpp"
#include "models/array/tile/tile_event_ids.hpp"

namespace aie4::array {

using registers::Access;
using registers::Half;
using registers::RegisterRef;

Tile::Tile(sc_core::sc_module_name name, const Environment& environment, const Fabric& fabric, TileId id,
           unsigned lock_count)
    : sc_module(name),
      environment_(environment),
      id_(id),
      kind_(environment.geometry().kind(id)),
      path_(tile_name(environment.geometry(), id)),
      fabric_(fabric),
      locks_("locks", environment, path_, lock_count),
      lock_registers_(locks_, kind_ == TileKind::Compute ? 1 : 2),
      stream_part_(fabric, id),
      control_status_(*this),
      events_(environment, fabric, id, path_),
      owners_(registers::families(kind_).size()) {
  add_part(lock_registers_);
  add_part(stream_part_);
  add_part(control_status_);
  for (RegisterPart* part : events_.parts()) add_part(*part);
  lock_registers_.on_event = [this](Half half, unsigned selection, LockRegisters::Event event) {
    events_.lock_event(half, selection, event);
  };
  lock_registers_.on_error = [this](Half /*half*/) { events_.raise(lock_error_event_id(kind_)); };

  const Geometry geometry = environment.geometry();
  SC_METHOD(token_sent);
  dont_initialize();
  for (unsigned half = 0; half < events_.halves(); ++half) {
    const char* letter = half == 0 ? "A" : "B";
    const std::string owner =
        kind_ == TileKind::Compute ? path_ + "/tile control" : fmt::format("{}/tile control {}", path_, letter);
    controls_.push_back(std::make_unique<TileControl>(
        fmt::format("tile_control_{}", half).c_str(), environment, owner, id, half,
        fabric.streams.source(*tile_control_out_port(geometry, id, half)), static_cast<TileRegisters&>(*this)));
    fabric.streams.attach(*tile_control_in_port(geometry, id, half), *controls_.back());
    sensitive << controls_.back()->token_sent;
  }
}

Tile::~Tile() = default;

void Tile::add_dma(DmaMemory& memory, const LockSpace& locks) {
  dma_ = std::make_unique<DmaPart>(environment_, id_, memory, locks);
  dma_->on_token = [this](unsigned half, const TaskToken& token) {
    return controls_[half]->send_token(token.actor, token.controller_id, token.fot_count);
  };
  dma_->on_event = [this](unsigned channel, DmaEvent event, EventPhase phase, const sc_core::sc_time& at) {
    events_.dma_event(channel, event, phase, at, dma_->event_selections());
  };
  add_part(*dma_);
  const Geometry geometry = environment_.geometry();
  DmaEngine& engine = dma_->engine();
  for (unsigned channel = 0; channel < engine.channels().size(); ++channel) {
    const DmaChannelInfo& info = engine.channels()[channel];
    if (info.direction == DmaDirection::Mm2s) {
      const auto port = info.role == DmaRole::Control ? control_mm2s_port(geometry, id_, info.number)
                                                      : mm2s_port(geometry, id_, info.number);
      engine.connect(channel, fabric_.streams.source(*port));
    } else {
      const auto port =
          info.role == DmaRole::Trace ? trace_s2mm_port(geometry, id_) : s2mm_port(geometry, id_, info.number);
      fabric_.streams.attach(*port, engine.sink(channel));
    }
  }
}

void Tile::token_sent() {
  if (dma_) dma_->engine().token_queue_drained();
}

void Tile::add_window(std::uint32_t offset, ZeroedBytes& memory) {
  windows_.push_back({offset, &memory});
}

void Tile::add_part(RegisterPart& part) {
  parts_.push_back(&part);
  const std::span<const registers::Family> families = registers::families(kind_);
  for (const RegisterPart::Claim& claim : part.claims()) {
    for (std::size_t number = 0; number < families.size(); ++number) {
      if (families[number].id == claim.family) owners_[number].push_back({&part, claim.code});
    }
  }
}

std::optional<std::span<std::byte>> Tile::memory_at(std::uint32_t offset, std::size_t size, bool write) const {
  for (const Window& window : windows_) {
    const std::span<std::byte> bytes = window.memory->bytes();
    if (offset < window.offset || offset - window.offset >= bytes.size()) continue;
    const std::span<std::byte> found = bytes.subspan(offset - window.offset);
    if (size <= found.size()) window.memory->touch(offset - window.offset, size, write);
    return found;
  }
  return std::nullopt;
}

std::optional<AccessOutcome> Tile::access_elsewhere(bool /*read*/, std::uint32_t /*offset*/,
                                                    std::span<std::byte> /*data*/) {
  return std::nullopt;
}

AccessOutcome Tile::refuse(std::uint32_t offset, bool read) {
  environment_.diagnostics.unmodelled(kUnmodelledKind, registers::kind_and_name(kind_, offset),
                                      fmt::format("{} {}", path_, read ? "read" : "write"));
  events_.raise(slave_error_event_id(kind_));
  return AccessOutcome::Hole;
}

AccessOutcome Tile::read(std::uint32_t offset, std::span<std::byte> data) {
  if (const auto memory = memory_at(offset, data.size(), false)) {
    if (data.size() <= memory->size()) {
      std::memcpy(data.data(), memory->data(), data.size());
      return AccessOutcome::Ok;
    }
    std::memset(data.data(), 0, data.size());
    return refuse(offset + static_cast<std::uint32_t>(memory->size()), true);
  }
  if (const auto outcome = access_elsewhere(true, offset, data)) return *outcome;
  std::memset(data.data(), 0, data.size());
  if (offset % 4 != 0 || data.size() % 4 != 0) {
    refuse(offset, true);
    return AccessOutcome::Unsupported;
  }
  AccessOutcome outcome = AccessOutcome::Ok;
  for (std::uint32_t done = 0; done < data.size(); done += 4) {
    if (const auto value = read_register(offset + done)) {
      std::memcpy(data.data() + done, &*value, 4);
    } else {
      outcome = refuse(offset + done, true);
    }
  }
  return outcome;
}

AccessOutcome Tile::write(std::uint32_t offset, std::span<const std::byte> data) {
  if (const auto memory = memory_at(offset, data.size(), true)) {
    if (data.size() <= memory->size()) {
      std::memcpy(memory->data(), data.data(), data.size());
      return AccessOutcome::Ok;
    }
    return refuse(offset + static_cast<std::uint32_t>(memory->size()), false);
  }
  // The other side only reads the bytes of a write.
  const std::span<std::byte> bytes(const_cast<std::byte*>(data.data()), data.size());  // NOLINT
  if (const auto outcome = access_elsewhere(false, offset, bytes)) return *outcome;
  if (offset % 4 != 0 || data.size() % 4 != 0) {
    refuse(offset, false);
    return AccessOutcome::Unsupported;
  }
  AccessOutcome outcome = AccessOutcome::Ok;
  for (std::uint32_t done = 0; done < data.size(); done += 4) {
    std::uint32_t value = 0;
    std::memcpy(&value, data.data() + done, 4);
    if (!write_register(offset + done, value)) outcome = refuse(offset + done, false);
  }
  return outcome;
}

const Tile::Owner* Tile::owner_of(const RegisterRef& ref) const {
  for (const Owner& owner : owners_[ref.number]) {
    if (owner.part->owns(ref)) return &owner;
  }
  return nullptr;
}

std::optional<std::uint32_t> Tile::read_register(std::uint32_t offset) {
  const auto ref = registers::lookup(kind_, offset);
  if (!ref || ref->family->memory) return std::nullopt;
  const Owner* owner = owner_of(*ref);
  if (owner == nullptr) return read_stored(*ref, offset);
  if (ref->family->access == Access::WriteOnly || ref->family->access == Access::WriteOneToSet) return 0;
  return owner->part->read(owner->code, *ref);
}

const sc_core::sc_event* Tile::not_before(std::uint32_t offset, std::uint32_t mask, std::uint32_t wanted) const {
  const auto ref = registers::lookup(kind_, offset);
  const Owner* owner = ref && !ref->family->memory ? owner_of(*ref) : nullptr;
  return owner == nullptr ? nullptr : owner->part->not_before(owner->code, *ref, mask, wanted);
}

bool Tile::write_register(std::uint32_t offset, std::uint32_t value) {
  const auto ref = registers::lookup(kind_, offset);
  if (!ref || ref->family->memory) return false;
  const Owner* owner = owner_of(*ref);
  if (owner == nullptr) {
    write_stored(*ref, offset, value);
    return true;
  }
  const Access access = ref->family->access;
  if (access == Access::ReadOnly || access == Access::ReadPops || access == Access::ReadActs) return true;
  owner->part->write(owner->code, *ref, value);
  return true;
}

std::uint32_t Tile::read_stored(const RegisterRef& ref, std::uint32_t offset) {
  if (is_harmless(ref.family->id)) {
    environment_.diagnostics.unmodelled_quietly(kStoredKind, registers::kind_and_name(kind_, offset));
  } else {
    environment_.diagnostics.unmodelled(kUnmodelledKind, registers::kind_and_name(kind_, offset), path_ + " read");
  }
  if (ref.family->access == Access::WriteOnly || ref.family->access == Access::ReadPops) return 0;
  const auto found = stored_.find(offset);
  return found == stored_.end() ? 0 : found->second;
}

void Tile::write_stored(const RegisterRef& ref, std::uint32_t offset, std::uint32_t value) {
  // Zero asks for nothing that a register without behaviour does not do already.
  if (value == 0 || is_harmless(ref.family->id)) {
    environment_.diagnostics.unmodelled_quietly(kStoredKind, registers::kind_and_name(kind_, offset));
  } else {
    environment_.diagnostics.unmodelled(kUnmodelledKind, registers::kind_and_name(kind_, offset),
                                        fmt::format("{} write of {:#x}", path_, value));
  }
  std::uint32_t& stored = stored_[offset];
  switch (ref.family->access) {
    case Access::ReadWrite:
    case Access::WriteOnly:
      stored = ref.family->self_clearing ? 0 : value;
      break;
    case Access::WriteOneToClear:
      stored &= ~value;
      break;
    case Access::WriteOneToSet:
      stored |= value;
      break;
    case Access::ReadOnly:
    case Access::ReadPops:
    case Access::ReadActs:
      break;
  }
}

void Tile::reset(Half half) {
  for (RegisterPart* part : parts_) part->reset(half);
  std::erase_if(stored_, [&](const auto& entry) {
    const auto ref = registers::lookup(kind_, entry.first);
    // Privileged registers belong to the management firmware, which resets applications with them.
    return ref && ref->half == half && !ref->family->privileged;
  });
}

void Tile::power_off() {
  reset(Half::A);
  if (kind_ != TileKind::Compute) reset(Half::B);
  for (RegisterPart* part : parts_) part->power_off();
  stored_.clear();
}

// --- control packets
// --------------------------------------------------------------------------------------------------

std::optional<std::uint32_t> Tile::read32(std::uint32_t offset) {
  std::uint32_t value = 0;
  if (read(offset, std::as_writable_bytes(std::span(&value, 1))) != AccessOutcome::Ok) return std::nullopt;
  return value;
}

bool Tile::write32(std::uint32_t offset, std::uint32_t value) {
  return write(offset, std::as_bytes(std::span(&value, 1))) == AccessOutcome::Ok;
}

void Tile::control_packet_error(unsigned /*half*/, std::uint32_t /*errors*/) {
  events_.raise(control_packet_error_event_id(kind_));
}

std::span<const RegisterPart::Claim> Tile::ControlStatus::claims() const {
  static constexpr Claim kClaims[] = {{"tile_control_packet_handler_status", 0}, {"control_packet_handler_status", 0}};
  return kClaims;
}

std::uint32_t Tile::ControlStatus::read(std::uint8_t /*code*/, const RegisterRef& ref) {
  return tile_.controls_[static_cast<std::size_t>(ref.half)]->status();
}

void Tile::ControlStatus::write(std::uint8_t /*code*/, const RegisterRef& ref, std::uint32_t value) {
  tile_.controls_[static_cast<std::size_t>(ref.half)]->clear_status(value);
}

void Tile::ControlStatus::reset(Half half) {
  tile_.controls_[static_cast<std::size_t>(half)]->reset();
}

}  // namespace aie4::array
