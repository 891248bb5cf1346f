// SPDX-License-Identifier: Apache-2.0
#include "sim/transcript/recorder.hpp"

#include <array>
#include <ostream>
#include <vector>
#include <zstd.h>

#include "sim/transcript/hash.hpp"

namespace aie4::transcript {
namespace {

constexpr int kCompressionLevel = 3;
constexpr std::size_t kBufferSize = std::size_t{64} << 10;

}  // namespace

class Recorder::Impl {
 public:
  Impl(std::ostream& out, const Header& header, Clock clock)
      : out_(out), clock_(std::move(clock)), compressor_(ZSTD_createCCtx()), compressed_(ZSTD_CStreamOutSize()) {
    if (!compressor_) throw TranscriptError("libzstd offers no compressor");
    ZSTD_CCtx_setParameter(compressor_.get(), ZSTD_c_compressionLevel, kCompressionLevel);
    pending_.reserve(kBufferSize);
    write(encode_header(header));
    out_.flush();
    if (!out_) throw TranscriptError("the transcript cannot be written");
  }

  void record(const Event& event) {
    if (!failure_.empty() || finished_) return;
    try {
      encoder_.encode(event, pending_);
      ++events_;
      ++unflushed_;
      // A disconnect is when somebody may look at the file or kill the server.
      if (unflushed_ >= kFlushInterval || event.kind == EventKind::Disconnect) {
        flush();
      } else if (pending_.size() >= kBufferSize) {
        compress(ZSTD_e_continue);
      }
    } catch (const std::exception& error) {
      failure_ = error.what();
    }
  }

  void flush() {
    if (!failure_.empty() || finished_ || unflushed_ == 0) return;
    compress(ZSTD_e_flush);
    out_.flush();
    check_output();
    unflushed_ = 0;
  }

  void close() {
    if (!finished_ && failure_.empty()) {
      compress(ZSTD_e_end);
      footer_ = Footer{events_, hash_.finish()};
      write(encode_footer(footer_));
      out_.flush();
      check_output();
    }
    finished_ = true;
  }

  Footer finish() {
    close();
    if (!failure_.empty()) throw TranscriptError(failure_);
    return footer_;
  }

  [[nodiscard]] std::uint64_t now() const { return clock_(); }
  [[nodiscard]] const std::string& failure() const { return failure_; }
  [[nodiscard]] std::uint64_t events() const { return events_; }

 private:
  struct FreeCompressor {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  };

  void write(std::span<const std::byte> bytes) {
    out_.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }

  void check_output() {
    if (!out_ && failure_.empty()) failure_ = "the transcript cannot be written any further";
  }

  void compress(ZSTD_EndDirective directive) {
    hash_.update(pending_);
    ZSTD_inBuffer in{pending_.data(), pending_.size(), 0};
    for (;;) {
      ZSTD_outBuffer out{compressed_.data(), compressed_.size(), 0};
      const std::size_t left = ZSTD_compressStream2(compressor_.get(), &out, &in, directive);
      if (ZSTD_isError(left) != 0) {
        failure_ = ZSTD_getErrorName(left);
        break;
      }
      write(std::span<const std::byte>(compressed_).first(out.pos));
      const bool done = directive == ZSTD_e_continue ? in.pos == in.size : left == 0;
      if (done) break;
    }
    pending_.clear();
  }

  std::ostream& out_;
  Clock clock_;
  std::unique_ptr<ZSTD_CCtx, FreeCompressor> compressor_;
  std::vector<std::byte> compressed_;
  std::vector<std::byte> pending_;
  EventEncoder encoder_;
  Sha256 hash_;
  std::uint64_t events_ = 0;
  unsigned unflushed_ = 0;
  bool finished_ = false;
  Footer footer_;
  std::string failure_;
};

Recorder::Recorder(std::ostream& out, const Header& header, Clock clock)
    : impl_(std::make_unique<Impl>(out, header, std::move(clock))) {}

Recorder::~Recorder() {
  impl_->close();
}

void Recorder::observe(const pci::BoundaryEvent& event) {
  impl_->record(event_of(event, impl_->now()));
}

void Recorder::host_view(std::uint8_t function, HostViewOption option, bool value) {
  const std::array<std::byte, 1> data{value ? std::byte{1} : std::byte{0}};
  Event event;
  event.time_ps = impl_->now();
  event.kind = EventKind::HostView;
  event.function = function;
  event.address = static_cast<std::uint64_t>(option);
  event.data = data;
  impl_->record(event);
}

void Recorder::flush() {
  impl_->flush();
}
Footer Recorder::finish() {
  return impl_->finish();
}
const std::string& Recorder::failure() const {
  return impl_->failure();
}
std::uint64_t Recorder::events() const {
  return impl_->events();
}

}  // namespace aie4::transcript
