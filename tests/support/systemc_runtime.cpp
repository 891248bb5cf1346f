// SPDX-License-Identifier: Apache-2.0
// What SystemC and the sanitizers want from every test program.
#include <systemc>

// The library is bound to sc_main at load time, although the tests have a main of their own. If the link order ever
// lets SystemC's main win, no test would run: fail instead of looking green.
int sc_main(int, char*[]);
int sc_main(int, char*[]) {
  return 2;
}

#if defined(__SANITIZE_ADDRESS__)
// SC_THREAD stacks are not the stack that the use-after-return runtime knows.
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() {
  return "detect_stack_use_after_return=0";
}
#endif

#if defined(__SANITIZE_ADDRESS__)
// SystemC owns the list of events of a wait until the wait ends. A process that still waits when the test ends never
// gives it back.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:sc_core::sc_event_expr\n";
}
#endif
