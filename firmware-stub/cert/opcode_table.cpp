// SPDX-License-Identifier: Apache-2.0
// Which handler does which opcode. To model one more: write its handler, put it here.
#include <array>

#include "firmware-stub/cert/job_runner.hpp"

namespace aie4::cert {

struct JobRunner::HandlerTable {
  std::array<Handler, 256> handlers{};

  constexpr HandlerTable() {
    set(Opcode::UC_DMA_WRITE_DES, &JobRunner::uc_dma_write_des);
    set(Opcode::WAIT_UC_DMA, &JobRunner::wait_uc_dma);
    set(Opcode::MASK_WRITE_32, &JobRunner::mask_write_32);
    set(Opcode::LOAD_CORES, &JobRunner::load_cores);
    set(Opcode::WRITE_32, &JobRunner::write_32);
    set(Opcode::WAIT_TCTS, &JobRunner::wait_tcts);
    set(Opcode::END_JOB, &JobRunner::end_job);
    set(Opcode::YIELD, &JobRunner::yield);
    set(Opcode::UC_DMA_WRITE_DES_SYNC, &JobRunner::uc_dma_write_des_sync);
    set(Opcode::WRITE_32_D, &JobRunner::write_32_d);
    set(Opcode::READ_32, &JobRunner::read_32);
    set(Opcode::READ_32_D, &JobRunner::read_32_d);
    set(Opcode::APPLY_OFFSET_57, &JobRunner::apply_offset_57);
    set(Opcode::ADD, &JobRunner::add);
    set(Opcode::MOV, &JobRunner::mov);
    set(Opcode::LOCAL_BARRIER, &JobRunner::local_barrier);
    set(Opcode::REMOTE_BARRIER, &JobRunner::remote_barrier);
    set(Opcode::POLL_32, &JobRunner::poll_32);
    set(Opcode::MASK_POLL_32, &JobRunner::mask_poll_32);
    set(Opcode::NOP, &JobRunner::nop);
    set(Opcode::LAUNCH_JOB, &JobRunner::launch_job);
    set(Opcode::PREEMPT, &JobRunner::preempt);
    set(Opcode::LOAD_PDI, &JobRunner::load_pdi);
    set(Opcode::LOAD_LAST_PDI, &JobRunner::load_last_pdi);
    set(Opcode::SAVE_TIMESTAMPS, &JobRunner::save_timestamps);
    set(Opcode::SAVE_REGISTER, &JobRunner::save_register);
    set(Opcode::LOAD_CORES_CP, &JobRunner::load_cores_cp);
    set(Opcode::REL_ACQ_SYNC, &JobRunner::rel_acq_sync);
    // TRACE is put in place by a debugger, SLEEP is refused by release firmware, UC_DMA_MASK_POLL_EXT and
    // APPLY_OFFSET_PL are for programmable logic that AIE4 does not have: all are left out and rejected.
  }
  constexpr void set(Opcode opcode, Handler handler) { handlers[static_cast<std::size_t>(opcode)] = handler; }
};

JobRunner::Handler JobRunner::handler_of(Opcode opcode) {
  static constexpr HandlerTable kTable;
  return kTable.handlers[static_cast<std::size_t>(opcode)];
}

}  // namespace aie4::cert
