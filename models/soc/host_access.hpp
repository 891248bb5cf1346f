// SPDX-License-Identifier: Apache-2.0
// The TLM extension that tells the NoC for whom an access to host memory is made.
#pragma once

#include <cstdint>

#include <tlm>

#include "models/common/dma.hpp"

namespace aie4 {

/// Travels with every generic payload towards host memory. Initiators own one and reuse it.
struct HostAccess : tlm::tlm_extension<HostAccess> {
  std::uint32_t function = 0;  ///< Index of the PCI function whose requester id the access carries.
  DmaAttributes attributes;
  /// One of many accesses of a data engine that are under way together: it costs its share of the bandwidth, with what
  /// a short run wastes, but no latency, which the engine accounts for itself.
  bool streaming = false;
  DmaStatus status = DmaStatus::Ok;  ///< Filled in by the target.

  [[nodiscard]] tlm_extension_base* clone() const override { return new HostAccess(*this); }
  void copy_from(const tlm_extension_base& other) override { *this = static_cast<const HostAccess&>(other); }
};

}  // namespace aie4
