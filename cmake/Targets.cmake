# SPDX-License-Identifier: Apache-2.0
# How every target of the project is compiled: warnings as errors, one include root, optional sanitizers.

add_library(aie4sim_options INTERFACE)
target_include_directories(aie4sim_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(
  aie4sim_options
  INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Woverloaded-virtual
            -Wnon-virtual-dtor -Wcast-align -Wundef -Werror)
if(AIE4SIM_SANITIZE)
  target_compile_options(aie4sim_options INTERFACE -fsanitize=${AIE4SIM_SANITIZE} -fno-omit-frame-pointer -O1)
  target_link_options(aie4sim_options INTERFACE -fsanitize=${AIE4SIM_SANITIZE})
  if(AIE4SIM_SANITIZE MATCHES "undefined")
    target_compile_options(aie4sim_options INTERFACE -fno-sanitize-recover=undefined)
  endif()
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang" AND AIE4SIM_SANITIZE MATCHES "address")
    # SC_THREAD stacks are not the stack that the use-after-return runtime knows.
    target_compile_options(aie4sim_options INTERFACE -fsanitize-address-use-after-return=never)
  endif()
endif()
if(AIE4SIM_FUZZ)
  target_compile_options(aie4sim_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

# SystemC's headers are not written for -Wconversion and friends.
get_target_property(_systemc_include SystemC::systemc INTERFACE_INCLUDE_DIRECTORIES)
set_target_properties(SystemC::systemc PROPERTIES INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${_systemc_include}")

# aie4sim_library(NAME SOURCES ... [DEPENDS ...]): a static library aie4sim_NAME, alias aie4sim::NAME.
function(aie4sim_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_library(aie4sim_${name} STATIC ${ARG_SOURCES})
  add_library(aie4sim::${name} ALIAS aie4sim_${name})
  target_link_libraries(aie4sim_${name} PUBLIC aie4sim_options ${ARG_DEPENDS})
endfunction()

# aie4sim_test(NAME SOURCES ... [DEPENDS ...]): a Catch2 program; ctest runs each of its test cases in a process of
# its own, because a SystemC kernel elaborates once. Catch2 comes before SystemC: the other order runs SystemC's main.
function(aie4sim_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE Catch2::Catch2WithMain aie4sim_test_support ${ARG_DEPENDS})
  catch_discover_tests(${name} TEST_PREFIX "${name}: " PROPERTIES TIMEOUT 120)
endfunction()
