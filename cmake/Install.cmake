# The wheel: keravino/ holds the extension, lib/, include/ and the CMake package; the command goes to the scripts folder.
# OpenVINO lies beside it, in the same site-packages.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)
set(CMAKE_INSTALL_LIBDIR lib)

set(site_packages lib/python${Python_VERSION_MAJOR}.${Python_VERSION_MINOR}/site-packages)
if(SKBUILD)
  set_target_properties(keravino PROPERTIES INSTALL_RPATH "$ORIGIN/../../openvino/libs;$ORIGIN/../../scipy_openblas32/lib")
  set(command_rpath "$ORIGIN/../${site_packages}/keravino/lib;$ORIGIN/../${site_packages}/openvino/libs")
  set_target_properties(_native PROPERTIES INSTALL_RPATH "$ORIGIN/lib;$ORIGIN/../openvino/libs")
  set(scripts ${SKBUILD_SCRIPTS_DIR})
  install(TARGETS _native LIBRARY DESTINATION .)
else()
  set_target_properties(keravino PROPERTIES INSTALL_RPATH "${openvino_wheel}/libs;${openblas_wheel}/lib")
  set(installed_openvino "\"${openvino_wheel}/cmake\"")
  set(command_rpath "$ORIGIN/../lib;${openvino_wheel}/libs")
  set(scripts bin)
endif()

install(TARGETS keravino EXPORT keravino LIBRARY DESTINATION lib)
if(TARGET keravino_cli)
  set_target_properties(keravino_cli PROPERTIES INSTALL_RPATH "${command_rpath}")
  install(TARGETS keravino_cli RUNTIME DESTINATION ${scripts})
endif()
install(DIRECTORY include/keravino DESTINATION include)
install(EXPORT keravino NAMESPACE keravino:: DESTINATION lib/cmake/keravino FILE keravinoTargets.cmake)
configure_package_config_file(cmake/keravinoConfig.cmake.in ${CMAKE_BINARY_DIR}/keravinoConfig.cmake
                              INSTALL_DESTINATION lib/cmake/keravino)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/keravinoConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/keravinoConfig.cmake ${CMAKE_BINARY_DIR}/keravinoConfigVersion.cmake
        DESTINATION lib/cmake/keravino)
