//! The flag of atomic.rs as a plain `static mut`. Unsound.
//!
//! Nothing tells the compiler that it can change: at -O2 main looks once.
#![no_std]
#![no_main]
#![allow(non_snake_case)]

mod rt;

static mut X: bool = false;

#[inline(never)]
#[no_mangle]
pub extern "C" fn main() -> ! {
    rt::systick::start(1000);
    // expect: unsynchronised atomic_broken::X, vanished-access atomic_broken::X [O2]
    while unsafe { !X } {}
    loop {
        rt::nop();
    }
}

#[no_mangle]
pub extern "C" fn SysTick() {
    unsafe { X = true }
}
