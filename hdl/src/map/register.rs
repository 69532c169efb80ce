//! What a register is.

/// What a host can do with a field, and what the core does with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Read: always this value.
    Constant(u32),
    /// Read: what the core shows.
    Status,
    /// Read and written. 0 after a reset.
    Setting,
    /// Writing 1 asks the core for something. Reads as 0.
    Command,
    /// The core sets it. Writing 1 clears it. 0 after a reset.
    Event,
}

impl Access {
    /// Whether a host can write it.
    pub fn written(self) -> bool {
        matches!(self, Self::Setting | Self::Command | Self::Event)
    }

    /// The access as register tables name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Constant(_) | Self::Status => "read",
            Self::Setting => "read, write",
            Self::Command => "write 1",
            Self::Event => "read, write 1 to clear",
        }
    }
}

/// A field of a register.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub name: &'static str,
    /// Its lowest bit.
    pub low: usize,
    /// Its width in bits.
    pub width: usize,
    pub access: Access,
    /// Its meaning, for people.
    pub about: &'static str,
}

/// A register of 32 bits. Its fields stand from the lowest bit on.
#[derive(Debug, Clone)]
pub(crate) struct Register {
    pub name: &'static str,
    /// The number of its word: its byte address is four times as large.
    pub number: usize,
    pub about: &'static str,
    pub fields: Vec<Field>,
}

impl Register {
    /// The byte address.
    pub fn address(&self) -> usize {
        4 * self.number
    }

    /// Whether a host can write it.
    pub fn written(&self) -> bool {
        self.fields.iter().any(|field| field.access.written())
    }

    /// The field `name`.
    pub fn field(&self, name: &str) -> &Field {
        let field = self.fields.iter().find(|field| field.name == name);
        field.unwrap_or_else(|| unreachable!("register {} without field {name}", self.name))
    }

    /// The stem of the ports that belong to a field.
    pub fn port(&self, field: &Field) -> String {
        format!("{}_{}", self.name.to_lowercase(), field.name)
    }
}
