# Writes OUTPUT, a C file with the files of INPUTS (in DIRECTORY, separated by
# commas) as const struct page_part ARRAY[]; "@data" stands for the place of the data.
# Run as a script: cmake -DDIRECTORY=... -DINPUTS=... -DOUTPUT=... -DARRAY=... -P Embed.cmake
string(REPLACE "," ";" inputs "${INPUTS}")
set(arrays "")
set(rows "")
foreach(input IN LISTS inputs)
  if(input STREQUAL "@data")
    string(APPEND rows "    {\"data\", (const unsigned char *)\"\", 0},\n")
    continue()
  endif()
  string(MAKE_C_IDENTIFIER "part_${input}" name)
  file(READ "${DIRECTORY}/${input}" bytes HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  string(REGEX REPLACE "(................................................................................)" "\\1\n" bytes "${bytes}")
  string(APPEND arrays "static const unsigned char ${name}[] = {\n${bytes}};\n")
  string(APPEND rows "    {\"${input}\", ${name}, sizeof ${name}},\n")
endforeach()
file(WRITE "${OUTPUT}" "#include \"report/page_parts.h\"\n\n${arrays}\nconst struct page_part ${ARRAY}[] = {\n${rows}    {NULL, NULL, 0}};\n")
