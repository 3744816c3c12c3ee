@ A variable of which only parts have storage, as optimisers of Rust leave it:
@ struct pair { u32 lost; u32 first; u64 second; }, first and second in memory,
@ the latter in front. No compiler writes it on demand, so the DWARF is by hand.
  .syntax unified
  .cpu cortex-m3
  .thumb

  .section .isr_vector, "a"
  .word 0x20008000
  .word Reset_Handler + 1
  .space 64

  .text
  .type Reset_Handler, %function
  .global Reset_Handler
Reset_Handler:
  b Reset_Handler
  .size Reset_Handler, . - Reset_Handler

  .data
  .balign 8
  .type storage, %object
storage:
  .quad 1
  .word 2
  .size storage, . - storage

  .section .debug_abbrev, "", %progbits
  .uleb128 1, 0x11 @ unit: producer's name left out
  .byte 1
  .uleb128 0x13, 0x05, 0, 0 @ language: data2
  .uleb128 2, 0x24 @ base type: name, encoding, byte_size
  .byte 0
  .uleb128 0x03, 0x08, 0x3e, 0x0b, 0x0b, 0x0b, 0, 0
  .uleb128 3, 0x13 @ struct: name, byte_size
  .byte 1
  .uleb128 0x03, 0x08, 0x0b, 0x0b, 0, 0
  .uleb128 4, 0x0d @ member: name, type, data_member_location
  .byte 0
  .uleb128 0x03, 0x08, 0x49, 0x13, 0x38, 0x0b, 0, 0
  .uleb128 5, 0x34 @ variable: name, type, location
  .byte 0
  .uleb128 0x03, 0x08, 0x49, 0x13, 0x02, 0x18, 0, 0
  .uleb128 0

  .section .debug_info, "", %progbits
unit:
  .4byte end - start
start:
  .2byte 4 @ DWARF 4
  .4byte .debug_abbrev
  .byte 4
  .uleb128 1
  .2byte 0x1c @ Rust
word:
  .uleb128 2
  .asciz "u32"
  .byte 7, 4
double:
  .uleb128 2
  .asciz "u64"
  .byte 7, 8
pair:
  .uleb128 3
  .asciz "Pair"
  .byte 16
  .uleb128 4
  .asciz "lost"
  .4byte word - unit
  .byte 0
  .uleb128 4
  .asciz "first"
  .4byte word - unit
  .byte 4
  .uleb128 4
  .asciz "second"
  .4byte double - unit
  .byte 8
  .uleb128 0
  .uleb128 5
  .asciz "PAIR"
  .4byte pair - unit
  .uleb128 location_end - location
location:
  .byte 0x93, 4 @ piece: nowhere
  .byte 0x03
  .4byte storage
  .byte 0x23, 8 @ plus_uconst
  .byte 0x93, 4
  .byte 0x03
  .4byte storage
  .byte 0x93, 8
location_end:
  .uleb128 0
end:
