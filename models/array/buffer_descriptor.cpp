// SPDX-License-Identifier: Apache-2.0
#include "models/array/buffer_descriptor.hpp"

#include <cstddef>
#include <fmt/format.h>
#include <type_traits>

namespace aie4::array {
namespace {

using enum Confidence;
using B = BufferDescriptor;

constexpr auto kCompute = std::to_array<BdField>({
    {"Base_Address", 0, 16, 16, Documented, &B::base_address},
    {"Buffer_Length", 0, 0, 16, Documented, &B::buffer_length},
    {"Enable_Packet", 1, 30, 1, Inferred, &B::enable_packet},
    {"Out_Of_Order_BD_ID", 1, 24, 4, Inferred, &B::out_of_order_bd_id},
    {"Packet_ID", 1, 19, 5, Assumed, &B::packet_id},
    {"Packet_Type", 1, 16, 3, Assumed, &B::packet_type},
    {"D1_Stepsize", 2, 16, 15, Documented, &B::d1_stepsize},
    {"Iteration_Current", 3, 24, 6, Inferred, &B::iteration_current},
    {"D0_Wrap", 3, 15, 9, Inferred, &B::d0_wrap},
    {"D2_Stepsize", 3, 0, 15, Inferred, &B::d2_stepsize},
    {"D1_Wrap", 4, 21, 9, Inferred, &B::d1_wrap},
    {"Iteration_Wrap", 4, 15, 6, Inferred, &B::iteration_wrap},
    {"Iteration_Stepsize", 4, 0, 15, Inferred, &B::iteration_stepsize},
    {"TLAST_Suppress", 5, 31, 1, Documented, &B::tlast_suppress},
    {"Next_BD", 5, 27, 4, Documented, &B::next_bd},
    {"Use_Next_BD", 5, 26, 1, Documented, &B::use_next_bd},
    {"Lock_Rel_Value", 5, 18, 7, Documented, &B::lock_rel_value},
    {"Lock_Rel_ID", 5, 13, 4, Documented, &B::lock_rel_id},
    {"Lock_Acq_Enable", 5, 12, 1, Documented, &B::lock_acq_enable},
    {"Lock_Acq_Value", 5, 5, 7, Documented, &B::lock_acq_value},
    {"Lock_Acq_ID", 5, 0, 4, Documented, &B::lock_acq_id},
});

constexpr auto kMemory = std::to_array<BdField>({
    {"Base_Address", 0, 0, 24, Documented, &B::base_address},
    {"Lock_Acq_Value", 1, 25, 7, Documented, &B::lock_acq_value},
    {"Buffer_Length", 1, 0, 23, Documented, &B::buffer_length},
    {"Lock_Acq_ID", 2, 20, 10, Documented, &B::lock_acq_id},
    {"Lock_Rel_Value", 2, 11, 7, Documented, &B::lock_rel_value},
    {"Lock_Rel_ID", 2, 1, 10, Documented, &B::lock_rel_id},
    {"Lock_Acq_Enable", 2, 0, 1, Documented, &B::lock_acq_enable},
    {"D1_Stepsize", 3, 0, 23, Documented, &B::d1_stepsize},
    {"D2_Stepsize", 4, 0, 23, Documented, &B::d2_stepsize},
    {"D3_Stepsize", 5, 0, 23, Documented, &B::d3_stepsize},
    {"TLAST_Suppress", 6, 31, 1, Documented, &B::tlast_suppress},
    {"Iteration_Stepsize", 6, 0, 23, Documented, &B::iteration_stepsize},
    {"Enable_Packet", 7, 31, 1, Assumed, &B::enable_packet},
    {"Packet_ID", 7, 24, 5, Assumed, &B::packet_id},
    {"D0_Pad_After", 7, 16, 8, Assumed, &B::d0_pad_after},
    {"D0_Pad_Before", 7, 8, 8, Assumed, &B::d0_pad_before},
    {"Iteration_Current", 7, 0, 8, Assumed, &B::iteration_current},
    {"D2_Pad_After", 8, 24, 8, Documented, &B::d2_pad_after},
    {"D2_Pad_Before", 8, 16, 8, Documented, &B::d2_pad_before},
    {"D1_Pad_After", 8, 8, 8, Documented, &B::d1_pad_after},
    {"D1_Pad_Before", 8, 0, 8, Documented, &B::d1_pad_before},
    {"D1_Wrap", 9, 19, 12, Documented, &B::d1_wrap},
    {"D0_Wrap", 9, 5, 12, Documented, &B::d0_wrap},
    {"Out_Of_Order_BD_ID", 9, 0, 4, Documented, &B::out_of_order_bd_id},
    {"Next_BD", 10, 27, 4, Documented, &B::next_bd},
    {"Use_Next_BD", 10, 26, 1, Documented, &B::use_next_bd},
    {"D2_Wrap", 10, 14, 12, Documented, &B::d2_wrap},
    {"Iteration_Wrap", 10, 0, 8, Documented, &B::iteration_wrap},
});

constexpr auto kShim = std::to_array<BdField>({
    {"AxUSER", 0, 28, 4, Documented, &B::axuser},
    {"Key_Index", 0, 25, 3, Documented, &B::key_index},
    {"Base_Address_High", 0, 0, 25, Documented, &B::base_address, 32},
    {"Base_Address_Low", 1, 2, 30, Documented, &B::base_address, 2},
    {"Buffer_Length", 2, 0, 32, Documented, &B::buffer_length},
    {"Lock_Acq_ID", 3, 27, 5, Inferred, &B::lock_acq_id},
    {"Lock_Acq_Enable", 3, 26, 1, Inferred, &B::lock_acq_enable},
    {"Burst_Length", 3, 24, 2, Documented, &B::burst_length},
    {"D1_Wrap", 3, 12, 12, Inferred, &B::d1_wrap},
    {"D2_Wrap", 3, 0, 12, Inferred, &B::d2_wrap},
    {"D0_Wrap", 4, 20, 12, Inferred, &B::d0_wrap},
    {"Lock_Rel_Value", 4, 13, 7, Inferred, &B::lock_rel_value},
    {"Lock_Rel_ID", 4, 8, 5, Inferred, &B::lock_rel_id},
    {"Lock_Acq_Value", 4, 1, 7, Inferred, &B::lock_acq_value},
    {"Enable_Packet", 5, 31, 1, Documented, &B::enable_packet},
    {"Next_BD", 5, 27, 4, Documented, &B::next_bd},
    {"Use_Next_BD", 5, 26, 1, Documented, &B::use_next_bd},
    {"AxQOS", 5, 22, 4, Documented, &B::axqos},
    {"D1_Stepsize", 5, 0, 22, Documented, &B::d1_stepsize},
    {"Enable_Compression", 6, 31, 1, Documented, &B::enable_compression},
    {"TLAST_Suppress", 6, 30, 1, Documented, &B::tlast_suppress},
    {"Iteration_Current", 6, 24, 6, Documented, &B::iteration_current},
    {"Data_Reuse", 6, 22, 2, Documented, &B::data_reuse},
    {"D2_Stepsize", 6, 0, 22, Documented, &B::d2_stepsize},
    {"AxCACHE", 7, 28, 4, Documented, &B::axcache},
    {"Iteration_Wrap", 7, 22, 6, Documented, &B::iteration_wrap},
    {"Iteration_Stepsize", 7, 0, 22, Documented, &B::iteration_stepsize},
    {"D3_Stepsize", 8, 10, 22, Documented, &B::d3_stepsize},
    {"IO_Coherence", 8, 9, 1, Documented, &B::io_coherence},
    {"Out_Of_Order_BD_ID", 8, 5, 4, Documented, &B::out_of_order_bd_id},
    {"Packet_ID", 8, 0, 5, Documented, &B::packet_id},
});

/// A control BD is a shim BD without word 4 (no D0 wrap, no release) and with a shorter length.
constexpr auto make_control() {
  constexpr std::size_t kWord4 = 4;  // Fields of the word that is missing.
  std::array<BdField, kShim.size() - kWord4> fields{};
  std::size_t count = 0;
  for (const BdField& field : kShim) {
    if (field.word == 4) continue;
    fields[count] = field;
    if (field.word == 2) fields[count].width = 24;
    ++count;
  }
  return fields;
}
constexpr auto kControl = make_control();

constexpr auto kLayouts = std::to_array<BdLayout>({
    {BdKind::Compute, "compute", 6, 3, 16, false, kCompute},
    {BdKind::Memory, "memory", 11, 4, 24, false, kMemory},
    {BdKind::Shim, "shim", 9, 4, 57, true, kShim},
    {BdKind::ShimControl, "shim control", 9, 4, 57, true, kControl},
    {BdKind::ShimTrace, "shim trace", 9, 4, 57, true, kShim},
});
static_assert(kLayouts.size() == kBdKinds);

constexpr std::uint32_t mask(unsigned width) {
  return width >= 32 ? ~0U : (1U << width) - 1U;
}

std::uint32_t part(const BdField& field, std::span<const std::uint32_t> words) {
  return field.word < words.size() ? (words[field.word] >> field.lsb) & mask(field.width) : 0;
}

void put(BufferDescriptor& bd, const BdField& field, std::uint32_t value) {
  std::visit(
      [&](auto member) {
        using Type = std::remove_reference_t<decltype(bd.*member)>;
        if constexpr (std::is_same_v<Type, bool>) {
          bd.*member = value != 0;
        } else if constexpr (std::is_same_v<Type, std::int8_t>) {
          const std::uint32_t sign = 1U << (field.width - 1U);
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
  return static_cast<std::uint32_t>(value >> field.value_lsb) & mask(field.width);
}

}  // namespace

const BdLayout& bd_layout(BdKind kind) {
  return kLayouts.at(static_cast<std::size_t>(kind));
}

BufferDescriptor decode_bd(BdKind kind, std::span<const std::uint32_t> words) {
  BufferDescriptor bd;
  for (const BdField& field : bd_layout(kind).fields) put(bd, field, part(field, words));
  return bd;
}

BdWords encode_bd(BdKind kind, const BufferDescriptor& bd) {
  BdWords words{};
  for (const BdField& field : bd_layout(kind).fields) words.at(field.word) |= get(bd, field) << field.lsb;
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
    if (!is_base && part(field, words) == 0) continue;
    if (!text.empty()) text += ", ";
    text += is_base ? std::string_view{"Base_Address"} : field.name;
    if (field.position == Inferred || field.position == Assumed) text += '?';
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
