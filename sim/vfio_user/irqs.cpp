// SPDX-License-Identifier: Apache-2.0
#include "sim/vfio_user/irqs.hpp"

#include <bit>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace aie4::vfio_user {
namespace {

constexpr std::uint32_t kDataMask = kIrqDataNone | kIrqDataBool | kIrqDataEventfd;
constexpr std::uint32_t kActionMask = kIrqActionMask | kIrqActionUnmask | kIrqActionTrigger;

/// Prepares a descriptor of the client for signalling. It should be an eventfd, but could be anything: a pipe or a
/// socket must not block us when full, and a file could (a user-space file system), so that it is refused.
[[nodiscard]] bool make_signallable(int fd) {
  struct stat status{};
  if (::fstat(fd, &status) != 0) return false;
  const mode_t type = status.st_mode & S_IFMT;  // 0: an anonymous inode, as an eventfd has.
  if (type != 0 && type != S_IFIFO && type != S_IFSOCK) return false;
  const int flags = ::fcntl(fd, F_GETFL);
  return flags >= 0 && ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

}  // namespace

class Irqs::MaskWatch final : public ReadyHandler {
 public:
  MaskWatch(Irqs& irqs, std::size_t vector, bool mask, UniqueFd descriptor)
      : irqs_(irqs), vector_(vector), mask_(mask), descriptor_(std::move(descriptor)) {}
  ~MaskWatch() override { stop(); }

  int start() {
    const int error = irqs_.loop_.add(descriptor_.get(), EPOLLIN, *this);
    watching_ = error == 0;
    return error;
  }
  void ready(std::uint32_t events) override {
    (void)events;
    std::uint64_t value = 0;
    const ssize_t count = ::read(descriptor_.get(), &value, sizeof(value));
    if (count > 0) {
      irqs_.set_masked(irqs_.vectors_[vector_], mask_);
    } else if (count == 0 || errno != EAGAIN) {
      stop();  // Would be ready for ever.
    }
  }

 private:
  void stop() {
    if (watching_) irqs_.loop_.remove(descriptor_.get(), *this);
    watching_ = false;
  }

  Irqs& irqs_;
  std::size_t vector_;
  bool mask_;
  UniqueFd descriptor_;
  bool watching_ = false;
};

Irqs::Irqs(unsigned msix_vectors, EventLoop& loop) : loop_(loop), vectors_(msix_vectors) {}

Irqs::~Irqs() = default;

std::uint32_t Irqs::count(std::uint32_t index) const {
  return index == kIrqMsix ? static_cast<std::uint32_t>(vectors_.size()) : 0;
}

int Irqs::set(const SetIrqsRequest& request, std::span<const std::byte> data, std::vector<UniqueFd> descriptors) {
  const std::uint32_t type = request.flags & kDataMask;
  const std::uint32_t action = request.flags & kActionMask;
  if ((request.flags & ~(kDataMask | kActionMask)) != 0) return EINVAL;
  if (!std::has_single_bit(type) || !std::has_single_bit(action)) return EINVAL;
  if (request.index >= kIrqCount) return EINVAL;
  if (!descriptors.empty() && type != kIrqDataEventfd) return EINVAL;

  if (request.count == 0) {
    if (type != kIrqDataNone || action != kIrqActionTrigger || request.start != 0) return EINVAL;
    if (request.index == kIrqMsix) clear();
    return 0;
  }
  const std::uint32_t available = count(request.index);
  if (request.start >= available || request.count > available - request.start) return EINVAL;
  if (type == kIrqDataEventfd) {
    if (!descriptors.empty() && descriptors.size() != request.count) return EINVAL;
    for (const UniqueFd& descriptor : descriptors) {
      if (!make_signallable(descriptor.get())) return EINVAL;
    }
    return action == kIrqActionTrigger ? assign(request, std::move(descriptors))
                                       : watch(request, std::move(descriptors));
  }
  if (type == kIrqDataBool && data.size() != request.count) return EINVAL;
  for (std::uint32_t index = 0; index < request.count; ++index) {
    if (type == kIrqDataBool && data[index] == std::byte{0}) continue;
    Vector& vector = vectors_[request.start + index];
    switch (action) {
      case kIrqActionMask:
        set_masked(vector, true);
        break;
      case kIrqActionUnmask:
        set_masked(vector, false);
        break;
      default:
        deliver(vector);
        break;
    }
  }
  return 0;
}

int Irqs::assign(const SetIrqsRequest& request, std::vector<UniqueFd> descriptors) {
  for (std::uint32_t index = 0; index < request.count; ++index) {
    Vector& vector = vectors_[request.start + index];
    vector.eventfd = descriptors.empty() ? UniqueFd() : std::move(descriptors[index]);
    if (vector.pending) deliver(vector);
  }
  return 0;
}

int Irqs::watch(const SetIrqsRequest& request, std::vector<UniqueFd> descriptors) {
  const bool mask = (request.flags & kIrqActionMask) != 0;
  std::vector<std::unique_ptr<MaskWatch>> watches(request.count);
  for (std::size_t index = 0; index < descriptors.size(); ++index) {
    watches[index] = std::make_unique<MaskWatch>(*this, request.start + index, mask, std::move(descriptors[index]));
    if (const int error = watches[index]->start(); error != 0) return error;
  }
  for (std::uint32_t index = 0; index < request.count; ++index) {
    Vector& vector = vectors_[request.start + index];
    (mask ? vector.mask : vector.unmask) = std::move(watches[index]);
  }
  return 0;
}

void Irqs::signal(unsigned vector) {
  if (vector >= vectors_.size()) {
    ++out_of_range_;
    return;
  }
  deliver(vectors_[vector]);
}

void Irqs::set_masked(Vector& vector, bool masked) {
  vector.masked = masked;
  if (!masked && vector.pending) deliver(vector);
}

void Irqs::deliver(Vector& vector) {
  if (vector.masked || !vector.eventfd) {
    vector.pending = true;
    return;
  }
  vector.pending = false;
  ++delivered_;
  // A full counter or pipe is as good as a signal: the client has not looked yet. Any other failure is the client's.
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(vector.eventfd.get(), &one, sizeof(one));
}

void Irqs::clear() {
  for (Vector& vector : vectors_) vector = Vector{};
}

}  // namespace aie4::vfio_user
