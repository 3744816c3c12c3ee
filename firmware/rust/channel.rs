//! A value moves from main to SysTick through a mutex. Sound.
#![no_std]
#![no_main]
#![allow(non_snake_case)]

mod rt;

use core::cell::{Cell, RefCell};
use rt::{interrupt, Mutex};

pub struct Thing {
    value: u32,
}

static CHANNEL: Mutex<RefCell<Option<Thing>>> = Mutex::new(RefCell::new(None));
static SINK: Mutex<Cell<u32>> = Mutex::new(Cell::new(0));

#[inline(never)]
#[no_mangle]
pub extern "C" fn main() -> ! {
    rt::systick::start(1000);
    let mut value = 7;
    loop {
        interrupt::free(|cs| {
            *CHANNEL.borrow(cs).borrow_mut() = Some(Thing { value });
        });
        value ^= 5;
    }
}

#[no_mangle]
pub extern "C" fn SysTick() {
    interrupt::free(|cs| {
        let thing = CHANNEL.borrow(cs).borrow_mut().take();
        if let Some(thing) = thing {
            SINK.borrow(cs).set(thing.value);
        }
    });
}
