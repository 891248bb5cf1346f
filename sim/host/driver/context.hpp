// SPDX-License-Identifier: Apache-2.0
// A hardware context: what the kernel keeps of it, and what an application does with it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sim/host/driver/queue.hpp"

namespace aie4::host {

class Host;
class VfDriver;

/// Low four bits of a command buffer's first word (host-interface, 6.6).
enum class CommandState : std::uint8_t { New = 1, Completed = 4, Error = 5, Abort = 6, Timeout = 8 };

/// A command buffer: the word that the device overwrites on completion, and what to run.
class Command {
 public:
  /// START_DPU, state NEW.
  Command(DmaDomain& domain, std::vector<Work> work);

  /// What completion_signal names.
  [[nodiscard]] std::uint64_t address() const { return memory_.address(); }
  [[nodiscard]] const std::vector<Work>& work() const { return work_; }
  [[nodiscard]] std::uint32_t word() const { return memory_.load<std::uint32_t>(0); }
  [[nodiscard]] CommandState state() const { return static_cast<CommandState>(word() & 0xFU); }
  /// Firmware error code, bits 31:4 of the word.
  [[nodiscard]] std::uint32_t error_code() const { return word() >> 4; }
  /// NEW again, to be submitted once more.
  void reset();

 private:
  DmaBuffer memory_;
  std::vector<Work> work_;
};

/// Exists on the device from construction until `destroy`. Made by VfDriver::create_context.
class Context {
 public:
  Context(VfDriver& driver, Queue& queue, std::uint32_t id, std::uint32_t doorbell, unsigned vector);
  /// Destroys, if nobody has.
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  [[nodiscard]] std::uint32_t id() const { return id_; }
  /// Byte offset in BAR2.
  [[nodiscard]] std::uint32_t doorbell_offset() const { return doorbell_; }
  [[nodiscard]] unsigned vector() const { return vector_; }
  [[nodiscard]] Queue& queue() { return queue_; }

  /// mmap of the doorbell page. Throws DriverError: -EINVAL if the offset is not page aligned.
  void map_doorbell();
  /// Rings. Throws DriverError as `map_doorbell`.
  void ring();

  /// Writes a chain (one command is a chain of one) into the queue, publishes it and rings. Waits for free slots first.
  /// Returns the sequence number of the last command. Throws DriverError: -ETIME if the queue stays full,
  /// std::invalid_argument for an empty chain or one longer than the queue.
  std::uint64_t submit(std::span<Command* const> chain);
  std::uint64_t submit(Command& command);

  /// DRM_IOCTL_AMDXDNA_WAIT_CMD. True when the command of that sequence number is done; false on -ETIME. 0 ms waits
  /// for ever, which ends with false once the device is idle.
  bool wait(std::uint64_t sequence, std::uint64_t timeout_ms);
  /// What WAIT_CMD finds in queue memory: read_index checked against the write_index at the kernel's place for it.
  /// Spends up to 100 us of simulated time on a second look.
  bool done(std::uint64_t sequence);

  /// DESTROY_HW_CONTEXT, then the interrupt is let go.
  void destroy();

 private:
  [[nodiscard]] std::uint64_t interrupts() const;

  VfDriver& driver_;
  Queue& queue_;
  std::uint32_t id_;
  std::uint32_t doorbell_;
  unsigned vector_;
  bool alive_ = true;
  std::uint64_t next_ = 0;  ///< Slot that the next packet takes.
};

}  // namespace aie4::host
