//! The units that are files of plain Verilog (`hdl/rtl`), under typed ports. rust-hdl knows such a
//! unit as a `Verilog::Wrapper`: it connects and checks its ports, and takes the text as it is.

mod columns;
mod control;
mod host;
mod loader;
mod memory;

pub(crate) use columns::{Column, Columns};
pub(crate) use control::{Controller, Fields};
pub(crate) use host::Host;
pub(crate) use loader::Loader;
pub(crate) use memory::{
    BLOCK_WORDS, Bank, Banks, Blocks, Bytes, Crossbar, List, Logits, Params, Ram, RegisteredRam, Sums,
};

use crate::signal::documented::Documents;
use std::borrow::Cow;

/// The files of a unit, and the values of its parameters.
#[derive(Debug, Clone)]
pub(crate) struct Plain {
    /// The text of each file, children first. The last one has the unit's own module.
    pub files: Vec<Cow<'static, str>>,
    /// The name and the value of each parameter.
    pub parameters: Vec<(&'static str, String)>,
}

/// The name of the module in a file.
pub(crate) fn module(file: &str) -> &str {
    let name = file.lines().find_map(|line| line.strip_prefix("module "));
    name.and_then(|rest| rest.split([' ', '(']).next()).unwrap_or_else(|| unreachable!("a file without a module"))
}

/// The beginning of an instance: the module, and the values of its parameters if it has some.
pub(crate) fn instance(module: &str, parameters: &[(&str, String)]) -> String {
    if parameters.is_empty() {
        return module.into();
    }
    let parameters: Vec<String> = parameters.iter().map(|(name, value)| format!(".{name}({value})")).collect();
    format!("{module} #({})", parameters.join(", "))
}

/// Makes a unit of plain Verilog. The table has its arguments, its files (children first), the
/// values of its parameters (`let` for one that the file computes itself), and its ports with their
/// direction and kind.
macro_rules! wrapped {
    (
        $(#[$doc:meta])*
        $Unit:ident($($argument:ident: $Argument:ty),*) [$($file:literal),*]
        { $($parameters:tt)* }
        { $($(#[doc = $about:literal])* $direction:ident $kind:ident $(($($size:expr),*))? $port:ident;)* }
    ) => {
        $(#[$doc])*
        pub(crate) struct $Unit {
            $($(#[doc = $about])* pub $port: wrapped!(@type $direction $kind $(($($size),*))?),)*
            plain: $crate::plain::Plain,
        }

        impl $Unit {
            /// The documentation of the ports.
            pub(crate) const DOCUMENTS: $crate::signal::documented::Documents =
                &[$((stringify!($port), concat!($($about),*)),)*];

            /// Makes the unit.
            #[allow(non_snake_case, unused_variables, reason = "parameters are named as in the Verilog")]
            pub fn new($($argument: $Argument),*) -> Self {
                let files = vec![$(include_str!(concat!("../../rtl/lcsim_", $file, ".v")).into()),*];
                #[allow(unused_mut, reason = "some units have no parameters")]
                let mut parameters: Vec<(&'static str, String)> = vec![];
                wrapped!(@parameters parameters $($parameters)*);
                Self {
                    $($port: wrapped!(@value $kind $(($($size),*))?),)*
                    plain: $crate::plain::Plain { files, parameters },
                }
            }
        }

        impl rust_hdl_core::prelude::Logic for $Unit {
            fn update(&mut self) {}
            fn connect(&mut self) {
                $(wrapped!(@connect $direction $kind self.$port);)*
            }
            fn hdl(&self) -> rust_hdl_core::prelude::Verilog {
                $crate::plain::wrapper(&self.plain, Self::DOCUMENTS)
            }
        }

        impl rust_hdl_core::prelude::Block for $Unit {
            fn connect_all(&mut self) {
                rust_hdl_core::prelude::Logic::connect(self);
                $(self.$port.connect_all();)*
            }
            fn update_all(&mut self) {
                $(self.$port.update_all();)*
            }
            fn has_changed(&self) -> bool {
                false $(|| self.$port.has_changed())*
            }
            fn accept(&self, name: &str, probe: &mut dyn rust_hdl_core::prelude::Probe) {
                probe.visit_start_scope(name, self);
                $(self.$port.accept(stringify!($port), probe);)*
                probe.visit_end_scope(name, self);
            }
        }
    };
    (@parameters $all:ident) => {};
    (@parameters $all:ident let $name:ident = $value:expr; $($rest:tt)*) => {
        let $name = $value;
        wrapped!(@parameters $all $($rest)*);
    };
    (@parameters $all:ident $name:ident = $value:expr; $($rest:tt)*) => {
        let $name = $value;
        $all.push((stringify!($name), $name.to_string()));
        wrapped!(@parameters $all $($rest)*);
    };
    (@direction in) => { rust_hdl_core::prelude::In };
    (@direction out) => { rust_hdl_core::prelude::Out };
    (@type $d:ident clock) => { Signal<wrapped!(@direction $d), Clock> };
    (@type $d:ident bit) => { Signal<wrapped!(@direction $d), Bit> };
    (@type $d:ident bits($n:expr)) => { Signal<wrapped!(@direction $d), Bits<{ $n }>> };
    (@type $d:ident signed($n:expr)) => { Signal<wrapped!(@direction $d), Signed<{ $n }>> };
    (@type $d:ident word($n:expr)) => { Wire<wrapped!(@direction $d)> };
    (@type $d:ident words($count:expr, $n:expr)) => { Vec<Wire<wrapped!(@direction $d)>> };
    (@type $d:ident flags($count:expr)) => { Vec<Signal<wrapped!(@direction $d), Bit>> };
    (@type $d:ident bytes($count:expr)) => { Vec<Signal<wrapped!(@direction $d), Bits<8>>> };
    (@type $d:ident weights($count:expr)) => { Vec<Signal<wrapped!(@direction $d), Signed<8>>> };
    (@type $d:ident sums($count:expr)) => { Vec<Signal<wrapped!(@direction $d), Signed<32>>> };
    (@value word($n:expr)) => { Wire::new($n) };
    (@value words($count:expr, $n:expr)) => { vec![Wire::new($n); $count] };
    (@value flags($count:expr)) => { $crate::signal::ports::ports($count) };
    (@value bytes($count:expr)) => { $crate::signal::ports::ports($count) };
    (@value weights($count:expr)) => { $crate::signal::ports::ports($count) };
    (@value sums($count:expr)) => { $crate::signal::ports::ports($count) };
    (@value $kind:ident $(($($n:expr),*))?) => { Signal::default() };
    (@connect in $kind:ident $port:expr) => {};
    (@connect out words $port:expr) => { $port.iter_mut().for_each(|element| element.connect()) };
    (@connect out flags $port:expr) => { wrapped!(@connect out words $port) };
    (@connect out bytes $port:expr) => { wrapped!(@connect out words $port) };
    (@connect out weights $port:expr) => { wrapped!(@connect out words $port) };
    (@connect out sums $port:expr) => { wrapped!(@connect out words $port) };
    (@connect out $kind:ident $port:expr) => { $port.connect() };
}
use wrapped;

/// How rust-hdl takes the unit.
fn wrapper(plain: &Plain, ports: Documents) -> rust_hdl_core::prelude::Verilog {
    let own = plain.files.last().map_or("", |file| module(file));
    let ports: Vec<String> = ports.iter().map(|(port, _)| format!(".{port}({port})")).collect();
    let code = format!("{} unit ({});", instance(own, &plain.parameters), ports.join(", "));
    let cores = plain.files.concat();
    rust_hdl_core::prelude::Verilog::Wrapper(rust_hdl_core::prelude::Wrapper { code, cores })
}

/// The instance and the files of a unit that rust-hdl takes as a wrapper.
pub(crate) fn unwrapped(wrapper: &rust_hdl_core::prelude::Wrapper) -> (String, Vec<String>) {
    const FIRST: &str = "// SPDX-License-Identifier";
    let instance = wrapper.code.split(" unit (").next().unwrap_or_default();
    let files = wrapper.cores.split(FIRST).skip(1).map(|file| format!("{FIRST}{file}"));
    (instance.into(), files.collect())
}
