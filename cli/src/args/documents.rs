//! The files that a report is written to.

use clap::Args;
use std::path::{Path, PathBuf};

/// The files of a report beside its JSON.
#[derive(Debug, Args)]
pub struct DocumentArgs {
    /// Write the layer table as CSV; with - to stdout, instead of the tables
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,
    /// Write the report as Markdown; with - to stdout, instead of the tables
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,
    /// Write the report as one HTML page with charts; with - to stdout, instead of the tables
    #[cfg(feature = "html")]
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
}

impl DocumentArgs {
    /// The paths of JSON, CSV, Markdown and HTML.
    pub fn paths<'a>(&'a self, json: Option<&'a Path>) -> [Option<&'a Path>; 4] {
        #[cfg(feature = "html")]
        let html = self.html.as_deref();
        #[cfg(not(feature = "html"))]
        let html = None;
        [json, self.csv.as_deref(), self.markdown.as_deref(), html]
    }
}
