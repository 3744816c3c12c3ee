//! What the examples need of a Cortex-M, and no more: vector table, reset, the
//! few registers, and the mutex of the examples that pass values on.
//!
//! Addresses and bits: ARMv6-M (DDI 0419) and ARMv7-M (DDI 0403) Architecture
//! Reference Manuals, B3. Each `asm!` that opens or closes a critical section
//! may touch memory as far as the compiler knows, so that no access to shared
//! data moves over it.
#![allow(dead_code)] // each example uses some of it

use core::arch::asm;
use core::cell::UnsafeCell;
use core::ptr;

const SYST_CSR: *mut u32 = 0xe000_e010 as *mut u32; // control and status
const SYST_RVR: *mut u32 = 0xe000_e014 as *mut u32; // reload value
const SYST_CVR: *mut u32 = 0xe000_e018 as *mut u32; // current value
const NVIC_ISER0: *mut u32 = 0xe000_e100 as *mut u32; // a 1 enables that interrupt
const NVIC_IPR0: *mut u32 = 0xe000_e400 as *mut u32; // priorities of IRQ 0 to 3
const SCB_ICSR: *mut u32 = 0xe000_ed04 as *mut u32;
const SCB_SHPR2: *mut u32 = 0xe000_ed1c as *mut u32; // SVCall in bits 31:24
const SCB_SHPR3: *mut u32 = 0xe000_ed20 as *mut u32; // SysTick 31:24, PendSV 23:16

/// Implemented priority bits, the upper ones of each byte.
pub const PRIORITY_BITS: u8 = 3;

/// A logical priority, 1 the least urgent, as hardware has it: a smaller
/// number in the upper bits is more urgent.
pub const fn hardware_priority(logical: u8) -> u8 {
    ((1 << PRIORITY_BITS) - logical) << (8 - PRIORITY_BITS)
}

pub mod systick {
    use super::*;

    const TICKINT: u32 = 1 << 1;

    /// Ticks every `period` cycles of the core's clock from now on.
    pub fn start(period: u32) {
        unsafe {
            ptr::write_volatile(SYST_RVR, period - 1);
            ptr::write_volatile(SYST_CVR, 0);
            ptr::write_volatile(SYST_CSR, 1 << 2 | TICKINT | 1 << 0);
        }
    }

    #[inline(always)]
    pub fn disable_interrupt() {
        unsafe { ptr::write_volatile(SYST_CSR, ptr::read_volatile(SYST_CSR) & !TICKINT) }
    }

    #[inline(always)]
    pub fn enable_interrupt() {
        unsafe { ptr::write_volatile(SYST_CSR, ptr::read_volatile(SYST_CSR) | TICKINT) }
    }
}

pub mod priority {
    use super::*;

    fn set_byte(register: *mut u32, shift: u32, priority: u8) {
        unsafe {
            let others = ptr::read_volatile(register) & !(0xff << shift);
            ptr::write_volatile(register, others | (priority as u32) << shift);
        }
    }

    pub fn set_svcall(priority: u8) {
        set_byte(SCB_SHPR2, 24, priority);
    }

    pub fn set_pendsv(priority: u8) {
        set_byte(SCB_SHPR3, 16, priority);
    }

    pub fn set_systick(priority: u8) {
        set_byte(SCB_SHPR3, 24, priority);
    }
}

pub fn pend_pendsv() {
    unsafe { ptr::write_volatile(SCB_ICSR, 1 << 28) }
}

#[inline(always)]
pub fn nop() {
    unsafe { asm!("nop", options(nomem, nostack, preserves_flags)) }
}

#[inline(always)]
pub fn bkpt() {
    unsafe { asm!("bkpt #0", options(nomem, nostack, preserves_flags)) }
}

#[inline(always)]
pub fn svc() {
    unsafe { asm!("svc #0", options(nostack)) }
}

/// PRIMASK: no interrupt is taken between `disable` and `enable`.
pub mod interrupt {
    use super::*;

    /// Proof that interrupts are off, valid for `'cs`.
    pub struct CriticalSection(());

    #[inline(always)]
    pub fn disable() {
        unsafe { asm!("cpsid i", options(nostack, preserves_flags)) }
    }

    /// # Safety
    /// Must not be called inside someone else's critical section.
    #[inline(always)]
    pub unsafe fn enable() {
        asm!("cpsie i", options(nostack, preserves_flags));
    }

    /// Runs `work` with interrupts off, and leaves them as they were.
    #[inline(always)]
    pub fn free<R>(work: impl FnOnce(&CriticalSection) -> R) -> R {
        let primask: u32;
        unsafe { asm!("mrs {}, PRIMASK", out(reg) primask, options(nostack, preserves_flags)) }
        disable();
        let result = work(&CriticalSection(()));
        if primask & 1 == 0 {
            unsafe { enable() }
        }
        result
    }

    impl CriticalSection {
        /// # Safety
        /// Interrupts must be off; who lies has no critical section.
        pub unsafe fn claim() -> CriticalSection {
            CriticalSection(())
        }
    }
}

/// BASEPRI: only what is more urgent than `priority` is taken; 0 is no mask.
#[cfg(armv7m)]
pub mod basepri {
    use core::arch::asm;

    #[inline(always)]
    pub unsafe fn write(priority: u8) {
        asm!("msr BASEPRI, {}", in(reg) priority as u32, options(nostack, preserves_flags));
    }
}

/// Data that may be reached only in a critical section.
pub struct Mutex<T>(UnsafeCell<T>);

// Sound on one core, and if the value may change hands.
unsafe impl<T: Send> Sync for Mutex<T> {}

impl<T> Mutex<T> {
    pub const fn new(value: T) -> Mutex<T> {
        Mutex(UnsafeCell::new(value))
    }

    /// The reference does not outlive the section.
    #[inline(always)]
    pub fn borrow<'cs>(&'cs self, _section: &'cs interrupt::CriticalSection) -> &'cs T {
        unsafe { &*self.0.get() }
    }
}

/// Semihosting's SYS_WRITEC.
pub fn print_byte(byte: u8) {
    unsafe { asm!("bkpt #0xab", inout("r0") 3 => _, in("r1") &byte, options(nostack)) }
}

extern "C" {
    static __stack_top: u32;
    static __data_load: u32;
    static mut __data_start: u32;
    static mut __data_end: u32;
    static mut __bss_start: u32;
    static mut __bss_end: u32;
    fn main() -> !;
    fn SVCall(); // default_handler unless the example has its own: handlers.ld
    fn PendSV();
    fn SysTick();
}

#[repr(C)]
pub struct VectorTable {
    stack: &'static u32,
    reset: unsafe extern "C" fn() -> !,
    handlers: [Option<unsafe extern "C" fn()>; 14], // of exceptions 2 to 15
}

#[no_mangle]
#[used]
#[link_section = ".isr_vector"]
pub static VECTORS: VectorTable = VectorTable {
    stack: unsafe { &__stack_top },
    reset: Reset_Handler,
    handlers: [
        Some(default_handler), // NMI
        Some(default_handler), // HardFault
        Some(default_handler), // MemManage, BusFault, UsageFault: ARMv7-M only
        Some(default_handler),
        Some(default_handler),
        None,
        None,
        None,
        None,
        Some(SVCall),
        Some(default_handler), // DebugMonitor: ARMv7-M only
        None,
        Some(PendSV),
        Some(SysTick),
    ],
};

/// Stands still: a fault shows as a program that no longer gets anywhere.
#[no_mangle]
pub unsafe extern "C" fn default_handler() {
    loop {
        nop();
    }
}

/// Fills RAM, which is random at power on, and starts the program. Volatile, so
/// that the loops do not become calls of memcpy.
#[no_mangle]
#[allow(non_snake_case)]
pub unsafe extern "C" fn Reset_Handler() -> ! {
    let mut from = &__data_load as *const u32;
    let mut to = &mut __data_start as *mut u32;
    while to < &mut __data_end as *mut u32 {
        ptr::write_volatile(to, ptr::read_volatile(from));
        from = from.add(1);
        to = to.add(1);
    }
    let mut to = &mut __bss_start as *mut u32;
    while to < &mut __bss_end as *mut u32 {
        ptr::write_volatile(to, 0);
        to = to.add(1);
    }
    main()
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {
        nop();
    }
}
