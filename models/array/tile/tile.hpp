// SPDX-License-Identifier: Apache-2.0
// What all tiles have: a window of addresses with registers and memories in it, locks, stream switches, DMA, tile
// control, events, resets. Source: AIE4 tile-array notes 1.2, 1.4.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include <systemc>

#include "models/array/environment.hpp"
#include "models/array/fabric.hpp"
#include "models/array/memory/lock_registers.hpp"
#include "models/array/memory/lock_unit.hpp"
#include "models/array/memory/tile_memory.hpp"
#include "models/array/stream/tile_control.hpp"
#include "models/array/tile/dma_part.hpp"
#include "models/array/tile/register_part.hpp"
#include "models/array/tile/stream_part.hpp"
#include "models/array/tile/tile_events.hpp"

namespace aie4::array {

enum class AccessOutcome : std::uint8_t {
  Ok,
  Hole,         ///< SLVERR: nothing there, or not at all of the addresses. Reads of it give 0.
  Unsupported,  ///< SLVERR: registers are accessed in whole, aligned words.
};

/// A register that no part owns is stored: it reads back what was written, as its access kind allows. That is named in
/// the burndown; loudly, unless the register is known to do nothing that a program could see.
class Tile : public sc_core::sc_module, private TileRegisters {
 public:
  SC_HAS_PROCESS(Tile);
  Tile(sc_core::sc_module_name name, const Environment& environment, const Fabric& fabric, TileId id,
       unsigned lock_count);
  ~Tile() override;

  [[nodiscard]] TileId id() const { return id_; }
  [[nodiscard]] TileKind tile_kind() const { return kind_; }
  /// "column 0/memory tile 1".
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] LockUnit& locks() { return locks_; }
  [[nodiscard]] TileEvents& events() { return events_; }
  [[nodiscard]] DmaEngine& dma() { return dma_->engine(); }

  /// Memory-mapped accesses at `offset` in the tile's window. Memories: any size and alignment. Registers: words.
  AccessOutcome read(std::uint32_t offset, std::span<std::byte> data);
  AccessOutcome write(std::uint32_t offset, std::span<const std::byte> data);
  /// For who polls a register: see RegisterPart::not_before. Null if it is none, too.
  [[nodiscard]] const sc_core::sc_event* not_before(std::uint32_t offset, std::uint32_t mask,
                                                    std::uint32_t wanted) const;

  /// application_reset_control of the column: registers, locks and engines of the half; memories keep their contents.
  /// Compute tiles belong to half A.
  virtual void reset(registers::Half half);
  /// Power was lost: like the reset of both halves, and memories are zero.
  virtual void power_off();

 protected:
  /// A memory that is seen at `offset`; it outlives the tile's use.
  void add_window(std::uint32_t offset, ZeroedBytes& memory);
  /// The part outlives the tile's use.
  void add_part(RegisterPart& part);
  /// Makes the DMA channels and joins them to the stream switch; once. Both outlive the tile's use.
  void add_dma(DmaMemory& memory, const LockSpace& locks);
  /// What lies elsewhere: the microcontrollers of a shim tile. None: not there either.
  virtual std::optional<AccessOutcome> access_elsewhere(bool read, std::uint32_t offset, std::span<std::byte> data);

  const Environment& environment_;

 private:
  struct Window {
    std::uint32_t offset = 0;
    ZeroedBytes* memory = nullptr;
  };
  struct Owner {
    RegisterPart* part = nullptr;
    std::uint8_t code = 0;
  };

  /// The bytes of a memory, ready for an access of that size; none: no memory starts there. Too short: it ends before.
  [[nodiscard]] std::optional<std::span<std::byte>> memory_at(std::uint32_t offset, std::size_t size, bool write) const;
  /// control_packet_handler_status of each half.
  class ControlStatus : public RegisterPart {
   public:
    explicit ControlStatus(Tile& tile) : tile_(tile) {}
    [[nodiscard]] std::span<const Claim> claims() const override;
    [[nodiscard]] std::uint32_t read(std::uint8_t code, const registers::RegisterRef& ref) override;
    void write(std::uint8_t code, const registers::RegisterRef& ref, std::uint32_t value) override;
    void reset(registers::Half half) override;

   private:
    Tile& tile_;
  };

  // What control packets do.
  [[nodiscard]] std::optional<std::uint32_t> read32(std::uint32_t offset) override;
  [[nodiscard]] bool write32(std::uint32_t offset, std::uint32_t value) override;
  void control_packet_error(unsigned half, std::uint32_t errors) override;
  void token_sent();

  [[nodiscard]] const Owner* owner_of(const registers::RegisterRef& ref) const;
  [[nodiscard]] std::optional<std::uint32_t> read_register(std::uint32_t offset);
  [[nodiscard]] bool write_register(std::uint32_t offset, std::uint32_t value);
  [[nodiscard]] std::uint32_t read_stored(const registers::RegisterRef& ref, std::uint32_t offset);
  void write_stored(const registers::RegisterRef& ref, std::uint32_t offset, std::uint32_t value);
  AccessOutcome refuse(std::uint32_t offset, bool read);

  TileId id_;
  TileKind kind_;
  std::string path_;
  std::string where_read_;
  std::string where_write_;
  Fabric fabric_;
  LockUnit locks_;
  LockRegisters lock_registers_;
  StreamPart stream_part_;
  std::vector<std::unique_ptr<TileControl>> controls_;  // By half.
  ControlStatus control_status_;
  TileEvents events_;
  std::unique_ptr<DmaPart> dma_;
  std::vector<Window> windows_;
  std::vector<RegisterPart*> parts_;
  std::vector<std::vector<Owner>> owners_;                   // By number of the family.
  std::unordered_map<std::uint32_t, std::uint32_t> stored_;  // By offset; looked up, never walked.
};

}  // namespace aie4::array
