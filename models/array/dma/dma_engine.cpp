// SPDX-License-Identifier: Apache-2.0
#include "models/array/dma/dma_engine.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <string>

#include "models/array/dma/mm2s_channel.hpp"
#include "models/array/dma/s2mm_channel.hpp"

namespace aie4::array {

DmaEngine::DmaEngine(const Environment& environment, TileId tile, DmaMemory& memory, const LockSpace& locks,
                     DmaClient& client)
    : kind_(environment.geometry().kind(tile)) {
  for (const BdPoolInfo& pool : dma_pools(kind_)) pools_.emplace_back(pool.kind, pool.bds);
  unsigned index = 0;
  for (const DmaChannelInfo& info : dma_channels(kind_)) {
    const DmaChannel::Site site{.environment = environment,
                                .tile = tile,
                                .kind = kind_,
                                .index = index++,
                                .pool = pools_[info.pool],
                                .memory = memory,
                                .locks = locks,
                                .client = client};
    const std::string name = fmt::format("dma_{}_{}_{}", tile.column, tile.row, info.name);
    if (info.direction == DmaDirection::S2mm) {
      auto channel = std::make_unique<S2mmChannel>(name.c_str(), site);
      sinks_.push_back(channel.get());
      sources_.push_back(nullptr);
      channels_.push_back(std::move(channel));
    } else {
      auto channel = std::make_unique<Mm2sChannel>(name.c_str(), site);
      sinks_.push_back(nullptr);
      sources_.push_back(channel.get());
      channels_.push_back(std::move(channel));
    }
  }
}

DmaEngine::~DmaEngine() = default;

StreamSink& DmaEngine::sink(unsigned channel) {
  return *sinks_.at(channel);
}

void DmaEngine::connect(unsigned channel, std::unique_ptr<StreamOutput> output) {
  sources_.at(channel)->connect(std::move(output));
}

std::uint32_t DmaEngine::read_bd(unsigned pool, unsigned bd, unsigned word) const {
  return pools_[pool].read(bd, word);
}

void DmaEngine::write_bd(unsigned pool, unsigned bd, unsigned word, std::uint32_t value) {
  pools_[pool].write(bd, word, value);
}

std::uint32_t DmaEngine::control(unsigned channel) const {
  return channels_[channel]->control();
}

void DmaEngine::set_control(unsigned channel, std::uint32_t value) {
  channels_[channel]->set_control(value);
}

void DmaEngine::push_task(unsigned channel, std::uint32_t value) {
  channels_[channel]->push_task(value);
}

std::uint32_t DmaEngine::status(unsigned channel) const {
  return channels_[channel]->status();
}

const sc_core::sc_event* DmaEngine::status_not_before(unsigned channel, std::uint32_t mask,
                                                      std::uint32_t wanted) const {
  return channels_[channel]->status_not_before(mask, wanted);
}

std::uint32_t DmaEngine::current_write_count(unsigned channel) const {
  return channels_[channel]->current_write_count();
}

std::uint32_t DmaEngine::pop_fot_count(unsigned channel) {
  return channels_[channel]->pop_fot_count();
}

std::uint32_t DmaEngine::constant_pad_value(unsigned channel) const {
  return sources_[channel]->constant_pad_value;
}

void DmaEngine::set_constant_pad_value(unsigned channel, std::uint32_t value) {
  sources_[channel]->constant_pad_value = value;
}

bool DmaEngine::paused(unsigned channel) const {
  return channels_[channel]->paused();
}

void DmaEngine::set_paused(unsigned channel, bool paused) {
  channels_[channel]->set_paused(paused);
}

std::uint32_t DmaEngine::outstanding_transactions(unsigned half) const {
  constexpr std::uint32_t kMost = 7;
  std::uint32_t count = 0;
  for (unsigned channel = 0; channel < channels_.size(); ++channel) {
    if (channels()[channel].half == half) count += channels_[channel]->outstanding();
  }
  return std::min(count, kMost);
}

void DmaEngine::token_queue_drained() {
  for (const auto& channel : channels_) channel->token_queue_drained();
}

void DmaEngine::reset(unsigned half) {
  for (unsigned index = 0; index < channels_.size(); ++index) {
    const DmaChannelInfo& info = channels()[index];
    if (info.half != half) continue;
    pools_[info.pool].clear();
    channels_[index]->power_on_reset();
    if (Mm2sChannel* source = sources_[index]; source != nullptr) source->constant_pad_value = 0;
  }
}

}  // namespace aie4::array
