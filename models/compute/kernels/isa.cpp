// SPDX-License-Identifier: Apache-2.0
#include "models/compute/kernels/isa.hpp"

namespace aie4::compute {

Isa host_isa() {
#if defined(__x86_64__)
  static const Isa best = [] {
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") == 0) return Isa::Baseline;
    if (__builtin_cpu_supports("avx512f") == 0 || __builtin_cpu_supports("avx512bw") == 0 ||
        __builtin_cpu_supports("avx512dq") == 0 || __builtin_cpu_supports("avx512vl") == 0) {
      return Isa::Avx2;
    }
    return __builtin_cpu_supports("avx512vnni") == 0 ? Isa::Avx512 : Isa::Avx512Vnni;
  }();
  return best;
#else
  return Isa::Baseline;
#endif
}

}  // namespace aie4::compute
