// SPDX-License-Identifier: Apache-2.0
#include "sim/vfio_user/guest_file.hpp"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>

namespace aie4::vfio_user {
namespace {

// The type is the access width; both sides see it as one access.
template <typename T>
void read_single(std::byte* from, std::span<std::byte> data) {
  const T value = std::atomic_ref<T>(*reinterpret_cast<T*>(from)).load(std::memory_order_acquire);
  std::memcpy(data.data(), &value, sizeof(T));
}

template <typename T>
void write_single(std::byte* to, std::span<const std::byte> data) {
  T value;
  std::memcpy(&value, data.data(), sizeof(T));
  std::atomic_ref<T>(*reinterpret_cast<T*>(to)).store(value, std::memory_order_release);
}

[[nodiscard]] bool aligned(const std::byte* pointer, std::size_t size) {
  return (reinterpret_cast<std::uintptr_t>(pointer) & (size - 1)) == 0;
}

constexpr long kFuseMagic = 0x65735546;  // FUSE_SUPER_MAGIC; not in linux/magic.h of every release.

}  // namespace

GuestFile::~GuestFile() {
  if (base_ != nullptr) ::munmap(base_, size_);
}

int GuestFile::open(UniqueFd descriptor, std::uint64_t size, bool writable, bool can_shrink) {
  if (can_shrink) {
    if (base_ != nullptr) return EFAULT;  // A seal cannot be removed: not the file we know.
    descriptor_ = std::move(descriptor);
  } else {
    const int protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
    void* base = ::mmap(nullptr, size, protection, MAP_SHARED, descriptor.get(), 0);
    if (base == MAP_FAILED) return EFAULT;
    if (base_ != nullptr) ::munmap(base_, size_);
    base_ = static_cast<std::byte*>(base);
    descriptor_.reset();
  }
  size_ = size;
  writable_ = writable;
  return 0;
}

bool GuestFile::holds(std::uint64_t offset, std::uint64_t size) const {
  std::uint64_t end = size_;
  if (base_ == nullptr) {
    struct stat status{};
    if (::fstat(descriptor_.get(), &status) != 0 || status.st_size < 0) return false;
    end = static_cast<std::uint64_t>(status.st_size);
  }
  return offset <= end && size <= end - offset;
}

bool GuestFile::read(std::uint64_t offset, std::span<std::byte> data) const {
  if (base_ == nullptr) {
    const ssize_t count = ::pread(descriptor_.get(), data.data(), data.size(), static_cast<off_t>(offset));
    return count == static_cast<ssize_t>(data.size());
  }
  std::byte* const from = base_ + offset;
  if (data.size() == 4 && aligned(from, 4)) {
    read_single<std::uint32_t>(from, data);
  } else if (data.size() == 8 && aligned(from, 8)) {
    read_single<std::uint64_t>(from, data);
  } else if (data.size() == 2 && aligned(from, 2)) {
    read_single<std::uint16_t>(from, data);
  } else {
    std::memcpy(data.data(), from, data.size());
  }
  return true;
}

bool GuestFile::write(std::uint64_t offset, std::span<const std::byte> data) const {
  if (base_ == nullptr) {
    const ssize_t count = ::pwrite(descriptor_.get(), data.data(), data.size(), static_cast<off_t>(offset));
    return count == static_cast<ssize_t>(data.size());
  }
  std::byte* const to = base_ + offset;
  if (data.size() == 4 && aligned(to, 4)) {
    write_single<std::uint32_t>(to, data);
  } else if (data.size() == 8 && aligned(to, 8)) {
    write_single<std::uint64_t>(to, data);
  } else if (data.size() == 2 && aligned(to, 2)) {
    write_single<std::uint16_t>(to, data);
  } else {
    std::memcpy(to, data.data(), data.size());
  }
  return true;
}

GuestFiles::Found GuestFiles::find(UniqueFd descriptor, std::uint64_t end, bool write) {
  // Seals before size: a size read first could be cut before the seal that we then trust.
  const int seals = ::fcntl(descriptor.get(), F_GET_SEALS);  // -1: the file system has no seals.
  struct stat status{};
  const int mode = ::fcntl(descriptor.get(), F_GETFL);
  if (mode < 0 || (mode & O_PATH) != 0 || ::fstat(descriptor.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return {nullptr, false, EINVAL};
  }
  // A user-space file system is answered by a process, which could be the client: it would decide how long we block.
  struct statfs volume{};
  if (::fstatfs(descriptor.get(), &volume) != 0 || volume.f_type == kFuseMagic) return {nullptr, false, EINVAL};
  if (status.st_size < 0 || end > static_cast<std::uint64_t>(status.st_size)) return {nullptr, false, EINVAL};
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size > kMaxFileSize) return {nullptr, false, ENOSPC};
  const bool can_shrink = seals < 0 || (seals & F_SEAL_SHRINK) == 0;
  const bool frozen = seals >= 0 && (seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)) != 0;
  // pwrite on a descriptor with O_APPEND ignores the offset.
  const bool writable = (mode & O_ACCMODE) == O_RDWR && !frozen && !(can_shrink && (mode & O_APPEND) != 0);
  if ((write && !writable) || (mode & O_ACCMODE) == O_WRONLY) return {nullptr, false, EFAULT};

  const auto key = std::make_pair(status.st_dev, status.st_ino);
  const auto entry = files_.find(key);
  std::shared_ptr<GuestFile> file = entry != files_.end() ? entry->second.lock() : nullptr;
  if (file != nullptr) {
    const bool grown = size > file->size();
    const bool upgrade = writable && !file->writable();
    const bool sealed_since = !can_shrink && !file->mapped();
    if (grown || upgrade || sealed_since) {
      const int error = file->open(std::move(descriptor), size, writable || file->writable(), can_shrink);
      if (error != 0) return {nullptr, false, error};
    }
    return {std::move(file), writable, 0};
  }

  std::erase_if(files_, [](const auto& item) { return item.second.expired(); });
  if (files_.size() >= kMaxFiles) return {nullptr, false, ENOSPC};
  file = std::make_shared<GuestFile>();
  if (const int error = file->open(std::move(descriptor), size, writable, can_shrink); error != 0) {
    return {nullptr, false, error};
  }
  files_[key] = file;
  return {std::move(file), writable, 0};
}

}  // namespace aie4::vfio_user
