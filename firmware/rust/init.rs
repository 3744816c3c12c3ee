//! main gives SysTick a value that only exists at run time. Sound.
//!
//! Interrupts are off until it is there, and SysTick does not run before.
#![no_std]
#![no_main]
#![allow(non_snake_case)]

mod rt;

use core::mem::MaybeUninit;

pub struct Thing {
    step: u32,
    total: u32,
}

impl Thing {
    fn new(step: u32) -> Thing {
        Thing { step, total: 0 }
    }

    fn work(&mut self) {
        self.total = self.total.wrapping_add(self.step);
    }
}

static mut THING: MaybeUninit<Thing> = MaybeUninit::uninit();

#[inline(never)]
#[no_mangle]
pub extern "C" fn main() -> ! {
    rt::interrupt::disable();
    unsafe { THING = MaybeUninit::new(Thing::new(7)) };
    rt::systick::start(1000);
    unsafe { rt::interrupt::enable() }
    loop {
        rt::nop();
    }
}

#[no_mangle]
pub extern "C" fn SysTick() {
    let thing = unsafe { &mut *THING.as_mut_ptr() };
    thing.work();
}
