// SPDX-License-Identifier: Apache-2.0
#include "firmware-stub/cert/page_loader.hpp"

#include "firmware-stub/cert/control_page.hpp"

namespace aie4::cert {

void PageLoader::begin(std::uint64_t code_address) {
  code_address_ = code_address;
  slot_ = 1;
  length_ = 0;
  prefetch_.reset();
}

std::uint64_t PageLoader::address(std::uint32_t index) const {
  return code_address_ + std::uint64_t{index} * PageHeader::kPageSize;
}

bool PageLoader::load(std::uint32_t index, std::uint32_t length) {
  const bool expected = prefetch_ && prefetch_->index == index && prefetch_->length == length;
  if (!expected) drain();
  slot_ = 1 - slot_;
  length_ = length;
  if (!expected) return uc_.read_host(address(index), offset(), length) == DmaStatus::Ok;
  words_.set(handshake::FwState::WAIT_PAGE_LOAD);
  const UcDma::Handle handle = prefetch_->handle;
  prefetch_.reset();
  return uc_.await(uc_.mm2dm(), handle, {WaitReason::Memory, "prefetch of control page", index, "NoC and DDR"}) ==
         UcDmaState::Done;
}

void PageLoader::prefetch(std::uint32_t index, std::uint32_t length) {
  drain();
  const std::uint32_t other = shared_map::kPageSlots + (1 - slot_) * shared_map::kPageSlotSize;
  prefetch_ = {.index = index, .length = length, .handle = uc_.start_read(address(index), other, length)};
}

void PageLoader::drain() {
  if (!prefetch_) return;
  const Prefetch unwanted = *prefetch_;
  prefetch_.reset();
  uc_.await(uc_.mm2dm(), unwanted.handle,
            {WaitReason::Memory, "end of the prefetch of control page", unwanted.index, "NoC and DDR"});
}

}  // namespace aie4::cert
