//! Core 1 masks SysTick in mc_mask.rs. Sound alone.
//!
//! Alone it has to serve that SysTick itself, which the same mask covers.
#![no_std]
#![no_main]
#![allow(non_snake_case)]

mod mc_mask;
mod rt;

use core::mem::MaybeUninit;
use core::sync::atomic::{compiler_fence, Ordering};
use mc_mask::COUNTER;
use rt::{hardware_priority, priority, systick};

/// The right to switch SysTick's interrupt off and on.
pub struct Timer(());

impl Timer {
    fn disable_interrupt(&mut self) {
        systick::disable_interrupt();
    }

    fn enable_interrupt(&mut self) {
        systick::enable_interrupt();
    }
}

static mut TIMER: MaybeUninit<Timer> = MaybeUninit::uninit();

#[inline(never)]
#[no_mangle]
pub extern "C" fn main() -> ! {
    unsafe { TIMER = MaybeUninit::new(Timer(())) };
    priority::set_svcall(hardware_priority(1));
    priority::set_systick(hardware_priority(2));
    systick::start(1000);
    loop {
        rt::svc();
    }
}

#[no_mangle]
pub extern "C" fn SVCall() {
    let timer = unsafe { &mut *TIMER.as_mut_ptr() };
    timer.disable_interrupt();
    compiler_fence(Ordering::SeqCst);
    {
        let counter = unsafe { &mut COUNTER };
        *counter += 1;
    }
    compiler_fence(Ordering::SeqCst);
    timer.enable_interrupt();
}

#[no_mangle]
pub extern "C" fn SysTick() {
    let counter = unsafe { &mut COUNTER };
    *counter += 1;
}
