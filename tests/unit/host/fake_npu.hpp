// SPDX-License-Identifier: Apache-2.0
// A scripted device under a real PciFunction, with a clock of its own: what the reference driver is tested against.
// Knows nothing of models or firmware; every register offset in it is written by hand from the host interface document.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/common/diagnostics.hpp"
#include "sim/host/clock.hpp"
#include "sim/pci/function.hpp"

namespace aie4::host::test {

/// Events in time order; equal times in the order in which they were scheduled.
class FakeClock final : public Clock {
 public:
  void schedule(std::uint64_t delay_ps, std::function<void()> event);

  [[nodiscard]] std::uint64_t now_ps() const override { return now_; }
  void settle() override { run_until(now_); }
  [[nodiscard]] bool busy() const override { return !events_.empty(); }
  void run_to_interrupt(std::uint64_t time_ps) override;
  void run_until(std::uint64_t time_ps) override;

 private:
  std::uint64_t now_ = 0;
  std::uint64_t sequence_ = 0;
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::function<void()>> events_;
};

/// One access as golden transcripts write it: "R BAR2+0 = 1".
struct Access {
  char kind = 'R';
  unsigned bar = 0;
  std::uint64_t offset = 0;
  std::uint64_t value = 0;
  unsigned size = 4;

  bool operator==(const Access&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Access& access);

[[nodiscard]] inline Access read(unsigned bar, std::uint64_t offset, std::uint64_t value) {
  return {'R', bar, offset, value, 4};
}
[[nodiscard]] inline Access write(unsigned bar, std::uint64_t offset, std::uint64_t value) {
  return {'W', bar, offset, value, 4};
}

using Words = std::vector<std::uint32_t>;

/// A PF (BARs 0, 2, 4, 5) or a VF (BARs 0, 2) that does what the test says.
class FakeNpu final : public pci::FunctionBackend {
 public:
  // The layout of the document's examples (section 9), except that MSI-X lives in BAR0.
  static constexpr std::uint32_t kX2iTail = 0x10;
  static constexpr std::uint32_t kX2iHead = 0x14;
  static constexpr std::uint32_t kI2xTail = 0x20;
  static constexpr std::uint32_t kI2xHead = 0x24;
  static constexpr std::uint32_t kX2iRing = 0x1000;
  static constexpr std::uint32_t kI2xRing = 0x2000;
  static constexpr std::uint32_t kMsixTable = 0x1'0000;

  explicit FakeNpu(bool physical, unsigned vectors = 4);

  FakeClock clock;
  Diagnostics diagnostics;

  [[nodiscard]] pci::PciFunction& function() { return function_; }

  // --- the script ---------------------------------------------------------------------------------------------------
  std::uint64_t smu_delay_ps = 0;
  std::function<std::uint32_t(std::uint32_t command)> smu = [](std::uint32_t) { return 1U; };  ///< 0: never answers.
  std::uint64_t psp_delay_ps = 0;
  /// Response word; nothing: never completes.
  std::function<std::optional<std::uint32_t>(std::uint32_t command)> psp = [](std::uint32_t) { return 0U; };
  /// What to publish after START.
  Words info = {1, 5, 24, kX2iTail, kX2iHead, kX2iRing, 0x1000, kI2xTail, kI2xHead, kI2xRing, 0x1000, 0, 0, 0, 0, 0};
  std::uint64_t boot_delay_ps = 0;
  bool boots = true;
  /// Called for each request: words of header and payload. Returns words of header and payload to answer with; empty
  /// for no answer.
  std::function<Words(const Words& request)> answer = [this](const Words& request) { return default_answer(request); };
  std::uint64_t message_delay_ps = 0;
  /// False: the x2i head register stays where it is.
  bool consumes = true;

  /// Response with status 0 of the size that the document gives for that opcode, zeros elsewhere.
  [[nodiscard]] Words default_answer(const Words& request) const;
  [[nodiscard]] static Words respond(const Words& request, const Words& payload);

  /// Publishes the information block: what START does, and what a VF needs before its probe.
  void boot();
  /// Writes a message at the i2x tail (with tombstone when it does not fit), moves the tail, interrupts.
  void send(const Words& message);
  [[nodiscard]] std::uint32_t reg(unsigned bar, std::uint64_t offset) const;
  void set(unsigned bar, std::uint64_t offset, std::uint32_t value);
  void interrupt(unsigned vector);

  // --- what came ----------------------------------------------------------------------------------------------------
  std::vector<Access> accesses;  ///< BAR accesses outside the MSI-X structures.
  std::vector<Access> msix_accesses;
  std::vector<Words> requests;
  std::vector<std::pair<std::uint64_t, std::uint64_t>>
      doorbells;  ///< Time and offset of writes beyond 0x10000 in BAR2.
  std::function<void(std::uint64_t offset)> on_doorbell;

  void bar_read(unsigned bar, std::uint64_t offset, std::span<std::byte> data) override;
  void bar_write(unsigned bar, std::uint64_t offset, std::span<const std::byte> data) override;
  void interrupt_control(const pci::InterruptControl& control) override { control_ = control; }
  void reset(pci::ResetKind kind) override;
  void virtual_functions(unsigned count) override { static_cast<void>(count); }

 private:
  void effect(unsigned bar, std::uint64_t offset, std::uint32_t value);
  void kick_psp();
  void receive();

  bool physical_;
  std::vector<std::vector<std::byte>> bars_;
  pci::InterruptControl control_;
  pci::PciFunction function_;
};

}  // namespace aie4::host::test
