//! The flag of volatile_flag.rs, which SysTick raises with a plain store. Unsound.
#![no_std]
#![no_main]
#![allow(non_snake_case)]

mod rt;

use core::ptr;

static mut READY: bool = false;

#[inline(never)]
#[no_mangle]
pub extern "C" fn main() -> ! {
    rt::systick::start(1000);
    // expect: unsynchronised volatile_flag_broken::READY
    while !unsafe { ptr::read_volatile(ptr::addr_of!(READY)) } {}
    loop {
        rt::nop();
    }
}

#[no_mangle]
pub extern "C" fn SysTick() {
    unsafe { READY = true };
}
