//! The enum of volatile_enum.rs, each write under PRIMASK. Sound.
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
        rt::interrupt::free(|_| unsafe { ptr::write_volatile(&mut X, Enum::A) });
        rt::interrupt::free(|_| unsafe { ptr::write_volatile(&mut X, Enum::B) });
    }
}

#[no_mangle]
pub extern "C" fn SysTick() {
    match unsafe { X } {
        Enum::A => rt::nop(),
        Enum::B => rt::bkpt(), // a value like the other: only a place to stop at
    }
}
