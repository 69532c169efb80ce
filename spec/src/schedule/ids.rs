//! Numbers of the parts of a program. Each has a type of its own, so the compiler finds a number of
//! one part that is used for another.

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(usize);

        impl $name {
            /// Makes the number of the part at `index`, counted from 0.
            pub const fn new(index: usize) -> Self {
                Self(index)
            }

            /// The position, counted from 0.
            pub const fn index(self) -> usize {
                self.0
            }
        }
    )*};
}

ids! {
    /// A line of the report, of [`super::Program::layers`].
    LayerId
    /// A residual block, in the order of the network.
    BlockId
    /// A live list of the gate unit.
    ListId
    /// A map of the network, in the order in which they are made; the image is the first.
    MapId
    /// A map that does not fit on chip, of [`super::Program::off_chip`].
    OffChipId
}
