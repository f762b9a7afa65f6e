add_library(keravino_warnings INTERFACE)
target_compile_options(keravino_warnings INTERFACE -Wall -Wextra -Wconversion $<$<BOOL:${KERAVINO_DEVELOPER}>:-Werror>)
# Bound by the wheel's headers, which are not ours to warn about.
set_target_properties(openvino::runtime PROPERTIES SYSTEM TRUE)
if(KERAVINO_SANITIZE)
  # Without the checks of each access to a member, which double the time to compile: of a null pointer, which stops under
  # AddressSanitizer anyway, and of an object's dynamic type.
  add_compile_options(-O1 -g1 -fsanitize=address,undefined -fno-sanitize=null,vptr -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
  add_link_options(-fsanitize=address,undefined)
endif()
