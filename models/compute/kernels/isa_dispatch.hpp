// SPDX-License-Identifier: Apache-2.0
// One body, compiled for several instruction sets, chosen at run time.
#pragma once

#include "models/compute/kernels/isa.hpp"

#if defined(__x86_64__)
#define AIE4SIM_TARGET_AVX2 [[gnu::target("avx2")]]
#define AIE4SIM_TARGET_AVX512 [[gnu::target("avx512f,avx512bw,avx512dq,avx512vl")]]
#define AIE4SIM_TARGET_VNNI [[gnu::target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]]
#else
#define AIE4SIM_TARGET_AVX2
#define AIE4SIM_TARGET_AVX512
#define AIE4SIM_TARGET_VNNI
#endif
#define AIE4SIM_ALWAYS_INLINE [[gnu::always_inline]] inline

namespace aie4::compute {

/// Calls `Body::run<bytes of a vector register>(arguments...)`, which must be always-inline, as code for `isa`.
template <class Body, class... Arguments>
class IsaVariants {
 public:
  static void call(Isa isa, Arguments... arguments) {
    switch (isa) {
      case Isa::Baseline:
        return Body::template run<16>(arguments...);
      case Isa::Avx2:
        return avx2(arguments...);
      case Isa::Avx512:
      case Isa::Avx512Vnni:
        return avx512(arguments...);
    }
  }

 private:
  AIE4SIM_TARGET_AVX2 static void avx2(Arguments... arguments) { Body::template run<32>(arguments...); }
  AIE4SIM_TARGET_AVX512 static void avx512(Arguments... arguments) { Body::template run<64>(arguments...); }
};

template <class Body, class... Arguments>
void dispatch(Isa isa, Arguments... arguments) {
  IsaVariants<Body, Arguments...>::call(isa, arguments...);
}

}  // namespace aie4::compute
