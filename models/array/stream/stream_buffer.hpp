// SPDX-License-Identifier: Apache-2.0
// Buffers for words under way. A pool keeps what is given back, so bursts cost no allocation.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace aie4::array {

class StreamBufferPool;

/// A buffer of a pool. Copies share it; the last one gives it back. For one thread.
class StreamBuffer {
 public:
  StreamBuffer() = default;
  StreamBuffer(const StreamBuffer& other) : block_(other.block_) {
    if (block_ != nullptr) ++block_->references;
  }
  StreamBuffer(StreamBuffer&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  StreamBuffer& operator=(StreamBuffer other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~StreamBuffer() { drop(); }

  [[nodiscard]] explicit operator bool() const { return block_ != nullptr; }
  /// The first `count` words, at most as many as were asked for.
  [[nodiscard]] std::span<std::uint32_t> words(std::size_t count) { return std::span(block_->words).first(count); }
  [[nodiscard]] std::span<const std::uint32_t> words(std::size_t offset, std::size_t count) const {
    if (block_ == nullptr) return {};
    return std::span<const std::uint32_t>(block_->words).subspan(offset, count);
  }

 private:
  friend class StreamBufferPool;
  struct Home;
  struct Block {
    Home* home = nullptr;
    std::uint32_t references = 0;
    std::vector<std::uint32_t> words;
  };
  struct Home {
    std::vector<std::unique_ptr<Block>> free;
    std::size_t lent = 0;
    bool abandoned = false;  // The pool is gone, some of its buffers are not.
  };

  explicit StreamBuffer(Block* block) : block_(block) {}
  void drop() {
    if (block_ == nullptr || --block_->references != 0) return;
    Home* home = block_->home;
    --home->lent;
    home->free.emplace_back(block_);
    if (home->abandoned && home->lent == 0) delete home;
  }

  Block* block_ = nullptr;
};

class StreamBufferPool {
 public:
  /// `words`: size of the buffers that are made first; larger ones are made as they are asked for.
  explicit StreamBufferPool(std::size_t words) : words_(words), home_(new StreamBuffer::Home) {}
  ~StreamBufferPool() {
    if (home_->lent == 0) {
      delete home_;
    } else {
      home_->abandoned = true;
    }
  }
  StreamBufferPool(const StreamBufferPool&) = delete;
  StreamBufferPool& operator=(const StreamBufferPool&) = delete;

  /// A buffer of at least `words` words; what is in them is left from an earlier use.
  [[nodiscard]] StreamBuffer take(std::size_t words) {
    std::unique_ptr<StreamBuffer::Block> block;
    if (home_->free.empty()) {
      block = std::make_unique<StreamBuffer::Block>();
      block->home = home_;
    } else {
      block = std::move(home_->free.back());
      home_->free.pop_back();
    }
    if (block->words.size() < words) block->words.resize(std::max(words, words_));
    ++home_->lent;
    block->references = 1;
    return StreamBuffer(block.release());
  }

  /// Buffers that somebody holds.
  [[nodiscard]] std::size_t lent() const { return home_->lent; }

 private:
  std::size_t words_;
  StreamBuffer::Home* home_;
};

}  // namespace aie4::array
