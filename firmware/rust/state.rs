//! A handler keeps a count from one tick to the next. Sound on Cortex-M.
//!
//! The variable stands in the handler, where no one else can name it, and an
//! exception never preempts itself.
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
    static mut COUNTER: u64 = 0;
    let counter = unsafe { &mut COUNTER };
    *counter += 1;
}
