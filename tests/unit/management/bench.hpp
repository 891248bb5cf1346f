// SPDX-License-Identifier: Apache-2.0
// The management firmware on a real NPU, with a driver for each function that works the mailbox by hand, over TLM.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "firmware-stub/management/firmware.hpp"
#include "firmware-stub/management/ring.hpp"
#include "models/npu/npu.hpp"
#include "tests/unit/soc/bench.hpp"

namespace aie4::management::bench {

using namespace aie4::bench;

// Host-interface 4 and 5, typed in a second time on purpose.
namespace op {
inline constexpr std::uint32_t kSuspend = 0x10003;
inline constexpr std::uint32_t kAttach = 0x1000D;
inline constexpr std::uint32_t kCreateVfs = 0x20001;
inline constexpr std::uint32_t kDestroyVfs = 0x20002;
inline constexpr std::uint32_t kCreatePartition = 0x30001;
inline constexpr std::uint32_t kDestroyPartition = 0x30002;
inline constexpr std::uint32_t kCreateContext = 0x30003;
inline constexpr std::uint32_t kDestroyContext = 0x30004;
inline constexpr std::uint32_t kTileInfo = 0x30006;
}  // namespace op
inline constexpr std::uint32_t kOk = 0;
inline constexpr std::uint32_t kError = 1;
inline constexpr std::uint32_t kNotSupported = 2;
inline constexpr std::uint32_t kX2iTail = 0x10;
inline constexpr std::uint32_t kX2iHead = 0x14;
inline constexpr std::uint32_t kI2xTail = 0x20;
inline constexpr std::uint32_t kI2xHead = 0x24;
inline constexpr std::uint32_t kX2iRing = 0x1000;
inline constexpr std::uint32_t kI2xRing = 0x2000;
inline constexpr std::uint32_t kRing = 0x1000;
inline constexpr std::uint32_t kDoorbells = 0x1'0000;
inline constexpr std::uint32_t kNoPasid = 0x800F'FFFF;

using Words = std::vector<std::uint32_t>;

struct Response {
  MessageHeader header;
  Words payload;
  [[nodiscard]] std::uint32_t status() const { return payload.empty() ? ~0U : payload.front(); }
};

/// What a context of a driver is known by.
struct Context {
  std::uint32_t id = 0;
  std::uint32_t doorbell = 0;
  std::uint32_t vector = 0;
};

/// The host's side of one function.
class Driver {
 public:
  Driver(const std::string& name, FunctionUnit& unit);

  [[nodiscard]] bool valid() { return bar2.read(0) == 1; }
  /// The sixteen words of mailbox_info.
  [[nodiscard]] Words info();
  /// Forgets ring positions, as a driver does that starts.
  void attach();

  /// Writes a message and the tail; nothing runs. Returns the id.
  std::uint32_t send(std::uint32_t opcode, const Words& payload);
  /// Writes header and payload at the cached tail, whatever they say.
  void send_raw(const Words& words);
  void write_tail(std::uint32_t value) { bar0.write(kX2iTail, value); }
  void set_cached_tail(std::uint32_t value) { x2i_tail_ = value; }
  [[nodiscard]] std::uint32_t cached_tail() const { return x2i_tail_; }

  /// The next response, if there is one. Fails the test if the ring breaks a rule of host-interface 4.5.
  [[nodiscard]] std::optional<Response> receive();
  /// Sends, lets time pass until the mailbox vector has risen, receives. Status ~0: no answer.
  Response call(std::uint32_t opcode, const Words& payload);

  /// CREATE_PARTITION of the whole array; its id.
  std::uint32_t create_partition();
  /// CREATE_HW_CONTEXT that has to succeed.
  Context create_context(std::uint64_t queue, std::uint32_t band = 0, std::uint32_t partition = 1,
                         std::uint32_t tiles = 12);
  [[nodiscard]] std::uint32_t destroy_context(std::uint32_t id) { return call(op::kDestroyContext, {id, 0}).status(); }
  void ring(std::uint32_t doorbell_offset) { bar2.write(doorbell_offset, 0); }

  Initiator bar0;
  Initiator bar2;
  std::vector<std::pair<unsigned, sc_core::sc_time>> interrupts;  ///< Vector and time.
  [[nodiscard]] std::size_t count_interrupts(unsigned vector) const;

 private:
  std::uint32_t x2i_tail_ = 0;
  std::uint32_t i2x_head_ = 0;
  std::uint32_t next_id_ = 0;
};

/// PF (if configured) and VFs, booted by hand.
class Bench : public Reports {
 public:
  explicit Bench(const Configuration& chosen = {}, UcProgramFactory cert = {});

  /// Starts the firmware as the PSP does, and waits until the first function is valid.
  void boot();
  /// Boots, attaches a work buffer, creates the VFs and a partition on each.
  void boot_with_vfs(unsigned count);
  Driver& pf() { return *drivers.front(); }
  Driver& vf(unsigned index) { return *drivers.at(index + (configuration.has_pf ? 1 : 0)); }

  Configuration configuration;
  FaultPlan faults;
  ManagementCounters counters;
  Npu npu;
  std::vector<std::unique_ptr<Driver>> drivers;
  std::vector<std::unique_ptr<Memory>> memories;  ///< Host memory as each function sees it.

 private:
  std::unique_ptr<Initiator> psp_;
  std::unique_ptr<Initiator> smu_;
};

}  // namespace aie4::management::bench
