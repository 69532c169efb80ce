//! How pictures are drawn.

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use lcsim_report::draw::Format;

/// What commands that draw have in common.
#[derive(Debug, Args)]
pub struct PictureArgs {
    /// Kinds of picture, with commas in between
    #[arg(long, value_parser = formats(), value_name = "FORMAT,...", default_value = "svg,png", value_delimiter = ',')]
    pub format: Vec<Format>,
}

/// Parses the name of a format of pictures.
fn formats() -> impl TypedValueParser<Value = Format> {
    let names = [
        PossibleValue::new("svg").help("Lines and text, sharp at any size"),
        PossibleValue::new("png").help("Pixels"),
        PossibleValue::new("jpeg").alias("jpg").help("Pixels, for what reads nothing else"),
    ];
    PossibleValuesParser::new(names).map(|name| match name.as_str() {
        "svg" => Format::Svg,
        "png" => Format::Png,
        _ => Format::Jpeg,
    })
}
