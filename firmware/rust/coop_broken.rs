//! The handlers of coop.rs, and SysTick is the more urgent one. Unsound.
#![no_std]
#![no_main]
#![allow(non_snake_case)]

mod rt;

use rt::{hardware_priority, priority};

static mut COUNTER: u64 = 1;

#[inline(never)]
#[no_mangle]
pub extern "C" fn main() -> ! {
    priority::set_svcall(hardware_priority(1));
    priority::set_systick(hardware_priority(2));
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
    // expect: torn-read coop_broken::COUNTER [m0], torn-read coop_broken::COUNTER [m3 O0]
    // expect: lost-update coop_broken::COUNTER, torn-write coop_broken::COUNTER
    *counter = counter.wrapping_mul(2);
}
