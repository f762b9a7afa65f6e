add_library(keravino_warnings INTERFACE)
target_compile_options(keravino_warnings INTERFACE -Wall -Wextra -Wconversion $<$<BOOL:${KERAVINO_DEVELOPER}>:-Werror>)
# Bound by the wheel's headers, which are not ours to warn about.
set_target_properties(openvino::runtime PROPERTIES SYSTEM TRUE)
if(KERAVINO_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()
