// SPDX-License-Identifier: Apache-2.0
// What the sanitizers have to be told of SC_THREADs; part of every program that is built with one, and of no other.
//
// SystemC switches stacks by code that no sanitizer sees. AddressSanitizer must know the bounds of the present stack,
// or an exception does not clear the marks of the frames that it leaves (SystemC 2.3.4 tells it of a thread that waits,
// not of one that ends, nor where the main stack is). LeakSanitizer must know where else pointers lie, and
// ThreadSanitizer which calls are open on which stack. SystemC reaches its coroutines through virtual tables of a
// shared library, so the definitions here stand before its own, and use them. Not instrumented itself: its calls begin
// on one stack and end on another.
#include <cstddef>
#include <cstdint>
#include <dlfcn.h>
#include <memory>
#include <unordered_map>
#include <utility>

namespace sc_core {
class sc_cor;
class sc_cor_pkg_qt;
}  // namespace sc_core

using Body = void(void*);

extern "C" {
#if defined(AIE4SIM_SANITIZE_ADDRESS)
void __sanitizer_start_switch_fiber(void** fake_stack, const void* bottom, std::size_t bytes);
void __sanitizer_finish_switch_fiber(void* fake_stack, const void** old_bottom, std::size_t* old_bytes);
void __asan_unpoison_memory_region(const volatile void* address, std::size_t bytes);
void __lsan_register_root_region(const void* begin, std::size_t bytes);
void __lsan_unregister_root_region(const void* begin, std::size_t bytes);
#else
void* __tsan_create_fiber(unsigned flags);
void __tsan_destroy_fiber(void* fiber);
void __tsan_switch_to_fiber(void* fiber, unsigned flags);
void* __tsan_get_current_fiber();
#endif

// The names that the virtual tables of SystemC hold (sysc/kernel/sc_cor_qt.h, which distributions do not install).
#define AIE4SIM_CREATE "_ZN7sc_core13sc_cor_pkg_qt6createEmPFvPvES1_"
#define AIE4SIM_YIELD "_ZN7sc_core13sc_cor_pkg_qt5yieldEPNS_6sc_corE"
#define AIE4SIM_ABORT "_ZN7sc_core13sc_cor_pkg_qt5abortEPNS_6sc_corE"
#define AIE4SIM_DELETE "_ZN7sc_core9sc_cor_qtD0Ev"
sc_core::sc_cor* coroutine_create(sc_core::sc_cor_pkg_qt*, std::size_t bytes, Body*,
                                  void* argument) __asm__(AIE4SIM_CREATE);
void coroutine_yield(sc_core::sc_cor_pkg_qt*, sc_core::sc_cor* next) __asm__(AIE4SIM_YIELD);
void coroutine_abort(sc_core::sc_cor_pkg_qt*, sc_core::sc_cor* next) __asm__(AIE4SIM_ABORT);
void coroutine_delete(sc_core::sc_cor*) __asm__(AIE4SIM_DELETE);
}

namespace {

struct Stack {
  Body* body = nullptr;
  void* argument = nullptr;
  const char* bottom = nullptr;  // Known as soon as something runs on it.
  std::size_t bytes = 0;
  void* fiber = nullptr;  // ThreadSanitizer's.
};

// Never destroyed: modules of static life end after everything here.
std::unordered_map<const sc_core::sc_cor*, std::unique_ptr<Stack>>& coroutines() {
  static auto& all = *new std::unordered_map<const sc_core::sc_cor*, std::unique_ptr<Stack>>;
  return all;
}

Stack main_stack;
Stack* present = &main_stack;

template <typename Function>
Function* systemc_s_own(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

#if defined(AIE4SIM_SANITIZE_ADDRESS)

void say_where_we_are(const Stack& stack) {
  __sanitizer_start_switch_fiber(nullptr, stack.bottom, stack.bytes);
  __sanitizer_finish_switch_fiber(nullptr, nullptr, nullptr);
}

void learn_main_stack() {
  if (main_stack.bottom != nullptr) {
    return;
  }
  const void* bottom = nullptr;
  const char somewhere = 0;
  __sanitizer_start_switch_fiber(nullptr, &somewhere, 1);
  __sanitizer_finish_switch_fiber(nullptr, &bottom, &main_stack.bytes);
  main_stack.bottom = static_cast<const char*>(bottom);
  say_where_we_are(main_stack);
}

void began(Stack& stack, const char* frame) {
  constexpr std::uintptr_t kPage = 4096;
  const auto top = (reinterpret_cast<std::uintptr_t>(frame) + kPage - 1) / kPage * kPage;
  stack.bottom = frame + (top - reinterpret_cast<std::uintptr_t>(frame)) - stack.bytes;
  __lsan_register_root_region(stack.bottom, stack.bytes);
}

void* new_fiber() {
  return nullptr;
}
void leave_for(const Stack&) {}
void arrived() {
  say_where_we_are(*present);
}

void ended(const Stack& stack) {
  if (stack.bottom != nullptr) {
    __lsan_unregister_root_region(stack.bottom, stack.bytes);
    // Whoever gets this memory next must not find the marks of the frames that were here; it need not be a coroutine.
    __asan_unpoison_memory_region(stack.bottom, stack.bytes);
  }
}

#else

void learn_main_stack() {
  if (main_stack.fiber == nullptr) {
    main_stack.fiber = __tsan_get_current_fiber();
  }
}

void began(Stack&, const char*) {}
void* new_fiber() {
  return __tsan_create_fiber(0);
}
void leave_for(const Stack& next) {
  __tsan_switch_to_fiber(next.fiber, 0);
}
void arrived() {}
void ended(const Stack& stack) {
  __tsan_destroy_fiber(stack.fiber);
}

#endif

Stack& stack_of(const sc_core::sc_cor* coroutine) {
  const auto found = coroutines().find(coroutine);
  return found == coroutines().end() ? main_stack : *found->second;
}

void run(void* place) {
  auto& stack = *static_cast<Stack*>(place);
  present = &stack;
  began(stack, static_cast<const char*>(__builtin_frame_address(0)));
  arrived();
  stack.body(stack.argument);
}

}  // namespace

sc_core::sc_cor* coroutine_create(sc_core::sc_cor_pkg_qt* package, std::size_t bytes, Body* body, void* argument) {
  static auto* const create = systemc_s_own<decltype(coroutine_create)>(AIE4SIM_CREATE);
  learn_main_stack();
  auto stack = std::make_unique<Stack>();
  stack->body = body;
  stack->argument = argument;
  stack->bytes = bytes;
  stack->fiber = new_fiber();
  auto* coroutine = create(package, bytes, run, stack.get());
  coroutines().insert_or_assign(coroutine, std::move(stack));
  return coroutine;
}

void coroutine_yield(sc_core::sc_cor_pkg_qt* package, sc_core::sc_cor* next) {
  static auto* const yield = systemc_s_own<decltype(coroutine_yield)>(AIE4SIM_YIELD);
  Stack* const mine = present;
  leave_for(stack_of(next));
  yield(package, next);
  present = mine;
  arrived();
}

void coroutine_abort(sc_core::sc_cor_pkg_qt* package, sc_core::sc_cor* next) {
  static auto* const abort = systemc_s_own<decltype(coroutine_abort)>(AIE4SIM_ABORT);
  leave_for(stack_of(next));
  abort(package, next);
}

void coroutine_delete(sc_core::sc_cor* coroutine) {
  static auto* const remove = systemc_s_own<decltype(coroutine_delete)>(AIE4SIM_DELETE);
  if (const auto found = coroutines().find(coroutine); found != coroutines().end()) {
    ended(*found->second);
    coroutines().erase(found);
  }
  remove(coroutine);
}

#if defined(AIE4SIM_SANITIZE_ADDRESS)
extern "C" const char* __asan_default_options() {
  // A frame that moved to the heap would be taken for gone when its SC_THREAD waits.
  return "detect_stack_use_after_return=0";
}

extern "C" const char* __lsan_default_suppressions() {
  // The library's own: what a process waits for, if the simulation ends before the wait.
  return "leak:sc_core::sc_event_expr\n";
}
#else
extern "C" const char* __tsan_default_options() {
  // It would wait for races of threads that are still there: every coroutine looks like one.
  return "atexit_sleep_ms=0";
}
#endif
