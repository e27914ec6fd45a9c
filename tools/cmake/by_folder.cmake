# memtrain_compile_by_folder(TARGET)
#
# In a unity build (CMAKE_UNITY_BUILD, all presets but `debug`), the sources that TARGET has so far are compiled folder
# by folder, which reads the headers once for each folder. Sources that it is given later are compiled by themselves.
# Names in unnamed namespaces must differ within a folder.
function(memtrain_compile_by_folder target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD_MODE GROUP)
  get_target_property(sources ${target} SOURCES)
  foreach(source IN LISTS sources)
    cmake_path(ABSOLUTE_PATH source OUTPUT_VARIABLE path)
    cmake_path(GET path PARENT_PATH folder)
    cmake_path(RELATIVE_PATH folder BASE_DIRECTORY ${PROJECT_SOURCE_DIR})
    string(REPLACE "/" "_" folder ${folder})
    set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${folder})
  endforeach()
endfunction()
