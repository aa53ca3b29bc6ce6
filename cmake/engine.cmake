# SPDX-License-Identifier: MIT
# The engine: llama.cpp, one pinned release (cmake/engine.lock), as one of
#   prebuilt  libraries fetched by scripts/fetch_engine.sh, with one CPU variant per micro-architecture
#   source    built here from the pinned source (any platform; pass -DGGML_CUDA=ON or -DGGML_METAL=ON for a GPU)
#   system    found by find_package(llama); its release must be the pinned one
# Defines the targets thinktrace_llama (libllama and ggml with their headers), thinktrace_jinja (chat templates) and
# thinktrace_httplib (the sockets of `serve`).

set(llama_source ${PROJECT_SOURCE_DIR}/.deps/llama.cpp)
if(NOT EXISTS ${llama_source}/include/llama.h)
  message(FATAL_ERROR "The pinned llama.cpp source is not in .deps/; run: make deps (or scripts/fetch_engine.sh)")
endif()
file(STRINGS ${llama_source}/CMakeLists.txt version_lines REGEX "^set\\(LLAMA_VERSION_(MAJOR|MINOR|PATCH) [0-9]+\\)")
string(REGEX REPLACE "[^0-9;]" "" version_numbers "${version_lines}")
string(REPLACE ";" "." llama_release "${version_numbers}")

add_library(thinktrace_llama INTERFACE)
if(THINKTRACE_ENGINE STREQUAL "prebuilt")
  set(prebuilt ${PROJECT_SOURCE_DIR}/.deps/prebuilt)
  if(NOT EXISTS ${prebuilt}/libllama.v${llama_release}.so)
    message(FATAL_ERROR "No prebuilt engine in .deps/; run: make deps, or configure with -DTHINKTRACE_ENGINE=source")
  endif()
  file(GLOB engine_files ${prebuilt}/*)
  file(COPY ${engine_files} DESTINATION ${CMAKE_BINARY_DIR}/engine)  # the build folder can be moved as a whole
  set(engine_dir ${CMAKE_BINARY_DIR}/engine)
  target_link_libraries(thinktrace_llama INTERFACE ${engine_dir}/libllama.v${llama_release}.so
                        ${engine_dir}/libggml.v${llama_release}.so ${engine_dir}/libggml-base.so)
  target_include_directories(thinktrace_llama SYSTEM INTERFACE ${llama_source}/include ${llama_source}/ggml/include)
  set(ggml_base ${engine_dir}/libggml-base.so)
  set(CMAKE_BUILD_RPATH "$ORIGIN/engine;$ORIGIN")
elseif(THINKTRACE_ENGINE STREQUAL "source")
  set(LLAMA_BUILD_IS_DEV OFF CACHE BOOL "" FORCE)
  foreach(part COMMON TESTS TOOLS EXAMPLES SERVER APP)
    set(LLAMA_BUILD_${part} OFF CACHE BOOL "" FORCE)
  endforeach()
  add_subdirectory(${llama_source} ${CMAKE_BINARY_DIR}/llama.cpp EXCLUDE_FROM_ALL SYSTEM)
  target_link_libraries(thinktrace_llama INTERFACE llama ggml ggml-base)
  set(ggml_base ggml-base)
elseif(THINKTRACE_ENGINE STREQUAL "system")
  find_package(llama REQUIRED)
  target_link_libraries(thinktrace_llama INTERFACE llama ggml::all)
  set(ggml_base ggml::ggml-base)
else()
  message(FATAL_ERROR "THINKTRACE_ENGINE is prebuilt, source or system, not '${THINKTRACE_ENGINE}'")
endif()

# What a backend of the engine is made of (engine/own_kernels.cpp), from the pinned source.
target_include_directories(thinktrace_llama SYSTEM INTERFACE ${llama_source}/ggml/src)

# Chat templates are rendered by llama.cpp's own jinja, compiled from the pinned source; nothing else of `common` is used.
set(common ${llama_source}/common)
add_library(thinktrace_jinja STATIC
  ${common}/jinja/caps.cpp ${common}/jinja/lexer.cpp ${common}/jinja/parser.cpp ${common}/jinja/runtime.cpp
  ${common}/jinja/string.cpp ${common}/jinja/value.cpp ${common}/unicode.cpp ${common}/json.cpp)
target_include_directories(thinktrace_jinja SYSTEM PUBLIC ${common} PRIVATE ${llama_source}/ggml/include ${llama_source}/vendor)
target_compile_options(thinktrace_jinja PRIVATE -w)
target_link_libraries(thinktrace_jinja PRIVATE ${ggml_base})

# The HTTP library that comes with the pinned source; no TLS and no compression, which `serve` does not use.
set(httplib ${llama_source}/vendor/cpp-httplib)
find_package(Threads REQUIRED)
add_library(thinktrace_httplib STATIC ${httplib}/httplib.cpp)
target_include_directories(thinktrace_httplib SYSTEM PUBLIC ${httplib})
target_compile_options(thinktrace_httplib PRIVATE -w)
target_link_libraries(thinktrace_httplib PUBLIC Threads::Threads)
