# What `cmake --install` puts where: the program (component memtrain), and the library with what programs of one's
# own are made with (component libmemtrain-dev). The licence goes with neither: packages state it in their own way.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS memtrain RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT memtrain)
install(FILES ${PROJECT_BINARY_DIR}/tools/memtrain.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT memtrain)
install(FILES tools/completion/memtrain DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
  COMPONENT memtrain)
install(FILES README.md DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT memtrain)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT licence)

# The include root mirrors the source: what is "devices/array/array.h" here is so there.
set(include_root ${CMAKE_INSTALL_INCLUDEDIR}/memtrain)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/memtrain)
set(libraries memtrain_options memtrain_base memtrain_devices memtrain_models memtrain_sim memtrain_program)
foreach(library IN LISTS libraries)
  string(REPLACE "memtrain_" "" name ${library})
  set_target_properties(${library} PROPERTIES EXPORT_NAME ${name})
endforeach()
set_target_properties(memtrain_library PROPERTIES EXPORT_NAME memtrain)
install(TARGETS ${libraries} memtrain_library EXPORT memtrain
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT libmemtrain-dev
  FILE_SET HEADERS DESTINATION ${include_root} COMPONENT libmemtrain-dev)
install(EXPORT memtrain NAMESPACE memtrain:: FILE memtrainTargets.cmake DESTINATION ${package_folder}
  COMPONENT libmemtrain-dev)

# What the registries hold, for memtrain_register() to add to.
set(text "")
get_property(registries GLOBAL PROPERTY MEMTRAIN_REGISTRIES)
foreach(registry IN LISTS registries)
  get_property(rows GLOBAL PROPERTY MEMTRAIN_REGISTRY_${registry})
  string(APPEND text "set_property(GLOBAL PROPERTY MEMTRAIN_REGISTRY_${registry} \"${rows}\")\n")
endforeach()
string(APPEND text "set_property(GLOBAL PROPERTY MEMTRAIN_REGISTRIES \"${registries}\")\n")
file(WRITE ${PROJECT_BINARY_DIR}/memtrainRegistries.cmake "${text}")

configure_package_config_file(tools/cmake/memtrainConfig.cmake.in memtrainConfig.cmake
  INSTALL_DESTINATION ${package_folder} NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
if(PROJECT_VERSION VERSION_LESS 1.0)
  set(compatibility SameMinorVersion)
else()
  set(compatibility SameMajorVersion)
endif()
write_basic_package_version_file(memtrainConfigVersion.cmake COMPATIBILITY ${compatibility})
foreach(folder devices models)
  install(DIRECTORY ${folder}/example DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/libmemtrain-dev/${folder}
    COMPONENT libmemtrain-dev)
endforeach()
install(FILES ${PROJECT_BINARY_DIR}/memtrainConfig.cmake ${PROJECT_BINARY_DIR}/memtrainConfigVersion.cmake
  ${PROJECT_BINARY_DIR}/memtrainRegistries.cmake
  tools/cmake/registry.cmake tools/cmake/pulsed_model.cmake tools/cmake/kernel.cpp.in tools/cmake/FindHighway.cmake
  tools/cmake/FindRandom123.cmake
  DESTINATION ${package_folder} COMPONENT libmemtrain-dev)
