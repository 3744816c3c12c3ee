# What cmake --install puts where.
install(TARGETS tornword libtornword)
install(FILES ${PROJECT_BINARY_DIR}/library/tornword.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(DIRECTORY chips/ DESTINATION ${CMAKE_INSTALL_DATADIR}/tornword/chips
  FILES_MATCHING PATTERN "*.yaml")
install(PROGRAMS hooks/pre-commit DESTINATION ${CMAKE_INSTALL_DATADIR}/tornword/hooks)
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES README.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES ${PROJECT_BINARY_DIR}/man/tornword.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${PROJECT_BINARY_DIR}/man/tornword.3 DESTINATION ${CMAKE_INSTALL_MANDIR}/man3)
install(FILES ${PROJECT_BINARY_DIR}/man/tornword.bash RENAME tornword
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${PROJECT_BINARY_DIR}/man/tornword.zsh RENAME _tornword
  DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
install(FILES ${PROJECT_BINARY_DIR}/man/tornword.fish
  DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
