# SPDX-License-Identifier: Apache-2.0
# How every target of the project is compiled: warnings as errors, one include root, optional sanitizers.

add_library(aie4sim_options INTERFACE)
target_include_directories(aie4sim_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(
  aie4sim_options
  INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Woverloaded-virtual
            -Wnon-virtual-dtor -Wcast-align -Wundef -Werror)
if(AIE4SIM_SANITIZE)
  target_compile_options(aie4sim_options INTERFACE -fsanitize=${AIE4SIM_SANITIZE} -fno-omit-frame-pointer -O1 -g1)
  target_link_options(aie4sim_options INTERFACE -fsanitize=${AIE4SIM_SANITIZE})
  if(AIE4SIM_SANITIZE MATCHES "undefined")
    target_compile_options(aie4sim_options INTERFACE -fno-sanitize-recover=undefined)
  endif()
  # Instrumented copies of std::optional and std::function look uninitialised to GCC; the other presets keep the warning.
  target_compile_options(aie4sim_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  add_library(aie4sim_sanitized_coroutines OBJECT models/common/sanitized_coroutines.cpp)
  if(AIE4SIM_SANITIZE MATCHES "address")
    target_compile_definitions(aie4sim_sanitized_coroutines PRIVATE AIE4SIM_SANITIZE_ADDRESS)
  endif()
  target_link_libraries(aie4sim_options INTERFACE $<TARGET_OBJECTS:aie4sim_sanitized_coroutines>)
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # std::stable_sort of libstdc++ 12 uses what it deprecates itself, which Clang takes for ours.
  target_compile_options(aie4sim_options INTERFACE -Wno-deprecated-declarations)
endif()
if(AIE4SIM_FUZZ)
  target_compile_options(aie4sim_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

# SystemC's headers are not written for -Wconversion and friends.
get_target_property(_systemc_include SystemC::systemc INTERFACE_INCLUDE_DIRECTORIES)
set_target_properties(SystemC::systemc PROPERTIES INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${_systemc_include}")

# A quarter to a half of a build was reading the same headers again. Who includes what is still checked: the clang presets do without.
set(aie4sim_precompiled <algorithm> <array> <functional> <memory> <optional> <span> <string> <string_view> <variant>
                        <vector> <fmt/format.h> <systemc> <tlm> <tlm_utils/simple_initiator_socket.h>
                        <tlm_utils/simple_target_socket.h>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(aie4sim_options INTERFACE -fpch-preprocess)
endif()
if(CMAKE_CXX_COMPILER_LAUNCHER MATCHES "ccache$")
  # ccache keeps its hands off precompiled headers unless told that the project uses no __TIME__.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros
                                  ${CMAKE_CXX_COMPILER_LAUNCHER})
endif()

# aie4sim_unity(TARGET): its files are compiled a few at a time, where AIE4SIM_UNITY is on. It pays where the headers of
# libraries cost more than our code; what a file keeps to itself must then have a name of its own in the target.
function(aie4sim_unity target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${AIE4SIM_UNITY} UNITY_BUILD_BATCH_SIZE 8)
endfunction()

# aie4sim_library(NAME [UNITY] SOURCES ... [DEPENDS ...]): a static library aie4sim_NAME, alias aie4sim::NAME.
function(aie4sim_library name)
  cmake_parse_arguments(ARG "UNITY" "" "SOURCES;DEPENDS" ${ARGN})
  add_library(aie4sim_${name} STATIC ${ARG_SOURCES})
  add_library(aie4sim::${name} ALIAS aie4sim_${name})
  target_link_libraries(aie4sim_${name} PUBLIC aie4sim_options ${ARG_DEPENDS})
  if(ARG_UNITY)
    aie4sim_unity(aie4sim_${name})
  endif()
  if(name STREQUAL "common")
    target_precompile_headers(aie4sim_common PRIVATE ${aie4sim_precompiled})
  elseif(TARGET aie4sim_common)
    # What stands below `common` is a handful of tables without SystemC.
    target_precompile_headers(aie4sim_${name} REUSE_FROM aie4sim_common)
  endif()
endfunction()

# In seconds; a sanitizer makes a program several times as slow.
set(aie4sim_test_timeout 120)
if(AIE4SIM_SANITIZE)
  set(aie4sim_test_timeout 600)
endif()

# aie4sim_test(NAME SOURCES ... [DEPENDS ...]): a Catch2 program; ctest runs each of its test cases in a process of
# its own, because a SystemC kernel elaborates once. Catch2 comes before SystemC: the other order runs SystemC's main.
function(aie4sim_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE Catch2::Catch2WithMain aie4sim_test_support ${ARG_DEPENDS})
  target_precompile_headers(${name} REUSE_FROM aie4sim_test_support)
  # A name that ctest takes apart (by a semicolon, say) would otherwise run nothing and pass; the warning is an error.
  set(warning NoTests)
  if(Catch2_VERSION VERSION_GREATER_EQUAL 3)
    set(warning UnmatchedTestSpec)
  endif()
  catch_discover_tests(${name} TEST_PREFIX "${name}: " EXTRA_ARGS --warn ${warning} PROPERTIES TIMEOUT
                                                                                               ${aie4sim_test_timeout})
endfunction()
