# `cpack -G DEB` in the build folder makes two Debian packages: the program, and the library for programs of one's
# own.
set(MEMTRAIN_MAINTAINER "memtrain maintainers <maintainers@memtrain.invalid>" CACHE STRING
  "Who answers for the Debian packages")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME memtrain)
set(CPACK_PACKAGE_CONTACT ${MEMTRAIN_MAINTAINER})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL memtrain libmemtrain-dev)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_ENABLE_COMPONENT_DEPENDS OFF)

set(needs "")
if(MEMTRAIN_ARCH STREQUAL "x86-64-v3" AND CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  set(needs "\n\nIt needs a processor with AVX2, FMA and BMI2 (x86-64-v3: from Haswell\nand Zen on), and says so on others.")
endif()
set(CPACK_DEBIAN_MEMTRAIN_PACKAGE_NAME memtrain)
set(CPACK_DEBIAN_MEMTRAIN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_MEMTRAIN_PACKAGE_RECOMMENDS dataset-fashion-mnist)
set(CPACK_DEBIAN_MEMTRAIN_DESCRIPTION "memtrain simulates how neural networks train on memristive hardware:
crossbars of noisy devices with limited precision, read through converters
and written by pulses. It runs learning rules side by side on the same data,
the same initial weights and the same devices, and writes one HDF5 file for
a run.${needs}")

set(CPACK_DEBIAN_LIBMEMTRAIN-DEV_PACKAGE_NAME libmemtrain-dev)
set(CPACK_DEBIAN_LIBMEMTRAIN-DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_LIBMEMTRAIN-DEV_PACKAGE_SHLIBDEPS OFF)
set(CPACK_DEBIAN_LIBMEMTRAIN-DEV_PACKAGE_DEPENDS "libboost-program-options-dev, libeigen3-dev, libfmt-dev, \
libhdf5-dev, libhwy-dev, librandom123-dev, libspdlog-dev, libtomlplusplus-dev, nlohmann-json3-dev, zlib1g-dev")
set(CPACK_DEBIAN_LIBMEMTRAIN-DEV_DESCRIPTION "Static libraries, headers and a CMake package of memtrain: devices, arrays,
circuits, networks and learning rules, and the program memtrain itself as a
library, to be made anew with device models or rules of one's own.")

# What Debian wants in /usr/share/doc: the licence in its own form, and two changelogs, compressed.
set(notes ${PROJECT_BINARY_DIR}/debian)
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(WRITE ${notes}/changelog.Debian "memtrain (${PROJECT_VERSION}-1) bookworm; urgency=medium

  * Version ${PROJECT_VERSION}: see changelog.gz.

 -- ${MEMTRAIN_MAINTAINER}  ${date}
")
configure_file(CHANGELOG.md ${notes}/changelog COPYONLY)
execute_process(COMMAND gzip -9nkf changelog changelog.Debian WORKING_DIRECTORY ${notes} COMMAND_ERROR_IS_FATAL ANY)
foreach(package memtrain libmemtrain-dev)
  install(FILES ${notes}/changelog.gz ${notes}/changelog.Debian.gz tools/debian/copyright
    DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package} COMPONENT ${package} EXCLUDE_FROM_ALL)
endforeach()
include(CPack)
