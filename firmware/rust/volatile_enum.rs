//! A 64-bit enum, written with volatile stores. Unsound.
//!
//! volatile keeps each store; it does not make it one move. ARMv6-M writes with
//! two STR, ARMv7-M with one STRD that an interrupt can cut in two as well. A
//! tick in between reads a value that the enum does not have, and `match` on
//! that is undefined behaviour. At -O0 both stores are one instruction, in the
//! function `write_volatile`: one finding stands for both.
#![no_std]
#![no_main]
#![allow(non_snake_case)]

mod rt;

use core::ptr;

#[derive(Clone, Copy)]
#[repr(u64)]
pub enum Enum {
    A = 0x0000_0000_ffff_ffff,
    B = 0xffff_ffff_0000_0000,
}

static mut X: Enum = Enum::A;

#[inline(never)]
#[no_mangle]
pub extern "C" fn main() -> ! {
    rt::systick::start(1000);
    loop {
        // expect: torn-write volatile_enum::X [O2], invalid-enum volatile_enum::X [O2]
        unsafe { ptr::write_volatile(&mut X, Enum::A) }
        // expect: torn-write volatile_enum::X, invalid-enum volatile_enum::X
        unsafe { ptr::write_volatile(&mut X, Enum::B) }
    }
}

#[no_mangle]
pub extern "C" fn SysTick() {
    match unsafe { X } {
        Enum::A => rt::nop(),
        Enum::B => rt::bkpt(), // a value like the other: only a place to stop at
    }
}
