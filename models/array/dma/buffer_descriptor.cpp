// SPDX-License-Identifier: Apache-2.0
#include "models/array/dma/buffer_descriptor.hpp"

#include <algorithm>
#include <cstddef>
#include <fmt/format.h>
#include <stdexcept>
#include <type_traits>

#include "models/array/geometry.hpp"
#include "models/registers/array/registers.hpp"

namespace aie4::array {
namespace {

using B = BufferDescriptor;
using registers::ComputeRegister;
using registers::MemoryRegister;
using registers::ShimRegister;

struct NamedMember {
  std::string_view name;
  BdMember member;
  std::uint8_t value_lsb = 0;
};

constexpr auto kMembers = std::to_array<NamedMember>({
    {"Base_Address", &B::base_address},
    {"Base_Address_High", &B::base_address, 32},
    {"Base_Address_Low", &B::base_address, 2},
    {"Buffer_Length", &B::buffer_length},
    {"D1_Stepsize", &B::d1_stepsize},
    {"D2_Stepsize", &B::d2_stepsize},
    {"D3_Stepsize", &B::d3_stepsize},
    {"D0_Wrap", &B::d0_wrap},
    {"D1_Wrap", &B::d1_wrap},
    {"D2_Wrap", &B::d2_wrap},
    {"Iteration_Stepsize", &B::iteration_stepsize},
    {"Iteration_Wrap", &B::iteration_wrap},
    {"Iteration_Current", &B::iteration_current},
    {"D0_Pad_Before", &B::d0_pad_before},
    {"D0_Pad_After", &B::d0_pad_after},
    {"D1_Pad_Before", &B::d1_pad_before},
    {"D1_Pad_After", &B::d1_pad_after},
    {"D2_Pad_Before", &B::d2_pad_before},
    {"D2_Pad_After", &B::d2_pad_after},
    {"Lock_Acq_Enable", &B::lock_acq_enable},
    {"Lock_Acq_Value", &B::lock_acq_value},
    {"Lock_Acq_ID", &B::lock_acq_id},
    {"Lock_Rel_Value", &B::lock_rel_value},
    {"Lock_Rel_ID", &B::lock_rel_id},
    {"Use_Next_BD", &B::use_next_bd},
    {"Next_BD", &B::next_bd},
    {"Enable_Packet", &B::enable_packet},
    {"Packet_ID", &B::packet_id},
    {"Packet_Type", &B::packet_type},
    {"Out_Of_Order_BD_ID", &B::out_of_order_bd_id},
    {"TLAST_Suppress", &B::tlast_suppress},
    {"Enable_Compression", &B::enable_compression},
    {"Burst_Length", &B::burst_length},
    {"AxQOS", &B::axqos},
    {"AxCACHE", &B::axcache},
    {"AxUSER", &B::axuser},
    {"Key_Index", &B::key_index},
    {"Data_Reuse", &B::data_reuse},
    {"IO_Coherence", &B::io_coherence},
});

template <class Register>
BdLayout layout(BdKind kind, std::string_view name, TileKind tile, Register id, std::uint8_t words) {
  const registers::Family& family = registers::families(tile)[static_cast<std::size_t>(id)];
  BdLayout result{.kind = kind,
                  .name = name,
                  .words = words,
                  .dimensions = static_cast<std::uint8_t>(tile == TileKind::Compute ? 3 : 4),
                  .byte_address = tile == TileKind::Shim};
  for (const registers::Field& field : family.fields) {
    const auto* member = std::ranges::find(kMembers, field.name, &NamedMember::name);
    if (member == kMembers.end()) throw std::logic_error("BD field without a meaning: " + std::string(field.name));
    result.fields.push_back({&field, member->member, member->value_lsb});
    if (std::holds_alternative<std::uint64_t B::*>(member->member)) {
      const auto bits = static_cast<std::uint8_t>(field.width + member->value_lsb);
      result.address_bits = std::max(result.address_bits, bits);
    }
  }
  std::ranges::sort(result.fields, {}, [](const BdField& field) { return field.field->index * 32 - field.field->lsb; });
  return result;
}

const std::array<BdLayout, kBdKinds>& layouts() {
  static const std::array<BdLayout, kBdKinds> kLayouts = {
      layout(BdKind::Compute, "compute", TileKind::Compute, ComputeRegister::dma_bd, 6),
      layout(BdKind::Memory, "memory", TileKind::Memory, MemoryRegister::dma_mm2s_bd, 11),
      layout(BdKind::Shim, "shim", TileKind::Shim, ShimRegister::dma_bd, 9),
      layout(BdKind::ShimControl, "shim control", TileKind::Shim, ShimRegister::dma_control_mm2s_bd, 9),
      layout(BdKind::ShimTrace, "shim trace", TileKind::Shim, ShimRegister::dma_trace_s2mm_bd, 9),
  };
  return kLayouts;
}

void put(BufferDescriptor& bd, const BdField& field, std::uint32_t value) {
  std::visit(
      [&](auto member) {
        using Type = std::remove_reference_t<decltype(bd.*member)>;
        if constexpr (std::is_same_v<Type, bool>) {
          bd.*member = value != 0;
        } else if constexpr (std::is_same_v<Type, std::int8_t>) {
          const std::uint32_t sign = 1U << (field.field->width - 1U);
          bd.*member =
              static_cast<std::int8_t>(static_cast<std::int32_t>(value ^ sign) - static_cast<std::int32_t>(sign));
        } else {
          bd.*member |= static_cast<Type>(Type{value} << field.value_lsb);
        }
      },
      field.member);
}

std::uint32_t get(const BufferDescriptor& bd, const BdField& field) {
  const std::uint64_t value =
      std::visit([&](auto member) { return static_cast<std::uint64_t>(bd.*member); }, field.member);
  return static_cast<std::uint32_t>(value >> field.value_lsb);
}

}  // namespace

const BdLayout& bd_layout(BdKind kind) {
  return layouts().at(static_cast<std::size_t>(kind));
}

BufferDescriptor decode_bd(BdKind kind, std::span<const std::uint32_t> words) {
  BufferDescriptor bd;
  for (const BdField& field : bd_layout(kind).fields) put(bd, field, registers::get(*field.field, words));
  return bd;
}

BdWords encode_bd(BdKind kind, const BufferDescriptor& bd) {
  BdWords words{};
  for (const BdField& field : bd_layout(kind).fields) registers::set(*field.field, std::span(words), get(bd, field));
  return words;
}

std::string describe_bd(BdKind kind, std::span<const std::uint32_t> words) {
  std::string text;
  const BufferDescriptor bd = decode_bd(kind, words);
  bool base_done = false;
  for (const BdField& field : bd_layout(kind).fields) {
    const bool is_base = std::holds_alternative<std::uint64_t BufferDescriptor::*>(field.member);
    if (is_base && base_done) continue;
    base_done = base_done || is_base;
    if (!is_base && registers::get(*field.field, words) == 0) continue;
    if (!text.empty()) text += ", ";
    text += is_base ? std::string_view{"Base_Address"} : field.field->name;
    if (field.field->confidence >= registers::Confidence::Derived) text += '?';
    std::visit(
        [&](auto member) {
          using Type = std::remove_cvref_t<decltype(bd.*member)>;
          if constexpr (std::is_same_v<Type, std::uint64_t>) {
            text += fmt::format(" {:#x}", bd.*member);
          } else if constexpr (std::is_same_v<Type, bool>) {
            // The name says it all.
          } else {
            text += fmt::format(" {}", bd.*member);
          }
        },
        field.member);
  }
  return text;
}

const char* padding_error(const BufferDescriptor& bd) {
  const bool d1 = bd.d1_pad_before != 0 || bd.d1_pad_after != 0;
  const bool d2 = bd.d2_pad_before != 0 || bd.d2_pad_after != 0;
  if (bd.d0_wrap == 0 && bd.d0_pad_after != 0) return "D0_Pad_After with D0_Wrap 0";
  if (bd.d0_wrap == 0 && (d1 || d2)) return "padding of rows or planes with D0_Wrap 0";
  if (bd.d1_wrap == 0 && bd.d1_pad_after != 0) return "D1_Pad_After with D1_Wrap 0";
  if (bd.d1_wrap == 0 && d2) return "padding of planes with D1_Wrap 0";
  if (bd.d2_wrap == 0 && bd.d2_pad_after != 0) return "D2_Pad_After with D2_Wrap 0";
  return nullptr;
}

}  // namespace aie4::array
