# SPDX-License-Identifier: Apache-2.0
# Finds the distribution's SystemC (no CMake config is packaged) and defines SystemC::systemc.
#
# The library encodes the C++ standard that it was compiled with in one exported symbol; every translation unit
# that includes <systemc> must announce the same standard, so the definition travels with the imported target.
find_package(PkgConfig QUIET)
pkg_check_modules(PC_SystemC QUIET systemc)
find_path(SystemC_INCLUDE_DIR systemc.h HINTS ${PC_SystemC_INCLUDE_DIRS} $ENV{SYSTEMC_HOME}/include)
find_library(SystemC_LIBRARY systemc HINTS ${PC_SystemC_LIBRARY_DIRS} $ENV{SYSTEMC_HOME}/lib)
if(SystemC_INCLUDE_DIR)
  file(STRINGS ${SystemC_INCLUDE_DIR}/sysc/kernel/sc_ver.h _version_lines
       REGEX "#define SC_VERSION_(MAJOR|MINOR|PATCH) ")
  string(REGEX REPLACE ".*MAJOR +([0-9]+).*MINOR +([0-9]+).*PATCH +([0-9]+).*" "\\1.\\2.\\3" SystemC_VERSION
                       "${_version_lines}")
endif()
if(SystemC_LIBRARY AND CMAKE_NM)
  execute_process(COMMAND ${CMAKE_NM} -D ${SystemC_LIBRARY} OUTPUT_VARIABLE _symbols ERROR_QUIET)
  if(_symbols MATCHES "sc_api_version_[0-9]+_[0-9]+_[0-9]+_cxx([0-9]+)L")
    set(SystemC_CXX ${CMAKE_MATCH_1})
  endif()
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
  SystemC
  REQUIRED_VARS SystemC_LIBRARY SystemC_INCLUDE_DIR
  VERSION_VAR SystemC_VERSION)
if(SystemC_FOUND AND NOT TARGET SystemC::systemc)
  add_library(SystemC::systemc UNKNOWN IMPORTED)
  set_target_properties(
    SystemC::systemc PROPERTIES IMPORTED_LOCATION ${SystemC_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES
                                                                     ${SystemC_INCLUDE_DIR})
  if(SystemC_CXX)
    target_compile_definitions(SystemC::systemc INTERFACE SC_CPLUSPLUS=${SystemC_CXX}L)
  endif()
endif()
