//! The handlers of cs_prio.rs, and main swaps two priorities. Unsound. ARMv7-M only.
//!
//! SVCall still raises BASEPRI to the level that SysTick had. Now SysTick has
//! PendSV's, which is above it.
#![no_std]
#![no_main]
#![allow(non_snake_case)]

mod rt;

use rt::{basepri, hardware_priority, priority};

static mut COUNTER: u64 = 1;

#[inline(never)]
#[no_mangle]
pub extern "C" fn main() -> ! {
    priority::set_svcall(hardware_priority(1));
    priority::set_systick(hardware_priority(2));
    priority::set_pendsv(hardware_priority(3));
    rt::systick::start(1000);
    rt::svc();
    priority::set_systick(hardware_priority(3));
    priority::set_pendsv(hardware_priority(2));
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
    raise(2);
    {
        let counter = unsafe { &mut COUNTER };
        // expect: torn-read cs_prio_swap_broken::COUNTER [O0]
        // expect: lost-update cs_prio_swap_broken::COUNTER
        // expect: torn-write cs_prio_swap_broken::COUNTER
        *counter = counter.wrapping_mul(2);
    }
    unsafe { lower() }
}

#[no_mangle]
pub extern "C" fn PendSV() {
    rt::nop();
}

#[inline(always)]
fn raise(logical: u8) {
    unsafe { basepri::write(hardware_priority(logical)) }
}

#[inline(always)]
unsafe fn lower() {
    basepri::write(0);
}
