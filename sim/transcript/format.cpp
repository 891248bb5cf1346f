// SPDX-License-Identifier: Apache-2.0
#include "sim/transcript/format.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace aie4::transcript {
namespace {

// The tag byte of an event: kind in bits 3:0, then what is left out because it is the usual case.
constexpr std::uint8_t kSameTime = 0x10;
constexpr std::uint8_t kSameFunction = 0x20;
constexpr std::uint8_t kFourBytes = 0x40;

// The detail byte of a DMA event.
constexpr std::uint8_t kStatusMask = 0x07;
constexpr std::uint8_t kGuestPhysical = 0x08;

constexpr std::array<std::string_view, kEventKinds> kKindNames = {
    "config-read", "config-write", "bar-read", "bar-write", "reset",    "connect",
    "disconnect",  "interrupt",    "dma-read", "dma-write", "host-view"};

constexpr std::size_t kBarCount = 6;

/// Which row of CodecState::addresses an event uses.
std::size_t address_space(const Event& event) {
  if (is_bar(event.kind)) return event.bar;
  if (is_dma(event.kind)) return 7;
  return event.kind == EventKind::ConfigRead || event.kind == EventKind::ConfigWrite ? 6 : 8;
}

constexpr std::uint64_t zigzag(std::uint64_t delta) {
  return (delta << 1) ^ (0 - (delta >> 63));
}
constexpr std::uint64_t unzigzag(std::uint64_t value) {
  return (value >> 1) ^ (0 - (value & 1));
}

void put_varint(std::uint64_t value, std::vector<std::byte>& out) {
  while (value >= 0x80) {
    out.push_back(static_cast<std::byte>((value & 0x7F) | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<std::byte>(value));
}

[[noreturn]] void damaged(const std::string& what) {
  throw TranscriptError("damaged transcript: " + what);
}

/// Reads one field after the other; remembers that the input was too short instead of failing.
class Cursor {
 public:
  explicit Cursor(std::span<const std::byte> input) : input_(input) {}

  std::uint8_t byte() {
    if (position_ >= input_.size()) {
      short_ = true;
      return 0;
    }
    return std::to_integer<std::uint8_t>(input_[position_++]);
  }

  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint8_t part = byte();
      if (short_) return 0;
      if (shift == 63 && part > 1) damaged("a number has more than 64 bits");
      value |= std::uint64_t{part & 0x7FU} << shift;
      if ((part & 0x80) == 0) {
        if (part == 0 && shift > 0) damaged("a number is longer than it need be");
        return value;
      }
    }
    damaged("a number has more than 64 bits");
  }

  std::span<const std::byte> bytes(std::size_t size) {
    if (short_ || input_.size() - position_ < size) {
      short_ = true;
      return {};
    }
    const auto part = input_.subspan(position_, size);
    position_ += size;
    return part;
  }

  [[nodiscard]] bool too_short() const { return short_; }
  [[nodiscard]] std::size_t position() const { return position_; }

 private:
  std::span<const std::byte> input_;
  std::size_t position_ = 0;
  bool short_ = false;
};

template <typename Integer>
void put_little_endian(std::span<std::byte> out, Integer value) {
  for (std::size_t i = 0; i < sizeof(Integer); ++i) {
    out[i] = static_cast<std::byte>((std::uint64_t{value} >> (8 * i)) & 0xFFU);
  }
}

std::uint64_t get_little_endian(std::span<const std::byte> in) {
  std::uint64_t value = 0;
  for (std::size_t i = in.size(); i-- > 0;) value = (value << 8) | std::to_integer<std::uint64_t>(in[i]);
  return value;
}

bool starts_with(std::span<const std::byte> bytes, std::span<const std::uint8_t> magic) {
  return std::equal(magic.begin(), magic.end(), bytes.begin(),
                    [](std::uint8_t a, std::byte b) { return std::byte{a} == b; });
}

}  // namespace

std::string_view to_string(EventKind kind) {
  const auto index = static_cast<std::size_t>(kind);
  return index < kKindNames.size() ? kKindNames.at(index) : "unknown";
}

std::optional<EventKind> find_kind(std::string_view name) {
  const auto* const found = std::find(kKindNames.begin(), kKindNames.end(), name);
  if (found == kKindNames.end()) return std::nullopt;
  return static_cast<EventKind>(found - kKindNames.begin());
}

EventKind kind_of(pci::BoundaryEventKind kind) {
  static_assert(static_cast<int>(pci::BoundaryEventKind::ConfigRead) == static_cast<int>(EventKind::ConfigRead));
  static_assert(static_cast<int>(pci::BoundaryEventKind::Reset) == static_cast<int>(EventKind::Reset));
  static_assert(static_cast<int>(pci::BoundaryEventKind::DmaWrite) == static_cast<int>(EventKind::DmaWrite));
  if (static_cast<std::uint8_t>(kind) > static_cast<std::uint8_t>(pci::BoundaryEventKind::DmaWrite)) {
    throw TranscriptError("a boundary event of a kind that the transcript format does not know");
  }
  return static_cast<EventKind>(kind);
}

Event event_of(const pci::BoundaryEvent& event, std::uint64_t time_ps) {
  Event result;
  result.time_ps = time_ps;
  result.kind = kind_of(event.kind);
  result.function = event.function;
  if (is_bar(result.kind)) result.bar = event.bar;
  if (is_dma(result.kind)) {
    result.space = event.space;
    result.status = event.status;
  }
  if (has_address(result.kind)) result.address = event.address;
  if (has_data(result.kind)) result.data = event.data;
  return result;
}

void EventEncoder::encode(const Event& event, std::vector<std::byte>& out) {
  if (event.time_ps < state_.time_ps) throw TranscriptError("simulated time runs backwards");
  if (event.data.size() > kMaxData) {
    throw TranscriptError(fmt::format("an access of {} bytes: the format holds {}", event.data.size(), kMaxData));
  }
  if (is_bar(event.kind) && event.bar >= kBarCount) throw TranscriptError(fmt::format("BAR {}", event.bar));

  auto tag = static_cast<std::uint8_t>(event.kind);
  if (event.time_ps == state_.time_ps) tag |= kSameTime;
  if (event.function == state_.function) tag |= kSameFunction;
  if (has_data(event.kind) && event.data.size() == 4) tag |= kFourBytes;
  out.push_back(std::byte{tag});
  if ((tag & kSameTime) == 0) put_varint(event.time_ps - state_.time_ps, out);
  if ((tag & kSameFunction) == 0) out.push_back(std::byte{event.function});
  state_.time_ps = event.time_ps;
  state_.function = event.function;

  if (is_bar(event.kind)) out.push_back(std::byte{event.bar});
  if (is_dma(event.kind)) {
    const std::uint8_t space = event.space == DmaSpace::GuestPhysical ? kGuestPhysical : 0;
    out.push_back(static_cast<std::byte>(space | static_cast<std::uint8_t>(event.status)));
  }
  if (has_address(event.kind)) {
    std::uint64_t& last = state_.addresses[event.function][address_space(event)];
    put_varint(zigzag(event.address - last), out);
    last = event.address;
  }
  if (has_data(event.kind)) {
    if ((tag & kFourBytes) == 0) put_varint(event.data.size(), out);
    out.insert(out.end(), event.data.begin(), event.data.end());
  }
}

std::size_t EventDecoder::decode(std::span<const std::byte> input, Event& event) {
  Cursor cursor(input);
  Event next;
  const std::uint8_t tag = cursor.byte();
  if (cursor.too_short()) return 0;
  if ((tag & 0x0F) >= kEventKinds || (tag & 0x80) != 0) damaged(fmt::format("no event has the tag {:#04x}", tag));
  next.kind = static_cast<EventKind>(tag & 0x0F);
  if ((tag & kFourBytes) != 0 && !has_data(next.kind)) damaged("a size where there is no data");

  next.time_ps = state_.time_ps;
  if ((tag & kSameTime) == 0) {
    const std::uint64_t delta = cursor.varint();
    if (!cursor.too_short() && (delta == 0 || next.time_ps + delta < next.time_ps)) damaged("an impossible time");
    next.time_ps += delta;
  }
  next.function = state_.function;
  if ((tag & kSameFunction) == 0) {
    next.function = cursor.byte();
    if (!cursor.too_short() && next.function == state_.function) damaged("a function that is named without need");
  }
  if (is_bar(next.kind)) {
    next.bar = cursor.byte();
    if (next.bar >= kBarCount) damaged(fmt::format("BAR {}", next.bar));
  }
  if (is_dma(next.kind)) {
    const std::uint8_t detail = cursor.byte();
    const std::uint8_t status = detail & kStatusMask;
    if ((detail & ~(kStatusMask | kGuestPhysical)) != 0 ||
        status > static_cast<std::uint8_t>(DmaStatus::Disconnected)) {
      damaged(fmt::format("DMA detail {:#04x}", detail));
    }
    next.status = static_cast<DmaStatus>(status);
    next.space = (detail & kGuestPhysical) != 0 ? DmaSpace::GuestPhysical : DmaSpace::Function;
  }
  if (has_address(next.kind)) {
    next.address = state_.addresses[next.function][address_space(next)] + unzigzag(cursor.varint());
  }
  if (has_data(next.kind)) {
    std::uint64_t size = 4;
    if ((tag & kFourBytes) == 0) {
      size = cursor.varint();
      if (!cursor.too_short() && size == 4) damaged("a size that is named without need");
      if (size > kMaxData) damaged(fmt::format("an access of {} bytes", size));
    }
    next.data = cursor.bytes(static_cast<std::size_t>(size));
  }
  if (cursor.too_short()) return 0;

  state_.time_ps = next.time_ps;
  state_.function = next.function;
  if (has_address(next.kind)) state_.addresses[next.function][address_space(next)] = next.address;
  event = next;
  return cursor.position();
}

std::vector<std::byte> encode_header(const Header& header) {
  if (header.producer.size() > kMaxProducer || header.configuration.size() > kMaxConfiguration) {
    throw TranscriptError("producer or configuration are too long for a transcript");
  }
  std::vector<std::byte> bytes(kPrefixSize);
  const std::span<std::byte> prefix(bytes);
  std::transform(kMagic.begin(), kMagic.end(), prefix.begin(), [](std::uint8_t c) { return std::byte{c}; });
  put_little_endian(prefix.subspan(8, 2), kFormatVersion);
  put_little_endian(prefix.subspan(12, 4), static_cast<std::uint32_t>(header.producer.size()));
  put_little_endian(prefix.subspan(16, 4), static_cast<std::uint32_t>(header.configuration.size()));
  for (const std::string* text : {&header.producer, &header.configuration}) {
    const auto view = std::as_bytes(std::span(*text));
    bytes.insert(bytes.end(), view.begin(), view.end());
  }
  return bytes;
}

HeaderLengths decode_prefix(std::span<const std::byte, kPrefixSize> prefix) {
  if (!starts_with(prefix, kMagic)) throw TranscriptError("not a transcript: the magic number is missing");
  const std::uint64_t version = get_little_endian(prefix.subspan(8, 2));
  if (version != kFormatVersion) {
    throw TranscriptError(
        fmt::format("transcript of format version {}: this program reads version {}", version, kFormatVersion));
  }
  if (get_little_endian(prefix.subspan(10, 2)) != 0) damaged("reserved bits of the header are set");
  const HeaderLengths lengths{static_cast<std::size_t>(get_little_endian(prefix.subspan(12, 4))),
                              static_cast<std::size_t>(get_little_endian(prefix.subspan(16, 4)))};
  if (lengths.producer > kMaxProducer || lengths.configuration > kMaxConfiguration) {
    damaged("producer or configuration are too long");
  }
  return lengths;
}

std::string to_hex(std::span<const std::byte> bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::byte byte : bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    text += kDigits[std::to_integer<std::size_t>(byte >> 4)];
    text += kDigits[std::to_integer<std::size_t>(byte & std::byte{0x0F})];
  }
  return text;
}

std::array<std::byte, kFooterSize> encode_footer(const Footer& footer) {
  std::array<std::byte, kFooterSize> bytes{};
  const std::span<std::byte> out(bytes);
  std::transform(kFooterMagic.begin(), kFooterMagic.end(), out.begin(), [](std::uint8_t c) { return std::byte{c}; });
  put_little_endian(out.subspan(8, 8), footer.events);
  std::copy(footer.hash.begin(), footer.hash.end(), out.begin() + 16);
  return bytes;
}

Footer decode_footer(std::span<const std::byte, kFooterSize> bytes) {
  if (!starts_with(bytes, kFooterMagic)) damaged("the footer does not follow the events");
  Footer footer;
  footer.events = get_little_endian(bytes.subspan(8, 8));
  std::copy(bytes.begin() + 16, bytes.end(), footer.hash.begin());
  return footer;
}

}  // namespace aie4::transcript
