# OpenVINO comes from its wheel; ask the Python that builds us where that is.
find_package(Python 3.11 REQUIRED COMPONENTS Interpreter Development.Module)
function(find_wheel package variable)
  execute_process(
    COMMAND ${Python_EXECUTABLE} -c "import importlib.util as u; print(u.find_spec('${package}').submodule_search_locations[0])"
    OUTPUT_VARIABLE folder OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  set(${variable} ${folder} PARENT_SCOPE)
endfunction()
find_wheel(openvino openvino_wheel)
set(OpenVINO_DIR ${openvino_wheel}/cmake CACHE PATH "Folder of OpenVINOConfig.cmake")
find_package(OpenVINO 2026.4 REQUIRED COMPONENTS Runtime)

find_package(fmt REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(CLI11 REQUIRED)

# LAPACK, in the wheel that SciPy is built with.
find_wheel(scipy_openblas32 openblas_wheel)

# Debian's CMake package of libzip names static tools that it does not ship, so pkg-config is asked instead.
find_package(PkgConfig REQUIRED)
pkg_check_modules(libzip REQUIRED IMPORTED_TARGET libzip)
add_library(libzip::zip ALIAS PkgConfig::libzip)
pkg_check_modules(hdf5 REQUIRED IMPORTED_TARGET hdf5-serial)
add_library(hdf5::hdf5 ALIAS PkgConfig::hdf5)
# What HDF5 unpacks with; its headers come with HDF5's.
find_package(ZLIB REQUIRED)
