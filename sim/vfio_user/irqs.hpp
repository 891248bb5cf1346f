// SPDX-License-Identifier: Apache-2.0
// Interrupts of one function towards the client: eventfds, assigned and masked by DEVICE_SET_IRQS.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "sim/pci/ports.hpp"
#include "sim/vfio_user/event_loop.hpp"
#include "sim/vfio_user/protocol.hpp"
#include "sim/vfio_user/unique_fd.hpp"

namespace aie4::vfio_user {

/// MSI-X only: the other four interrupt indexes exist with no vectors.
///
/// A vector that is raised while it has no eventfd, or while the client holds it masked, stays pending and is
/// delivered once. (Masks of the guest's MSI-X table never get here: QEMU keeps that table.)
class Irqs final : public pci::InterruptSink {
 public:
  Irqs(unsigned msix_vectors, EventLoop& loop);
  ~Irqs() override;
  Irqs(const Irqs&) = delete;
  Irqs& operator=(const Irqs&) = delete;

  /// Vectors of an index below kIrqCount.
  [[nodiscard]] std::uint32_t count(std::uint32_t index) const;
  /// One DEVICE_SET_IRQS; `data` is what follows the fixed part. 0 or a positive errno; nothing changes on error.
  int set(const SetIrqsRequest& request, std::span<const std::byte> data, std::vector<UniqueFd> descriptors);
  /// From the device. A vector that does not exist is counted and dropped.
  void signal(unsigned vector) override;
  /// QEMU overlays the MSI-X table: no write of it ever arrives here.
  [[nodiscard]] bool keeps_vector_masks() const override { return true; }
  /// Forgets all eventfds, masks and pending vectors.
  void clear();

  [[nodiscard]] std::uint64_t delivered() const { return delivered_; }
  [[nodiscard]] std::uint64_t out_of_range() const { return out_of_range_; }

 private:
  /// An eventfd by which the client masks or unmasks without a message.
  class MaskWatch;
  struct Vector {
    UniqueFd eventfd;
    bool pending = false;
    bool masked = false;
    std::unique_ptr<MaskWatch> mask;
    std::unique_ptr<MaskWatch> unmask;
  };

  int assign(const SetIrqsRequest& request, std::vector<UniqueFd> descriptors);
  int watch(const SetIrqsRequest& request, std::vector<UniqueFd> descriptors);
  void set_masked(Vector& vector, bool masked);
  void deliver(Vector& vector);

  EventLoop& loop_;
  std::vector<Vector> vectors_;
  std::uint64_t delivered_ = 0;
  std::uint64_t out_of_range_ = 0;
};

}  // namespace aie4::vfio_user
