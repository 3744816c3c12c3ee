//! The handlers of cs_prio.rs without `raise`. Unsound. ARMv7-M only.
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
    priority::set_pendsv(hardware_priority(3));
    rt::systick::start(1000);
    loop {
        rt::pend_pendsv();
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
    {
        let counter = unsafe { &mut COUNTER };
        // expect: torn-read cs_prio_broken::COUNTER [O0]
        // expect: lost-update cs_prio_broken::COUNTER, torn-write cs_prio_broken::COUNTER
        *counter = counter.wrapping_mul(2);
    }
}

#[no_mangle]
pub extern "C" fn PendSV() {
    rt::nop();
}
