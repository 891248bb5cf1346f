// SPDX-License-Identifier: Apache-2.0
#include "sim/transcript/reader.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <istream>
#include <string>
#include <zstd.h>

#include "sim/transcript/hash.hpp"

namespace aie4::transcript {
namespace {

/// Window that a stream may ask for, as a power of two; the recorder uses 2^21.
constexpr int kMaxWindowLog = 23;
constexpr std::size_t kChunk = std::size_t{128} << 10;

std::size_t read_some(std::istream& in, std::span<std::byte> out) {
  in.read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(out.size()));
  return static_cast<std::size_t>(in.gcount());
}

std::string read_text(std::istream& in, std::size_t size) {
  std::string text(size, '\0');
  if (read_some(in, std::as_writable_bytes(std::span(text))) != size) {
    throw TranscriptError("the transcript ends within its header");
  }
  return text;
}

}  // namespace

class Reader::Impl {
 public:
  explicit Impl(std::istream& in) : in_(in), decompressor_(ZSTD_createDCtx()), input_(kChunk) {
    if (!decompressor_) throw TranscriptError("libzstd offers no decompressor");
    ZSTD_DCtx_setParameter(decompressor_.get(), ZSTD_d_windowLogMax, kMaxWindowLog);
    std::array<std::byte, kPrefixSize> prefix{};
    if (read_some(in_, prefix) != prefix.size()) throw TranscriptError("not a transcript: too short");
    const HeaderLengths lengths = decode_prefix(prefix);
    header_.producer = read_text(in_, lengths.producer);
    header_.configuration = read_text(in_, lengths.configuration);
  }

  bool next(Event& event) {
    for (;;) {
      const auto unread = std::span<const std::byte>(output_).subspan(position_);
      const std::size_t taken = unread.empty() ? 0 : decoder_.decode(unread, event);
      if (taken > 0) {
        position_ += taken;
        ++events_;
        return true;
      }
      if (ended_ || !refill()) {
        end();
        return false;
      }
    }
  }

  [[nodiscard]] const Header& header() const { return header_; }
  [[nodiscard]] bool complete() const { return complete_; }
  [[nodiscard]] std::uint64_t events() const { return events_; }
  [[nodiscard]] Hash hash() const { return final_hash_; }

 private:
  struct FreeDecompressor {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };

  /// Decompresses some more behind what is unread. False when there is no more.
  bool refill() {
    output_.erase(output_.begin(), output_.begin() + static_cast<std::ptrdiff_t>(position_));
    position_ = 0;
    const std::size_t old_size = output_.size();
    while (output_.size() == old_size) {
      if (frame_ended_) return false;
      if (in_position_ == in_size_) {
        in_size_ = read_some(in_, input_);
        in_position_ = 0;
        // At the end of a truncated file the decompressor may still hold output, but never an incomplete block's.
        if (in_size_ == 0 && !decompressor_is_full_) return false;
      }
      output_.resize(old_size + kChunk);
      ZSTD_outBuffer out{output_.data() + old_size, kChunk, 0};
      ZSTD_inBuffer in{input_.data(), in_size_, in_position_};
      const std::size_t left = ZSTD_decompressStream(decompressor_.get(), &out, &in);
      output_.resize(old_size + out.pos);
      if (ZSTD_isError(left) != 0) {
        throw TranscriptError(fmt::format("damaged transcript: {}", ZSTD_getErrorName(left)));
      }
      in_position_ = in.pos;
      decompressor_is_full_ = out.pos == kChunk;
      frame_ended_ = left == 0;
      hash_.update(std::span<const std::byte>(output_).subspan(old_size));
    }
    return true;
  }

  /// Checks what follows the last event.
  void end() {
    if (ended_) return;
    ended_ = true;
    final_hash_ = hash_.finish();
    if (!frame_ended_) return;  // truncated; an incomplete event at the end is dropped
    if (position_ != output_.size()) throw TranscriptError("damaged transcript: the last event is incomplete");

    // One byte more than a footer, to see that nothing follows.
    std::array<std::byte, kFooterSize + 1> bytes{};
    const std::size_t buffered = std::min(in_size_ - in_position_, bytes.size());
    std::copy_n(input_.begin() + static_cast<std::ptrdiff_t>(in_position_), buffered, bytes.begin());
    const std::size_t size = buffered + read_some(in_, std::span(bytes).subspan(buffered));
    if (size > kFooterSize) throw TranscriptError("damaged transcript: something follows the footer");
    if (size < kFooterSize) return;  // truncated within the footer
    const Footer footer = decode_footer(std::span(bytes).first<kFooterSize>());
    if (footer != Footer{events_, final_hash_}) {
      throw TranscriptError(
          fmt::format("damaged transcript: the footer announces {} events with hash {}, the file holds {} with {}",
                      footer.events, to_hex(footer.hash), events_, to_hex(final_hash_)));
    }
    complete_ = true;
  }

  std::istream& in_;
  std::unique_ptr<ZSTD_DCtx, FreeDecompressor> decompressor_;
  Header header_;
  std::vector<std::byte> input_;
  std::size_t in_size_ = 0;
  std::size_t in_position_ = 0;
  std::vector<std::byte> output_;
  std::size_t position_ = 0;
  bool decompressor_is_full_ = false;
  bool frame_ended_ = false;
  bool ended_ = false;
  bool complete_ = false;
  EventDecoder decoder_;
  Sha256 hash_;
  Hash final_hash_{};
  std::uint64_t events_ = 0;
};

Reader::Reader(std::istream& in) : impl_(std::make_unique<Impl>(in)) {}
Reader::~Reader() = default;
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;

const Header& Reader::header() const {
  return impl_->header();
}
bool Reader::next(Event& event) {
  return impl_->next(event);
}
bool Reader::complete() const {
  return impl_->complete();
}
std::uint64_t Reader::events() const {
  return impl_->events();
}
Hash Reader::hash() const {
  return impl_->hash();
}

Transcript load(std::istream& in, std::uint64_t max_bytes) {
  constexpr std::size_t kBlock = std::size_t{1} << 20;
  Reader reader(in);
  Transcript transcript;
  transcript.header = reader.header();
  std::uint64_t total = 0;
  Event event;
  while (reader.next(event)) {
    total += sizeof(Event) + event.data.size();
    if (total > max_bytes) throw TranscriptError(fmt::format("a transcript of more than {} bytes", max_bytes));
    auto& storage = transcript.storage;
    if (storage.empty() || storage.back().capacity() - storage.back().size() < event.data.size()) {
      storage.emplace_back().reserve(std::max(kBlock, event.data.size()));
    }
    std::vector<std::byte>& block = storage.back();
    const std::size_t start = block.size();
    block.insert(block.end(), event.data.begin(), event.data.end());
    event.data = std::span<const std::byte>(block).subspan(start);
    transcript.events.push_back(event);
  }
  transcript.complete = reader.complete();
  transcript.hash = reader.hash();
  return transcript;
}

}  // namespace aie4::transcript
