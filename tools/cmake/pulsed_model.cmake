# memtrain_pulsed_model(TARGET WORD HEADER)
#
# Adds to TARGET the kernels and the registry entry of the pulsed device model WORD, whose struct HEADER
# defines: `soft_bounds` names the struct SoftBounds and the entry `soft_bounds_device_model()`.
set_property(GLOBAL PROPERTY MEMTRAIN_KERNEL_TEMPLATE ${CMAKE_CURRENT_LIST_DIR}/kernel.cpp.in)
function(memtrain_pulsed_model target model model_header)
  string(REGEX REPLACE "_" ";" parts ${model})
  set(Model "")
  foreach(part IN LISTS parts)
    string(SUBSTRING ${part} 0 1 first)
    string(SUBSTRING ${part} 1 -1 rest)
    string(TOUPPER ${first} first)
    string(APPEND Model ${first}${rest})
  endforeach()
  if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${model_header})
    set(model_header ${CMAKE_CURRENT_SOURCE_DIR}/${model_header})
  endif()
  get_property(kernel_template GLOBAL PROPERTY MEMTRAIN_KERNEL_TEMPLATE)
  set(kernel_file ${CMAKE_CURRENT_BINARY_DIR}/${model}_kernel.cpp)
  configure_file(${kernel_template} ${kernel_file} @ONLY)
  target_sources(${target} PRIVATE ${kernel_file})
  set_source_files_properties(${kernel_file} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)  # compiled once per instruction set
  if(address IN_LIST MEMTRAIN_SANITIZE)
    # vector intrinsics have no undefined behaviour that could be caught, and checking them takes very long; so does
    # guarding the thousand temporaries that inlining leaves behind (ten times the compile time). Accesses to memory
    # are checked.
    set_source_files_properties(${kernel_file} PROPERTIES
      COMPILE_OPTIONS "-fno-sanitize=undefined;-fno-sanitize-address-use-after-scope")
  endif()
endfunction()
