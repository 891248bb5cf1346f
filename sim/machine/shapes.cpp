// SPDX-License-Identifier: Apache-2.0
#include "sim/machine/shapes.hpp"

#include <array>
#include <cstdint>

#include "models/npu/npu.hpp"
#include "models/registers/mailbox.hpp"
#include "models/registers/psp.hpp"
#include "models/registers/smu.hpp"

namespace aie4 {
namespace {

namespace mailbox = registers::mailbox;

constexpr pci::BarShape kMailboxBar{.size = mailbox::kBar0Size, .is_64bit = true};
constexpr pci::BarShape kSramBar{.size = mailbox::kSramSize, .is_64bit = true};
constexpr unsigned kPspBar = 4;
constexpr unsigned kSmuBar = 5;

std::array<pci::BarShape, pci::kBarCount> common_bars() {
  std::array<pci::BarShape, pci::kBarCount> bars{};
  bars[0] = kMailboxBar;
  bars[2] = kSramBar;
  return bars;
}

pci::FunctionShape shape_of(const Configuration& configuration, unsigned index) {
  const bool pf = configuration.has_pf && index == 0;
  const PciIdentity& identity = configuration.identity;
  const Parameters& parameters = configuration.parameters;
  pci::FunctionShape shape;
  shape.name = Npu::function_name(configuration, index);
  shape.vendor_id = identity.vendor_id;
  shape.device_id = pf ? identity.pf_device_id : identity.vf_device_id;
  shape.revision = identity.revision;
  shape.class_code = identity.class_code;
  shape.subsystem_vendor_id = identity.vendor_id;
  shape.subsystem_id = shape.device_id;
  shape.bars = common_bars();
  shape.msix = {.vectors = static_cast<std::uint16_t>(pf ? parameters.pf_vectors : parameters.vf_vectors),
                .bar = 0,
                .table_offset = mailbox::kMsixTable,
                .pba_offset = mailbox::kMsixPba};
  if (pf) {
    shape.bars[kPspBar] = {.size = registers::psp::kBlock.size};
    shape.bars[kSmuBar] = {.size = registers::smu::kBlock.size};
  }
  if (configuration.vf_mode != VfMode::Sriov || !configuration.has_pf) return shape;
  if (!pf) {
    shape.virtual_function = true;
  } else if (configuration.vfs != 0) {
    shape.sriov = pci::SriovShape{.total_vfs = static_cast<std::uint16_t>(configuration.vfs),
                                  .vf_device_id = identity.vf_device_id,
                                  .vf_bars = common_bars()};
  }
  return shape;
}

}  // namespace

std::vector<pci::FunctionShape> function_shapes(const Configuration& configuration) {
  std::vector<pci::FunctionShape> shapes;
  const unsigned count = configuration.vfs + (configuration.has_pf ? 1 : 0);
  shapes.reserve(count);
  for (unsigned index = 0; index < count; ++index) shapes.push_back(shape_of(configuration, index));
  return shapes;
}

}  // namespace aie4
