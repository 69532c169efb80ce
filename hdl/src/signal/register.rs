//! Registers, the only leaves of the units in rust-hdl's language.

use super::word::Wire;
use rust_hdl_core::prelude::*;

/// The text of a register's `hdl`. The printer knows a register by it, and writes the register into
/// the module that owns it.
pub(crate) const REGISTER: &str = "register";

/// Implements rust-hdl's `Logic` for a kind of register.
macro_rules! register {
    (($($generics:tt)*) $type:ty) => {
        impl $($generics)* Logic for $type {
            fn update(&mut self) {
                if self.clock.pos_edge() {
                    self.q.next = self.d.val();
                }
            }
            fn connect(&mut self) {
                self.q.connect();
            }
            fn hdl(&self) -> Verilog {
                Verilog::Custom(REGISTER.into())
            }
            fn timing(&self) -> Vec<TimingInfo> {
                vec![TimingInfo {
                    name: REGISTER.into(),
                    clock: "clock".into(),
                    inputs: vec!["d".into()],
                    outputs: vec!["q".into()],
                }]
            }
        }
    };
}

/// A register without a reset of its own: whoever owns it resets it, as the last statement of
/// `update`.
#[derive(Clone, Debug, Default, LogicBlock)]
pub(crate) struct Register<T: Synth> {
    /// The value after the next edge.
    pub d: Signal<In, T>,
    /// The value.
    pub q: Signal<Out, T>,
    /// The clock.
    pub clock: Signal<In, Clock>,
}

register!((<T: Synth>) Register<T>);

/// A register of a width that is set when it is made.
#[derive(Clone, Debug, LogicBlock)]
pub(crate) struct WordRegister {
    /// The value after the next edge.
    pub d: Wire<In>,
    /// The value.
    pub q: Wire<Out>,
    /// The clock.
    pub clock: Signal<In, Clock>,
}

register!(() WordRegister);

impl WordRegister {
    pub fn new(width: usize) -> Self {
        Self { d: Wire::new(width), q: Wire::new(width), clock: Signal::default() }
    }
}

/// Connects the clock of registers, and lets them keep their values. `#[hdl_gen]` knows this macro
/// by its name.
macro_rules! dff_setup {
    ($self:ident, $clock:ident, $($register:ident),+ $(,)?) => {
        $($self.$register.clock.next = $self.$clock.val();)+
        $($self.$register.d.next = $self.$register.q.val();)+
    };
}
pub(crate) use dff_setup;

/// A comment of the emitted text.
macro_rules! comment {
    ($text:literal) => {};
}
pub(crate) use comment;
