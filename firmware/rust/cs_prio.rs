//! The less urgent of two handlers raises BASEPRI around its access. Sound.
//!
//! PendSV is above that mask and may come at any time; it does not touch the
//! counter. ARMv7-M only: ARMv6-M has no BASEPRI.
#![no_std]
#![no_main]
#![allow(non_snake_case)]

mod rt;

use rt::{basepri, hardware_priority, priority};

static mut COUNTER: u64 = 0;

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
    raise(2);
    {
        let counter = unsafe { &mut COUNTER };
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
