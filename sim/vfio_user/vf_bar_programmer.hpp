// SPDX-License-Identifier: Apache-2.0
// SR-IOV on a QEMU that does not know about it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/pci/function.hpp"
#include "sim/vfio_user/event_loop.hpp"
#include "sim/vfio_user/log.hpp"
#include "sim/vfio_user/unique_fd.hpp"

namespace aie4::vfio_user {

/// Where a function sits on bus 0 of the guest.
struct PciAddress {
  unsigned device = 4;
  unsigned function = 0;

  /// Bus 0: the routing id without its bus.
  [[nodiscard]] unsigned routing_id() const { return device << 3 | function; }
};

/// What QEMU has to see of a function while it realises the device: of a PF no extended configuration space, because
/// QEMU would mask SR-IOV in a list that it knows; of a VF its identity. Applies from start, or disconnect, on.
void show_to_virtual_machine_monitor(pci::PciFunction& function);
/// What the guest has to see, from the first reset on: the SR-IOV capability; VFs that no scan of the bus finds.
void show_to_guest(pci::PciFunction& function);

/// Tells QEMU where the guest placed the BARs of the VFs.
///
/// A guest programs them through the PF's capability, and QEMU, which maps the BARs of the VF devices, does not learn
/// it. So it is told through its own configuration mechanism: writes to the memory-mapped configuration space (ECAM)
/// of the q35 machine, sent to its qtest socket. Linux waits 100 ms after VF Enable; this takes less than one. Nothing
/// here waits: commands are queued, and acknowledgements read when they come.
class VfBarProgrammer final : public ReadyHandler {
 public:
  /// MCHPCIEXBAR of q35 as SeaBIOS sets it.
  static constexpr std::uint64_t kEcamBase = 0xB000'0000;

  /// `qtest_path` may be empty: then enabling VFs is only reported.
  VfBarProgrammer(std::string qtest_path, PciAddress pf_address, EventLoop& loop, Log& log);
  ~VfBarProgrammer() override;
  VfBarProgrammer(const VfBarProgrammer&) = delete;
  VfBarProgrammer& operator=(const VfBarProgrammer&) = delete;

  /// Compares the state of the PF with what QEMU was told, and sends the difference.
  void update(const pci::PciFunction& pf);
  /// QEMU is gone: its next instance knows nothing.
  void forget();
  /// Tries again to reach the socket, if something waits to be sent.
  void retry();
  [[nodiscard]] bool waiting_for_socket() const { return !commands_.empty() && !socket_; }

  void ready(std::uint32_t events) override;

  [[nodiscard]] std::uint64_t acknowledged() const { return acknowledged_; }
  [[nodiscard]] std::uint64_t outstanding() const { return sent_ - acknowledged_; }

 private:
  /// BAR bases of one VF as QEMU knows them.
  using Bars = std::array<std::uint64_t, pci::kBarCount>;

  void program(const pci::PciFunction& pf, unsigned vf, const Bars& bars);
  void withdraw(const pci::PciFunction& pf, unsigned vf);
  [[nodiscard]] std::uint64_t config_address(const pci::PciFunction& pf, unsigned vf) const;
  void queue(const char* command, std::uint64_t address, std::uint32_t value);
  bool connect();
  void disconnect();
  void send();
  void take_line(const std::string& line);

  std::string qtest_path_;
  PciAddress pf_address_;
  EventLoop& loop_;
  Log& log_;
  UniqueFd socket_;
  bool writable_awaited_ = false;
  bool unreachable_reported_ = false;
  std::vector<Bars> told_;  ///< One per enabled VF.
  std::string commands_;    ///< Not yet taken by the socket.
  std::string answer_;      ///< A line that is not complete yet.
  std::uint64_t sent_ = 0;
  std::uint64_t acknowledged_ = 0;
};

}  // namespace aie4::vfio_user
