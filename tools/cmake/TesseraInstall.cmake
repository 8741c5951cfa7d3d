# cmake --install: programs, headers, static libraries, and what find_package(Tessera) reads.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(libraries tessera_options tessera_kernels tessera_kernels_cpu tessera_core tessera_nn tessera_recon)
foreach(device simt cuda)
  if(TARGET tessera_kernels_${device})
    list(APPEND libraries tessera_kernels_${device})
  endif()
endforeach()
foreach(library ${libraries})
  string(REPLACE "tessera_" "" name ${library}) # Tessera::recon and so on
  set_target_properties(${library} PROPERTIES EXPORT_NAME ${name})
endforeach()

install(TARGETS ${libraries} EXPORT TesseraTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
foreach(storey kernels core nn recon)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/${storey} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/tessera FILES_MATCHING PATTERN *.h)
endforeach()

get_property(programs DIRECTORY ${PROJECT_SOURCE_DIR}/tools PROPERTY BUILDSYSTEM_TARGETS)
list(REMOVE_ITEM programs tessera_programs)
install(TARGETS ${programs} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
foreach(program ${programs}) # bash loads completions by the name of the program
  install(FILES ${PROJECT_SOURCE_DIR}/tools/completion.bash RENAME ${program} DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
endforeach()
if(EXISTS ${PROJECT_SOURCE_DIR}/configs/weights)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/configs/weights DESTINATION ${CMAKE_INSTALL_DATADIR}/tessera)
endif()
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/CITATION.cff DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/Tessera)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/TesseraConfig.cmake.in ${PROJECT_BINARY_DIR}/TesseraConfig.cmake
  INSTALL_DESTINATION ${package})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/TesseraConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/TesseraConfig.cmake ${PROJECT_BINARY_DIR}/TesseraConfigVersion.cmake DESTINATION ${package})
if(TESSERA_HAS_CUDA)
  install(FILES ${PROJECT_SOURCE_DIR}/tools/cmake/FindCUDNN.cmake DESTINATION ${package})
endif()
install(EXPORT TesseraTargets NAMESPACE Tessera:: DESTINATION ${package})
