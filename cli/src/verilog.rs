//! An accelerator as Verilog.

use crate::accelerator::Accelerator;
use crate::error::Result;
use crate::images::Images;
use crate::network::Network;
use anyhow::{Context, bail, ensure};
use lcsim_hdl::{Kind, Part, Readme, Target, Vector};
use lcsim_input::Expected;
use lcsim_output::folder::Folder;
use lcsim_output::text::one_line;
use lcsim_report::parallel;
use lcsim_sim::{Mode, Simulator};
use lcsim_spec::progress::{Progress, Silent};
use lcsim_spec::schedule::Program;
use std::path::Path;

/// What the testbench of a unit alone does.
const UNIT_BENCH: &str =
    "drives random vectors, extremes among them, and compares what comes out, and when, with plain arithmetic";

/// An accelerator, or a unit of it, as synthesisable Verilog that equals the simulator cycle by
/// cycle.
///
/// ```
/// use lcsim::{Accelerator, Images, Network, Verilog};
///
/// let (network, images) = (Network::embedded()?, Images::embedded()?.take(1));
/// let accelerator = Accelerator::named("16x16")?;
/// let files = Verilog::core(&accelerator).testbench(&network, &images).files()?;
/// assert!(files.iter().any(|(name, _)| name == "lcsim_core_tb.sv"));
/// # Ok::<(), lcsim::Error>(())
/// ```
#[derive(Clone)]
pub struct Verilog<'a> {
    accelerator: &'a Accelerator,
    /// A unit alone; nothing for the core.
    unit: Option<Kind>,
    testbench: Option<(&'a Network, &'a Images)>,
    on_chip: bool,
    target: Option<Target>,
    progress: &'a dyn Progress,
}

impl<'a> Verilog<'a> {
    fn new(accelerator: &'a Accelerator, unit: Option<Kind>) -> Self {
        Self { accelerator, unit, testbench: None, on_chip: false, target: None, progress: &Silent }
    }

    /// The whole core.
    pub fn core(accelerator: &'a Accelerator) -> Self {
        Self::new(accelerator, None)
    }

    /// The array of PEs alone.
    ///
    /// ```
    /// let accelerator = lcsim::Accelerator::named("4x4")?;
    /// let files = lcsim::Verilog::array(&accelerator).files()?;
    /// assert!(files.iter().any(|(name, _)| name == "lcsim_array.v"));
    /// # Ok::<(), lcsim::Error>(())
    /// ```
    pub fn array(accelerator: &'a Accelerator) -> Self {
        Self::new(accelerator, Some(Kind::Array))
    }

    /// The gate unit alone.
    pub fn gate(accelerator: &'a Accelerator) -> Self {
        Self::new(accelerator, Some(Kind::Gate))
    }

    /// Adds a testbench that runs `images` through `network` on the core, and compares it with the
    /// simulator.
    #[must_use]
    pub fn testbench(self, network: &'a Network, images: &'a Images) -> Self {
        Self { testbench: Some((network, images)), ..self }
    }

    /// Lets the memories of the core begin with the network of the testbench; otherwise they begin
    /// empty, and the host port loads them.
    #[must_use]
    pub fn on_chip(self) -> Self {
        Self { on_chip: true, ..self }
    }

    /// Adds scripts and constraints for a target, whose part has to have the multipliers and block
    /// RAMs of the core.
    #[must_use]
    pub fn target(self, target: Target) -> Self {
        Self { target: Some(target), ..self }
    }

    /// What watches the simulation of the testbench's images, and may stop it.
    #[must_use]
    pub fn progress(self, progress: &'a dyn Progress) -> Self {
        Self { progress, ..self }
    }

    /// Checks that the Verilog can have this accelerator, and the target this core.
    ///
    /// # Errors
    /// Everything that is too large.
    pub fn check(&self) -> Result<()> {
        Ok(self.refuse(&self.problems())?)
    }

    /// Checks that the core can run a network.
    ///
    /// # Errors
    /// The network is float, or does not fit on chip, or needs what only the simulator has.
    pub fn check_network(&self, network: &Network) -> Result<()> {
        Ok(self.program(network).map(drop)?)
    }

    /// The files: modules, their list, a README, and what was added.
    ///
    /// # Errors
    /// Those of [`check`](Self::check) and [`check_network`](Self::check_network), all at once; a
    /// unit alone has no memories for a network; the work was stopped.
    pub fn files(&self) -> Result<VerilogFiles> {
        let files = match self.unit {
            None => self.core_files()?,
            Some(kind) => self.unit_files(kind)?,
        };
        Ok(VerilogFiles(files))
    }

    fn problems(&self) -> Vec<String> {
        let config = self.accelerator.config();
        let mut problems: Vec<String> = lcsim_hdl::check(config).err().map(|e| e.to_string()).into_iter().collect();
        if let (Some(target), None) = (self.target, self.unit) {
            problems.extend(target.check(config).err().map(|e| format!("target: {e}")));
        }
        problems
    }

    /// Refuses an accelerator that has `problems`, with all of them.
    fn refuse(&self, problems: &[String]) -> anyhow::Result<()> {
        ensure!(problems.is_empty(), "{}: {}", self.accelerator.shown(), problems.join("; "));
        Ok(())
    }

    fn program(&self, network: &Network) -> anyhow::Result<Program> {
        let program = || -> anyhow::Result<Program> {
            let program = Program::new(network.quantized()?.0, self.accelerator.config())?;
            lcsim_hdl::check_program(&program)?;
            Ok(program)
        };
        program().with_context(|| network.shown().to_owned())
    }

    fn core_files(&self) -> anyhow::Result<Files> {
        let mut problems = self.problems();
        let mut benched = None;
        if let Some((network, images)) = self.testbench {
            match self.program(network) {
                Ok(program) => benched = Some((network, images, program)),
                Err(error) => problems.push(one_line(&error)),
            }
        }
        self.refuse(&problems)?;
        let Some((network, images, program)) = benched else {
            ensure!(!self.on_chip, "{}: expected a network to put on chip, found none", self.accelerator.shown());
            return Ok(self.complete(&lcsim_hdl::core(self.accelerator.config(), None), vec![], Readme::default()));
        };
        let part = lcsim_hdl::core(self.accelerator.config(), self.on_chip.then_some(&program));
        let mut files = if self.on_chip { lcsim_hdl::memory_files(&program) } else { vec![] };
        let vectors = self.vectors(network, images, &program)?;
        files.extend(lcsim_hdl::testbench(&program, self.on_chip, &vectors));
        let name = network.name();
        let does = format!(
            "runs real images through {name} and compares every score, live list and logit, and the cycles, with lcsim's simulator"
        );
        let carried = self.on_chip.then_some(name);
        Ok(self.complete(&part, files, Readme { carried, testbench: Some(&does), ..Readme::default() }))
    }

    fn vectors(&self, network: &Network, images: &Images, program: &Program) -> anyhow::Result<Vec<Vector>> {
        let (net, _) = network.quantized()?;
        let images = images.some()?.read(&Expected::by_quantized(net))?;
        let simulator = Simulator::stepped(net, self.accelerator.config());
        let simulator = simulator.with_context(|| self.accelerator.shown().to_owned())?;
        simulator.expect_memory(parallel::at_a_time(images.len()))?;
        let vector = |i: usize| {
            let image = net.input.quantize_image(&images[i].pixels);
            let outcome = simulator.run(&image, Mode::Gated);
            Vector::new(program, &image, &outcome.trace, outcome.cycles)
        };
        Ok(parallel::images(images.len(), self.progress, vector)?)
    }

    fn unit_files(&self, kind: Kind) -> anyhow::Result<Files> {
        self.refuse(&self.problems())?;
        if self.testbench.is_some() || self.on_chip {
            bail!("{}: only the whole core has memories for a network", self.accelerator.shown());
        }
        let config = self.accelerator.config();
        let bench = lcsim_hdl::unit_testbench(config, kind).into_iter().collect();
        let readme = Readme { testbench: Some(UNIT_BENCH), ..Readme::default() };
        Ok(self.complete(&lcsim_hdl::unit(config, kind), bench, readme))
    }

    /// Modules, file list, README and scripts in front of `files`.
    fn complete(&self, part: &Part, files: Files, readme: Readme) -> Files {
        let config = self.accelerator.config();
        let readme = Readme { scripts: self.target.is_some(), ..readme };
        let top = part.modules.last().map_or("", |m| m.name.as_str());
        let sources: Files = part.modules.iter().map(|m| (format!("{}.v", m.name), m.text.clone())).collect();
        let list: String = sources.iter().map(|(name, _)| format!("{name}\n")).collect();
        let about = [(format!("{top}.f"), list), ("README.md".into(), lcsim_hdl::readme(config, part, top, &readme))];
        let names: Vec<String> = sources.iter().map(|(name, _)| name.clone()).collect();
        let scripts = self.target.map_or(vec![], |target| target.scripts(top, &names, config.clock_mhz));
        sources.into_iter().chain(about).chain(scripts).chain(files).collect()
    }
}

/// Names and texts.
type Files = Vec<(String, String)>;

/// The files of a core or a unit, by their names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerilogFiles(Files);

impl VerilogFiles {
    /// Name and text of each.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// The same as a slice.
    pub fn as_slice(&self) -> &[(String, String)] {
        &self.0
    }

    /// Writes them into `folder`, which is made if it is not there, with a list of their sums.
    /// Files of an earlier core there are replaced, and others are not touched.
    ///
    /// # Errors
    /// `folder` has files that were not written by lcsim, or that were changed since; a file cannot
    /// be written.
    pub fn write(&self, folder: impl AsRef<Path>) -> Result<()> {
        Ok(Folder::check(folder.as_ref(), &self.0, false)?.write(&self.0)?)
    }
}
