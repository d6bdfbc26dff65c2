# Helpers that every directory's CMakeLists.txt is written with. One target per directory; sources
# are listed by hand; include paths start at the repository root.

add_library(weft_warnings INTERFACE)
target_compile_options(weft_warnings INTERFACE -Wall -Wextra -Werror -Wshadow -Wnon-virtual-dtor
  -Woverloaded-virtual -Wno-unused-parameter)

option(WEFT_PCH "Precompile common headers; halves the time of most sources" ON)
set(WEFT_TEST_OPTIONS "" CACHE STRING "Compiler options for what lies under tests/ alone")
set(WEFT_PROTO_OPTIONS "" CACHE STRING "Compiler options for generated code alone")
set(WEFT_DOMAIN_OPTIONS "" CACHE STRING "Compiler options for domain libraries alone")

# weft_precompiled_header(weft_pch OPTIONS option... HEADERS header... DEPS weft::x...): a target whose
# header others reuse that are compiled with the same options.
function(weft_precompiled_header target)
  cmake_parse_arguments(H "" "" "OPTIONS;HEADERS;DEPS" ${ARGN})
  file(WRITE ${PROJECT_BINARY_DIR}/${target}.cc "")
  add_library(${target} STATIC ${PROJECT_BINARY_DIR}/${target}.cc)
  # In angle brackets, so that CMake does not write the path of this checkout into what is compiled:
  # another one could not share the results then.
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR})
  target_precompile_headers(${target} PRIVATE ${H_HEADERS})
  target_compile_options(${target} PRIVATE ${H_OPTIONS})
  target_link_libraries(${target} PRIVATE protobuf::libprotobuf absl::status absl::statusor
    absl::strings absl::time ${H_DEPS} weft_warnings)
endfunction()

# weft_precompiled_headers(weft HEADERS header... DEPS weft::x...): weft_pch, and where tests and domain
# libraries have options of their own weft_test_pch and weft_domain_pch: a header fits one set of flags.
function(weft_precompiled_headers prefix)
  cmake_parse_arguments(P "" "" "HEADERS;DEPS" ${ARGN})
  if(NOT WEFT_PCH)
    return()
  endif()
  set(headers <cmake/pch.h> ${P_HEADERS})
  if(CMAKE_CXX_FLAGS_DEBUG MATCHES "-fsanitize=thread")
    list(PREPEND headers <cmake/pch_tsan.h>)
  endif()
  weft_precompiled_header(${prefix}_pch HEADERS ${headers} DEPS ${P_DEPS})
  if(WEFT_DOMAIN_OPTIONS)
    weft_precompiled_header(${prefix}_domain_pch OPTIONS ${WEFT_DOMAIN_OPTIONS} HEADERS ${headers}
      DEPS ${P_DEPS})
  endif()
  if(WEFT_TESTS)
    weft_precompiled_header(${prefix}_test_pch OPTIONS ${WEFT_TEST_OPTIONS}
      HEADERS ${headers} <gmock/gmock.h> <gtest/gtest.h> DEPS ${P_DEPS} GTest::gmock)
  endif()
endfunction()
weft_precompiled_headers(weft)
if(WEFT_PCH AND WEFT_PROTO_OPTIONS)
  weft_precompiled_header(weft_proto_pch OPTIONS ${WEFT_PROTO_OPTIONS} HEADERS <cmake/pch.h>)
endif()

# What every target of ours is compiled with. Directories that set WEFT_PCH_OF to "metrics" use the
# headers of weft_precompiled_headers(weft_metrics).
function(weft_compile target)
  set(tests ${PROJECT_SOURCE_DIR}/tests)
  cmake_path(IS_PREFIX tests ${CMAKE_CURRENT_SOURCE_DIR} is_test)
  set(prefix weft)
  if(WEFT_PCH_OF)
    set(prefix weft_${WEFT_PCH_OF})
  endif()
  set(pch ${prefix}_pch)
  if(is_test)
    set(pch ${prefix}_test_pch)
    target_link_libraries(${target} PRIVATE GTest::gmock)
    target_compile_options(${target} PRIVATE ${WEFT_TEST_OPTIONS})
  elseif(WEFT_PROTO_OPTIONS AND target MATCHES "_proto_archive$")
    set(pch weft_proto_pch)
    target_compile_options(${target} PRIVATE ${WEFT_PROTO_OPTIONS})
  elseif(WEFT_DOMAIN_OPTIONS AND CMAKE_CURRENT_SOURCE_DIR MATCHES "/services/[a-z]+/domain(/|$)")
    set(pch ${prefix}_domain_pch)
    target_compile_options(${target} PRIVATE ${WEFT_DOMAIN_OPTIONS})
  endif()
  if(WEFT_PCH)
    target_precompile_headers(${target} REUSE_FROM ${pch})
  endif()
endfunction()

# weft_library(NAME base SRCS a.cc b.h DEPS weft::x PRIVATE_DEPS weft::y) -> weft_base, weft::base
function(weft_library)
  cmake_parse_arguments(L "" "NAME" "SRCS;DEPS;PRIVATE_DEPS" ${ARGN})
  set(target weft_${L_NAME})
  set(has_source FALSE)
  foreach(source ${L_SRCS})
    if(source MATCHES "\\.cc$")
      set(has_source TRUE)
    endif()
  endforeach()
  if(has_source)
    add_library(${target} STATIC ${L_SRCS})
    target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR})
    target_link_libraries(${target} PUBLIC ${L_DEPS} PRIVATE ${L_PRIVATE_DEPS} weft_warnings)
    weft_compile(${target})
  else()
    add_library(${target} INTERFACE)
    target_include_directories(${target} INTERFACE ${PROJECT_SOURCE_DIR})
    target_link_libraries(${target} INTERFACE ${L_DEPS} ${L_PRIVATE_DEPS})
  endif()
  add_library(weft::${L_NAME} ALIAS ${target})
endfunction()

# weft_binary(NAME weft-registry SRCS main.cc DEPS ...) lands in WEFT_BIN_DIR. It allocates with
# jemalloc: most of what taking a response costs is messages that come and go, which glibc's allocator
# made half as fast (tools/bench --row ingest, with WEFT_JEMALLOC=OFF and without).
function(weft_binary)
  cmake_parse_arguments(B "" "NAME" "SRCS;DEPS" ${ARGN})
  add_executable(${B_NAME} ${B_SRCS})
  target_include_directories(${B_NAME} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${B_NAME} PRIVATE ${B_DEPS} ${WEFT_JEMALLOC_LIBRARY} weft_warnings)
  weft_compile(${B_NAME})
  set_target_properties(${B_NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${WEFT_BIN_DIR})
endfunction()

# weft_proto_library(NAME registry_proto ROOT dir IMPORTS dir... PROTOS a.proto... DEPS weft::type_proto)
# One protoc run and one object per file, so that -j works and a change rebuilds little.
function(weft_proto_library)
  cmake_parse_arguments(P "" "NAME;ROOT" "IMPORTS;PROTOS;DEPS" ${ARGN})
  set(gen ${PROJECT_BINARY_DIR}/gen)
  set(imports -I${P_ROOT})
  foreach(dir ${P_IMPORTS})
    list(APPEND imports -I${dir})
  endforeach()
  set(outputs)
  foreach(proto ${P_PROTOS})
    string(REGEX REPLACE "\\.proto$" "" stem ${proto})
    add_custom_command(
      OUTPUT ${gen}/${stem}.pb.cc ${gen}/${stem}.pb.h
      COMMAND ${CMAKE_COMMAND} -E make_directory ${gen}
      COMMAND protobuf::protoc ${imports} --cpp_out=${gen} ${proto}
      DEPENDS ${P_ROOT}/${proto} VERBATIM)
    list(APPEND outputs ${gen}/${stem}.pb.cc)
  endforeach()
  # Consumers get the whole archive: services are found by name in the generated pool, so a file that
  # no symbol refers to (a service without messages of its own) must be linked all the same.
  set(archive weft_${P_NAME}_archive)
  add_library(${archive} STATIC ${outputs})
  target_include_directories(${archive} SYSTEM PUBLIC ${gen})
  target_link_libraries(${archive} PUBLIC protobuf::libprotobuf ${P_DEPS})
  weft_compile(${archive})
  add_library(weft_${P_NAME} INTERFACE)
  target_include_directories(weft_${P_NAME} SYSTEM INTERFACE ${gen})
  target_link_libraries(weft_${P_NAME} INTERFACE "$<LINK_LIBRARY:WHOLE_ARCHIVE,${archive}>"
    protobuf::libprotobuf ${P_DEPS})
  add_library(weft::${P_NAME} ALIAS weft_${P_NAME})
endfunction()

# What `tools/test --quick` runs: a build of it leaves out servers, benchmarks and the command line.
add_custom_target(quick_tests)
set(WEFT_QUICK_LABELS unit storage service)

# weft_test(NAME key_codec_test SRCS ... DEPS ... LABELS unit [TIMEOUT 60])
# Every case becomes a CTest test of its own; discovery runs the binary when the tests are run.
function(weft_test)
  cmake_parse_arguments(T "" "NAME;TIMEOUT" "SRCS;DEPS;LABELS" ${ARGN})
  if(NOT WEFT_TESTS)
    return()
  endif()
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT 120)
  endif()
  add_executable(${T_NAME} ${T_SRCS})
  target_include_directories(${T_NAME} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${T_NAME} PRIVATE ${T_DEPS} weft::testing GTest::gmock GTest::gtest_main
    weft_warnings)
  weft_compile(${T_NAME})
  if(T_LABELS IN_LIST WEFT_QUICK_LABELS)
    add_dependencies(quick_tests ${T_NAME})
  endif()
  gtest_discover_tests(${T_NAME} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS "${T_LABELS}" TIMEOUT ${T_TIMEOUT})
endfunction()
