// SPDX-License-Identifier: Apache-2.0
#include "sim/transcript/mailbox_tracker.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "models/registers/mailbox.hpp"
#include "sim/transcript/names.hpp"

namespace aie4::transcript {
namespace {

namespace mailbox = registers::mailbox;
using management::MessageHeader;
using Kind = management::RingStep::Kind;

constexpr std::uint32_t kRingSize = mailbox::kRingSize;
constexpr std::size_t kShadowSize = mailbox::kI2XRing + kRingSize;
static_assert(mailbox::kX2IRing < mailbox::kI2XRing);
/// Ids of requests whose payload is kept: more than a driver has in flight, little enough for a hostile file.
constexpr std::size_t kMaxRequests = 1024;

}  // namespace

std::span<const management::Field> MailboxMessage::fields() const {
  if (info == nullptr) return {};
  return response ? info->response : info->request;
}

std::string MailboxMessage::name() const {
  return info != nullptr ? std::string(info->name) : fmt::format("opcode {:#x}", header.opcode);
}

std::string field_text(const management::Field& field, std::span<const std::byte> payload) {
  if (field.end() > payload.size()) return fmt::format("{}=missing", field.name);
  const std::uint64_t value = management::get(payload, field);
  switch (field.format) {
    case management::FieldFormat::Decimal:
      return fmt::format("{}={}", field.name, value);
    case management::FieldFormat::Hex:
      return fmt::format("{}={:#x}", field.name, value);
    case management::FieldFormat::Status:
      if (value > static_cast<std::uint64_t>(management::Status::NOT_SUPPORTED)) break;
      return fmt::format("{}={}", field.name, to_string(static_cast<management::Status>(value)));
  }
  return fmt::format("{}={:#x}", field.name, value);
}

std::string MailboxMessage::text() const {
  const std::string_view direction = response ? "response" : "request";
  if (!problem.empty()) return fmt::format("malformed {}: {}", direction, problem);
  std::string text = fmt::format("{} {} id {:#010x} {{", direction, name(), header.id);
  std::string_view separator;
  for (const management::Field& field : fields()) {
    text += fmt::format("{}{}", separator, field_text(field, payload));
    separator = ", ";
  }
  text += '}';
  const std::uint32_t expected = info == nullptr ? header.total_size
                                 : response      ? info->response_size
                                                 : info->request_size;
  if (expected != header.total_size) text += fmt::format(" ({} bytes instead of {})", header.total_size, expected);
  return text;
}

MailboxTracker::MailboxTracker() : sram_(kShadowSize) {
  x2i_.base = mailbox::kX2IRing;
  i2x_.base = mailbox::kI2XRing;
}

std::uint32_t MailboxTracker::word(std::uint64_t bar2_offset) const {
  return static_cast<std::uint32_t>(value_of(std::span(sram_).subspan(bar2_offset, 4)));
}

const management::MessageTable& MailboxTracker::table() const {
  const auto* found = management::find_message_table(word(mailbox::info::kPROTOCOL_MAJOR));
  return found != nullptr ? *found : management::kMessageTables[0];
}

std::optional<MailboxMessage> MailboxTracker::observe(const Event& event) {
  if (!is_bar(event.kind)) return std::nullopt;
  if (event.bar == 2 && event.address < kShadowSize) {
    const std::size_t size = std::min(event.data.size(), kShadowSize - static_cast<std::size_t>(event.address));
    std::copy_n(event.data.begin(), size, sram_.begin() + static_cast<std::ptrdiff_t>(event.address));
    return std::nullopt;
  }
  if (event.bar != 0 || event.data.size() != 4) return std::nullopt;
  const auto value = static_cast<std::uint32_t>(value_of(event.data));
  if (event.kind == EventKind::BarWrite) {
    if (event.address == mailbox::kX2I_TAIL) return request_sent(value);
    if (event.address == mailbox::kI2X_HEAD) return response_taken(value);
    return std::nullopt;
  }
  // The driver reads its own registers back when a channel starts: a firmware that has just booted has reset them.
  const bool legal = value <= kRingSize && value % 4 == 0;
  if (event.address == mailbox::kX2I_TAIL && legal) x2i_.position = value;
  if (event.address == mailbox::kI2X_HEAD && legal) i2x_.position = value;
  return std::nullopt;
}

MailboxMessage MailboxTracker::message_at(const Ring& ring, std::uint32_t offset, std::uint32_t size) const {
  MailboxMessage message;
  message.response = &ring == &i2x_;
  const auto start = std::span(sram_).subspan(ring.base + offset);
  message.header = management::decode_header(start.first<management::kHeaderSize>());
  message.info = table().find(message.header.opcode);
  const auto payload = start.subspan(management::kHeaderSize, size);
  message.payload.assign(payload.begin(), payload.end());
  return message;
}

std::optional<MailboxMessage> MailboxTracker::request_sent(std::uint32_t tail) {
  std::optional<MailboxMessage> last;
  for (;;) {
    const std::uint32_t at = management::read_offset(kRingSize, x2i_.position);
    const auto step = management::next_request(kRingSize, at, tail, word(x2i_.base + at));
    switch (step.kind) {
      case Kind::Empty:
        return last;
      case Kind::Wrap:
        x2i_.position = step.head;
        break;
      case Kind::Message:
        last = message_at(x2i_, step.offset, step.size);
        x2i_.position = step.head;
        if (requests_.size() >= kMaxRequests) requests_.clear();
        requests_[last->header.id] = last->payload;
        break;
      case Kind::Error:
        last.emplace();
        last->problem = to_string(step.error);
        if (tail <= kRingSize - 4 && tail % 4 == 0) x2i_.position = tail;
        return last;
    }
  }
}

std::optional<MailboxMessage> MailboxTracker::response_taken(std::uint32_t head) {
  const std::uint32_t at = management::read_offset(kRingSize, i2x_.position);
  const std::uint32_t first = word(i2x_.base + at);
  i2x_.position = head <= kRingSize && head % 4 == 0 ? head : 0;
  if (head == 0 && first == management::kTombstone) return std::nullopt;
  MailboxMessage message;
  message.response = true;
  if (head < at || head - at < management::kHeaderSize || head > kRingSize) {
    message.problem = fmt::format("the host's head goes from {:#x} to {:#x}", at, head);
    return message;
  }
  message = message_at(i2x_, at, head - at - management::kHeaderSize);
  return message;
}

std::string MailboxTracker::word_name(std::uint64_t bar2_offset) const {
  const auto inside = [bar2_offset](const Ring& ring) {
    return bar2_offset >= ring.base && bar2_offset < ring.base + kRingSize;
  };
  const bool response = inside(i2x_);
  if (!response && !inside(x2i_)) return {};
  const Ring& ring = response ? i2x_ : x2i_;
  std::uint32_t start = management::read_offset(kRingSize, ring.position);
  const std::uint64_t offset = bar2_offset - ring.base;
  if (offset < start) start = 0;  // behind a tombstone
  if (start + management::kHeaderSize > kRingSize) return {};
  const std::uint64_t in_message = offset - start;
  if (in_message < management::kHeaderSize) {
    constexpr std::array<std::string_view, 4> kWords = {"total_size", "sz_ver", "id", "opcode"};
    return fmt::format("{} header {}", response ? "response" : "request", kWords.at(in_message / 4));
  }
  const std::uint64_t in_payload = in_message - management::kHeaderSize;
  const auto* info = table().find(word(ring.base + start + 12));
  if (info == nullptr) return {};
  std::string names;
  for (const management::Field& field : response ? info->response : info->request) {
    if (field.offset >= in_payload + 4 || field.end() <= in_payload) continue;
    names += names.empty() ? "" : ", ";
    names += field.name;
  }
  if (names.empty()) return {};
  return fmt::format("{} {} {}", info->name, response ? "response" : "request", names);
}

std::span<const std::byte> MailboxTracker::request_of(const MailboxMessage& response) const {
  const auto found = requests_.find(response.header.id);
  if (found == requests_.end()) return {};
  return found->second;
}

}  // namespace aie4::transcript
