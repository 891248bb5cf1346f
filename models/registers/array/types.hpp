// SPDX-License-Identifier: Apache-2.0
// The vocabulary in which the registers of the tiles are described. The descriptions themselves are data
// (models/registers/npu3) that models/registers/generator turns into enums, fields and tables at build time.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace aie4::registers {

/// Shim and memory tiles are built twice, for two applications (AIE4 tile-array notes 1.3). Compute tiles have half A
/// only.
enum class Half : std::uint8_t { A, B };

/// Half B's registers follow half A's by this much, in bytes.
inline constexpr std::uint32_t kHalfB = 0x4'0000;

enum class Access : std::uint8_t {
  ReadWrite,
  ReadOnly,
  WriteOnly,
  WriteOneToClear,
  WriteOneToSet,
  ReadPops,  ///< Read only; a read takes an element off a queue.
  ReadActs,  ///< Read only; a read is a request.
};

/// How well the place of a field is known.
enum class Confidence : std::uint8_t {
  Listed,             ///< In a public list for AIE4.
  Confirmed,          ///< Also seen in shipped AIE4 control code.
  Executed,           ///< And AMD's save and restore programs move data correctly under this reading.
  Derived,            ///< Order and width are known, the place was deduced.
  AssumedFromAie2ps,  ///< As in the closest generation that is documented.
  PositionUnknown,    ///< The field exists; the place is our choice.
};

/// A named group of bits.
struct Field {
  std::string_view name;
  std::uint8_t index =
      0;  ///< Which register of the family holds it, along its `field_dimension`: the word of a descriptor.
  std::uint8_t lsb = 0;
  std::uint8_t width = 32;
  Confidence confidence = Confidence::Listed;

  /// Bits that the field can hold, at bit 0.
  [[nodiscard]] constexpr std::uint32_t mask() const { return width >= 32 ? ~0U : (1U << width) - 1U; }
};

/// The field's bits of a register's `value`, shifted down.
[[nodiscard]] constexpr std::uint32_t get(const Field& field, std::uint32_t value) {
  return (value >> field.lsb) & field.mask();
}
/// The same as two's complement number.
[[nodiscard]] constexpr std::int32_t get_signed(const Field& field, std::uint32_t value) {
  const std::uint32_t bits = get(field, value);
  const std::uint32_t sign = 1U << (field.width - 1U);
  return static_cast<std::int32_t>((bits ^ sign) - sign);
}
/// The field's bits of a descriptor of several words; 0 if there are too few words.
[[nodiscard]] constexpr std::uint32_t get(const Field& field, std::span<const std::uint32_t> words) {
  return field.index < words.size() ? get(field, words[field.index]) : 0U;
}
[[nodiscard]] constexpr std::int32_t get_signed(const Field& field, std::span<const std::uint32_t> words) {
  return field.index < words.size() ? get_signed(field, words[field.index]) : 0;
}
/// `value` with the field's bits replaced; bits that do not fit are dropped.
[[nodiscard]] constexpr std::uint32_t set(const Field& field, std::uint32_t value, std::uint32_t bits) {
  return (value & ~(field.mask() << field.lsb)) | ((bits & field.mask()) << field.lsb);
}
/// Sets the field in a descriptor that has the word.
constexpr void set(const Field& field, std::span<std::uint32_t> words, std::uint32_t bits) {
  words[field.index] = set(field, words[field.index], bits);
}

/// An index of a family.
struct Dimension {
  std::string_view index;  ///< Its placeholder in the family's name.
  std::uint16_t count = 1;
  std::uint32_t stride = 4;   ///< Bytes.
  std::uint16_t first = 0;    ///< Number of index 0 in names.
  std::uint16_t b_delta = 0;  ///< Added to numbers of half B.
  /// Names instead of numbers, for each half; "-" where there is no register. Empty: numbers.
  std::span<const std::string_view> labels_a;
  std::span<const std::string_view> labels_b;
};

/// Registers of the same layout.
struct Family {
  std::string_view id;    ///< As the enumerator: the name without indices.
  std::string_view name;  ///< As the hardware spells it, {x} for index x, {h} for the half.
  std::string_view module;
  std::uint32_t offset = 0;  ///< Of the first register, half A, in the window of the tile.
  std::uint32_t size = 4;    ///< Bytes of one element; more than 4 for memories and windows.
  bool has_b = false;
  Access access = Access::ReadWrite;
  bool memory = false;
  bool privileged = false;  ///< Only for the management firmware.
  bool self_clearing = false;
  std::int8_t field_dimension = -1;  ///< The dimension along which fields differ; -1: they do not.
  std::span<const Dimension> dimensions;
  std::span<const Field> fields;  ///< Empty: the layout is not published.
  std::string_view note;
};

/// What it takes to compute an offset.
struct FamilyLayout {
  std::uint32_t offset = 0;
  std::uint32_t size = 4;  ///< Bytes of one element.
  std::uint32_t strides[4] = {};
};

}  // namespace aie4::registers
