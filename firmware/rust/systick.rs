//! A timer's handler prints a dot. Sound: nothing is shared.
#![no_std]
#![no_main]
#![allow(non_snake_case)]

mod rt;

#[inline(never)]
#[no_mangle]
pub extern "C" fn main() -> ! {
    rt::systick::start(1000);
    loop {
        rt::nop();
    }
}

#[no_mangle]
pub extern "C" fn SysTick() {
    rt::print_byte(b'.');
}
