# SPDX-License-Identifier: Apache-2.0
# Formatting and shell scripts are tests, where the tools are there; clang-tidy takes minutes and is a target of its own:
# cmake --build --preset release --target tidy
find_program(AIE4SIM_CLANG_FORMAT clang-format-19)
find_program(AIE4SIM_CLANG_TIDY run-clang-tidy-19)
find_program(AIE4SIM_CLANG_TIDY_BINARY clang-tidy-19)
find_program(AIE4SIM_SHELLCHECK shellcheck)

set(_folders models firmware-stub sim tests)
set(_patterns "")
foreach(folder IN LISTS _folders)
  list(APPEND _patterns ${CMAKE_SOURCE_DIR}/${folder}/*.cpp ${CMAKE_SOURCE_DIR}/${folder}/*.hpp)
endforeach()
file(GLOB_RECURSE _sources CONFIGURE_DEPENDS ${_patterns})

if(AIE4SIM_CLANG_FORMAT)
  # A response file: the list is longer than some command lines may be.
  string(REPLACE ";" "\n" _lines "${_sources}")
  file(WRITE ${CMAKE_BINARY_DIR}/format-sources.txt "${_lines}\n")
  add_test(NAME "lint: C++ sources are formatted" COMMAND ${AIE4SIM_CLANG_FORMAT} --dry-run -Werror
                                                          --files=${CMAKE_BINARY_DIR}/format-sources.txt)
  set_tests_properties("lint: C++ sources are formatted" PROPERTIES LABELS lint)
endif()

if(AIE4SIM_SHELLCHECK)
  add_test(
    NAME "lint: shell scripts are clean"
    COMMAND ${AIE4SIM_SHELLCHECK} -x demo check .ci/run .ci/in-debian .ci/prepare.sh
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties("lint: shell scripts are clean" PROPERTIES LABELS lint)
endif()

find_package(Python3 3.11 REQUIRED COMPONENTS Interpreter)
add_test(NAME "lint: tables, links and lists of the documentation hold"
         COMMAND Python3::Interpreter ${CMAKE_SOURCE_DIR}/.ci/documentation.py)
set_tests_properties("lint: tables, links and lists of the documentation hold" PROPERTIES LABELS lint)

if(AIE4SIM_CLANG_TIDY AND AIE4SIM_CLANG_TIDY_BINARY)
  add_custom_target(
    tidy
    COMMAND ${AIE4SIM_CLANG_TIDY} -clang-tidy-binary ${AIE4SIM_CLANG_TIDY_BINARY} -quiet -p ${CMAKE_BINARY_DIR}
            "^${CMAKE_SOURCE_DIR}/(models|firmware-stub|sim|tests)/"
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
    USES_TERMINAL)
endif()
