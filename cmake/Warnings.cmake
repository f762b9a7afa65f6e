add_library(keravino_warnings INTERFACE)
target_compile_options(keravino_warnings INTERFACE -Wall -Wextra -Wconversion $<$<BOOL:${KERAVINO_DEVELOPER}>:-Werror>)
# Bound by the wheel's headers, which are not ours to warn about.
set_target_properties(openvino::runtime PROPERTIES SYSTEM TRUE)
if(KERAVINO_FUZZ AND NOT CMAKE_CXX_COMPILER_ID STREQUAL Clang)
  message(FATAL_ERROR "KERAVINO_FUZZ takes clang, whose libFuzzer it is; got ${CMAKE_CXX_COMPILER_ID} "
                      "(${CMAKE_CXX_COMPILER}). Debian: apt-get install clang-16 libclang-rt-16-dev, then "
                      "-DCMAKE_CXX_COMPILER=clang++-16")
endif()
if(KERAVINO_SANITIZE OR KERAVINO_FUZZ)
  # Without the checks of each access to a member, which double the time to compile: of a null pointer, which stops under
  # AddressSanitizer anyway, and of an object's dynamic type.
  add_compile_options(-O1 -g1 -fsanitize=address,undefined -fno-sanitize=null,vptr -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
  add_link_options(-fsanitize=address,undefined)
  if(KERAVINO_FUZZ)  # clang's check of function pointers wants types that the wheel's libraries do not show
    add_compile_options(-fsanitize=fuzzer-no-link -fno-sanitize=function)
  endif()
endif()
