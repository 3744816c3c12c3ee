//! A `static mut` that main and SysTick use as they like. Unsound.
//!
//! main writes 0 and reads it back; a tick between the two makes it 1. That is
//! undefined behaviour, and the compiler takes it at its word: at -O2 there is
//! no access left, not even the variable.
#![no_std]
#![no_main]
#![allow(non_snake_case)]

mod rt;

static mut X: u32 = 0;

#[inline(never)]
#[no_mangle]
pub extern "C" fn main() -> ! {
    rt::systick::start(1000);
    let x: &mut u32 = unsafe { &mut X };
    loop {
        *x = 0; // expect: unsynchronised static_mut::X [O0]
        if *x != 0 { // expect: unsynchronised static_mut::X [O0]
            panic!(); // cannot happen, says the compiler
        } else {
            rt::nop();
        }
    }
}

#[no_mangle]
pub extern "C" fn SysTick() {
    unsafe {
        X = 1;
    }
    rt::nop();
}
