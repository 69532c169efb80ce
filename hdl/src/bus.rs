//! The core behind a bus.

use crate::about::about;
use crate::emit::Module;
use crate::map;
use crate::sizes::Sizes;
use crate::values;
use lcsim_spec::AcceleratorConfig;

/// A bus by which a host reaches the core.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bus {
    /// AXI4-Lite.
    Axi4Lite,
    /// Wishbone B4, classic cycles.
    Wishbone,
}

impl Bus {
    /// The name of the module that has the core and its bus.
    pub fn top(self) -> &'static str {
        match self {
            Self::Axi4Lite => "lcsim_axi4_lite_top",
            Self::Wishbone => "lcsim_wishbone_top",
        }
    }

    /// The name of the clock of the module `top`, which is a bus's or has none.
    pub(crate) fn clock(top: &str) -> &'static str {
        match top {
            _ if top == Self::Axi4Lite.top() => "aclk",
            _ if top == Self::Wishbone.top() => "clk_i",
            _ => "clock",
        }
    }

    /// The name of the bus, for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Axi4Lite => "AXI4-Lite",
            Self::Wishbone => "Wishbone",
        }
    }
}

/// Makes the modules that stand around the core of `config`: the bus, the streams, and the top
/// module, which comes last.
pub fn around(config: &AcceleratorConfig, bus: Bus) -> Vec<Module> {
    let s = &Sizes::new(config);
    let (slave, slave_text, top_text) = match bus {
        Bus::Axi4Lite => {
            ("lcsim_axi4_lite", include_str!("../rtl/lcsim_axi4_lite.v"), include_str!("../rtl/lcsim_axi4_lite_top.v"))
        }
        Bus::Wishbone => {
            ("lcsim_wishbone", include_str!("../rtl/lcsim_wishbone.v"), include_str!("../rtl/lcsim_wishbone_top.v"))
        }
    };
    let regions = map::regions(s);
    let (image, logits) = (&regions[map::IMAGE], &regions[map::LOGITS]);
    let control = map::named(s, "CONTROL");
    let top = values::set(
        top_text,
        "parameter",
        &[
            ("ADDRESS", map::address_bits(s)),
            ("LOGIT", s.kw()),
            ("CONTROL", control.address()),
            ("START", 1 << control.field("start").low),
            ("IMAGE_BASE", image.base),
            ("IMAGE_WIDTH", image.width),
            ("IMAGE_WORDS", image.depth),
            ("LOGITS_BASE", logits.base),
        ],
    );
    let stream = include_str!("../rtl/lcsim_stream.v").to_string();
    let modules = [(slave, slave_text.to_string()), ("lcsim_stream", stream), (bus.top(), top)];
    let about = about(config);
    modules.map(|(name, text)| Module { name: name.into(), text: values::head(&text, &about) }).into()
}
