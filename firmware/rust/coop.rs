//! Two handlers of equal priority share a counter without a section. Sound.
//!
//! Neither preempts the other: the second is entered when the first returns.
#![no_std]
#![no_main]
#![allow(non_snake_case)]

mod rt;

use rt::{hardware_priority, priority};

static mut COUNTER: u64 = 0;

#[inline(never)]
#[no_mangle]
pub extern "C" fn main() -> ! {
    priority::set_svcall(hardware_priority(1));
    priority::set_systick(hardware_priority(1));
    rt::systick::start(1000);
    loop {
        rt::svc();
    }
}

#[no_mangle]
pub extern "C" fn SysTick() {
    let counter = unsafe { &mut COUNTER };
    *counter += 1;
}

#[no_mangle]
pub extern "C" fn SVCall() {
    let counter = unsafe { &mut COUNTER };
    *counter = counter.wrapping_mul(2);
}
