# SPDX-License-Identifier: MIT
# thinktrace_embed(OUT.cpp FILE...): a source file that defines, in namespace thinktrace::embedded, a
# `const std::string_view` for each FILE, named as the file with _ for characters that no identifier can have.
function(thinktrace_embed out)
  set(args "${ARGN}")
  string(REPLACE ";" "|" files "${args}")
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} "-DFILES=${files}" -P ${PROJECT_SOURCE_DIR}/cmake/embed_files.cmake
    DEPENDS ${args} ${PROJECT_SOURCE_DIR}/cmake/embed_files.cmake VERBATIM)
endfunction()
