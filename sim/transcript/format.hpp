// SPDX-License-Identifier: Apache-2.0
// The bytes of a transcript (docs/transcript-format.md): pure encoding and decoding, no files, no compression.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "sim/pci/boundary.hpp"

namespace aie4::transcript {

/// A file that is no transcript, one of a version that this program does not read, or a damaged one.
class TranscriptError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Kinds of events: pci::BoundaryEventKind with numbers that are part of the format.
enum class EventKind : std::uint8_t {
  ConfigRead = 0,
  ConfigWrite = 1,
  BarRead = 2,
  BarWrite = 3,
  Reset = 4,
  Connect = 5,
  Disconnect = 6,
  Interrupt = 7,
  DmaRead = 8,
  DmaWrite = 9,
  HostView = 10,  ///< The transport changed what the host is shown: `address` is a HostViewOption, data one byte.
};
inline constexpr std::uint8_t kEventKinds = 11;

using pci::HostViewOption;

/// "config-read", "bar-write", "dma-read", ...
[[nodiscard]] std::string_view to_string(EventKind kind);
[[nodiscard]] std::optional<EventKind> find_kind(std::string_view name);
[[nodiscard]] EventKind kind_of(pci::BoundaryEventKind kind);
/// True for what the host or the transport starts, false for what the device starts.
[[nodiscard]] constexpr bool started_by_host(EventKind kind) {
  return kind <= EventKind::Disconnect || kind == EventKind::HostView;
}
[[nodiscard]] constexpr bool has_data(EventKind kind) {
  return kind <= EventKind::BarWrite || kind >= EventKind::DmaRead;
}
[[nodiscard]] constexpr bool has_address(EventKind kind) {
  return has_data(kind) || kind == EventKind::Interrupt || kind == EventKind::Connect;
}
[[nodiscard]] constexpr bool is_bar(EventKind kind) {
  return kind == EventKind::BarRead || kind == EventKind::BarWrite;
}
[[nodiscard]] constexpr bool is_dma(EventKind kind) {
  return kind == EventKind::DmaRead || kind == EventKind::DmaWrite;
}

/// One event. `data` belongs to whoever made the event.
struct Event {
  std::uint64_t time_ps = 0;
  EventKind kind = EventKind::Connect;
  std::uint8_t function = 0;
  std::uint8_t bar = 0;                 ///< BarRead, BarWrite; else 0.
  DmaSpace space = DmaSpace::Function;  ///< DmaRead, DmaWrite; else Function.
  DmaStatus status = DmaStatus::Ok;     ///< DmaRead, DmaWrite; else Ok.
  std::uint64_t address = 0;            ///< Offset, DMA address, vector, option, kind of host; else 0.
  std::span<const std::byte> data;      ///< Empty if the kind has none.
};

[[nodiscard]] Event event_of(const pci::BoundaryEvent& event, std::uint64_t time_ps);

/// Largest `data` of one event, in bytes.
inline constexpr std::size_t kMaxData = std::size_t{1} << 24;

/// What the encoder and the decoder remember from event to event.
struct CodecState {
  std::uint64_t time_ps = 0;
  std::uint8_t function = 0;
  /// Last address by function and address space: six BARs, configuration, DMA, vectors.
  std::vector<std::array<std::uint64_t, 9>> addresses = std::vector<std::array<std::uint64_t, 9>>(256);
};

/// Appends events to a byte stream. Times must not decrease.
class EventEncoder {
 public:
  /// Throws TranscriptError for an event that the format cannot hold: time running backwards, more than kMaxData.
  void encode(const Event& event, std::vector<std::byte>& out);

 private:
  CodecState state_;
};

/// Takes events from a byte stream. Accepts exactly what the encoder produces: every stream has one encoding.
class EventDecoder {
 public:
  /// Decodes the first event of `input` and returns the number of bytes it took; 0 if it is not complete yet. The
  /// event's data points into `input`. Throws TranscriptError for anything that no encoder writes.
  [[nodiscard]] std::size_t decode(std::span<const std::byte> input, Event& event);

 private:
  CodecState state_;
};

/// The head of a file: what was recorded and by whom.
struct Header {
  std::string producer;       ///< "aie4sim 0.1.0".
  std::string configuration;  ///< TOML: the effective configuration of the device.
};

inline constexpr std::uint16_t kFormatVersion = 1;
/// Like that of PNG: the high bit and the line end show transfers that mangle bytes.
inline constexpr std::array<std::uint8_t, 8> kMagic = {0x89, 'A', 'I', 'E', '4', 'T', '\r', '\n'};
inline constexpr std::size_t kPrefixSize = 20;  ///< Magic, version, reserved, lengths of producer and configuration.
inline constexpr std::size_t kMaxProducer = 256;
inline constexpr std::size_t kMaxConfiguration = std::size_t{1} << 20;

[[nodiscard]] std::vector<std::byte> encode_header(const Header& header);
/// Lengths of the two strings that follow a prefix. Throws TranscriptError if it is not the prefix of a transcript.
struct HeaderLengths {
  std::size_t producer = 0;
  std::size_t configuration = 0;
};
[[nodiscard]] HeaderLengths decode_prefix(std::span<const std::byte, kPrefixSize> prefix);

using Hash = std::array<std::byte, 32>;
/// Lower-case hexadecimal.
[[nodiscard]] std::string to_hex(std::span<const std::byte> bytes);

/// The end of a file that was closed in order.
struct Footer {
  std::uint64_t events = 0;
  Hash hash{};  ///< SHA-256 of the uncompressed event stream: the trace hash.

  bool operator==(const Footer&) const = default;
};
inline constexpr std::size_t kFooterSize = 48;
inline constexpr std::array<std::uint8_t, 8> kFooterMagic = {'A', 'I', 'E', '4', 'T', 'E', 'N', 'D'};

[[nodiscard]] std::array<std::byte, kFooterSize> encode_footer(const Footer& footer);
[[nodiscard]] Footer decode_footer(std::span<const std::byte, kFooterSize> bytes);

}  // namespace aie4::transcript
