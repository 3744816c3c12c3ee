//! main waits until SysTick raises a flag; both use volatile operations. One byte, one
//! writer: sound on one core.
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
    while !unsafe { ptr::read_volatile(ptr::addr_of!(READY)) } {}
    loop {
        rt::nop();
    }
}

#[no_mangle]
pub extern "C" fn SysTick() {
    unsafe { ptr::write_volatile(ptr::addr_of_mut!(READY), true) };
}
