//! Writes an accelerator as Verilog.

use crate::accelerator::Accelerator;
use crate::error::Result;
use crate::images::Images;
use crate::network::Network;
use anyhow::{Context, anyhow, bail, ensure};
use lcsim_hdl::{Board, Bus, Device, Kind, Module, Part, Readme, Target, Vector};
use lcsim_input::Expected;
use lcsim_output::folder::Folder;
use lcsim_output::text::one_line;
use lcsim_report::parallel;
use lcsim_sim::{Mode, Simulator};
use lcsim_spec::progress::{Progress, Silent};
use lcsim_spec::schedule::Program;
use std::path::Path;

/// The description of the testbench of a single unit.
const UNIT_BENCH: &str =
    "drives random vectors, extremes among them, and compares what comes out, and when, with plain arithmetic";

/// An accelerator, or one of its units, as synthesisable Verilog. It equals the simulator cycle by
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
    /// The unit to write. `None` for the core.
    unit: Option<Kind>,
    testbench: Option<(&'a Network, &'a Images)>,
    on_chip: bool,
    bus: Option<Bus>,
    target: Option<Target>,
    device: Option<&'static Device>,
    board: Option<Board>,
    progress: &'a dyn Progress,
}

impl<'a> Verilog<'a> {
    fn new(accelerator: &'a Accelerator, unit: Option<Kind>) -> Self {
        Self {
            accelerator,
            unit,
            testbench: None,
            on_chip: false,
            bus: None,
            target: None,
            device: None,
            board: None,
            progress: &Silent,
        }
    }

    /// Writes the whole core.
    pub fn core(accelerator: &'a Accelerator) -> Self {
        Self::new(accelerator, None)
    }

    /// Writes only the array of PEs.
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

    /// Writes only the gate unit.
    pub fn gate(accelerator: &'a Accelerator) -> Self {
        Self::new(accelerator, Some(Kind::Gate))
    }

    /// Adds a testbench. It runs `images` through `network` on the core, and compares the results
    /// with the simulator.
    #[must_use]
    pub fn testbench(self, network: &'a Network, images: &'a Images) -> Self {
        Self { testbench: Some((network, images)), ..self }
    }

    /// Initialises the memories of the core with the network of the testbench. Without this, the
    /// memories start empty, and a host loads them through the host port.
    #[must_use]
    pub fn on_chip(self) -> Self {
        Self { on_chip: true, ..self }
    }

    /// Puts the core behind a bus, with images and logits by AXI4-Stream. A single unit has none.
    #[must_use]
    pub fn bus(self, bus: Bus) -> Self {
        Self { bus: Some(bus), ..self }
    }

    /// Adds scripts and constraints for a target. Its part must have the multipliers and block RAMs
    /// of the core.
    #[must_use]
    pub fn target(self, target: Target) -> Self {
        Self { target: Some(target), device: target.device(), ..self }
    }

    /// Adds scripts and constraints for a part. It must have the multipliers and block RAMs of the
    /// core.
    #[must_use]
    pub fn device(self, device: &'static Device) -> Self {
        Self { target: Some(device.target), device: Some(device), ..self }
    }

    /// Adds the files of a board: a top module, pins, a script that makes a bitstream, and a
    /// program for the host. The board's part must have the multipliers and block RAMs of the
    /// core.
    #[must_use]
    pub fn board(self, board: Board) -> Self {
        Self { board: Some(board), device: Some(board.device()), ..self }
    }

    /// Chooses what receives the progress of simulating the testbench's images, and may stop the
    /// work.
    #[must_use]
    pub fn progress(self, progress: &'a dyn Progress) -> Self {
        Self { progress, ..self }
    }

    /// Checks that the Verilog can have this accelerator, and that the target can hold the core.
    ///
    /// # Errors
    /// Lists everything that is too large.
    pub fn check(&self) -> Result<()> {
        Ok(self.refuse(&self.problems())?)
    }

    /// Checks that the core can run a network.
    ///
    /// # Errors
    /// Fails if the network is float, does not fit on chip, or needs what only the simulator has.
    pub fn check_network(&self, network: &Network) -> Result<()> {
        Ok(self.program(network).map(drop)?)
    }

    /// Makes the files: the modules, a list of them, a README, and what was added.
    ///
    /// # Errors
    /// The errors of [`check`](Self::check) and [`check_network`](Self::check_network), all
    /// together. Also fails if a single unit should hold a network, and if the progress stops the
    /// work.
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
        let held = match (self.board, self.device) {
            (Some(board), _) => board.check(config),
            (None, Some(device)) => device.check(config, self.unit),
            (None, None) => Ok(()),
        };
        problems.extend(held.err().map(|e| e.to_string()));
        problems
    }

    /// Refuses an accelerator if there are `problems`. The error lists all of them.
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
            return self.complete(&lcsim_hdl::core(self.accelerator.config(), None), vec![], Readme::default());
        };
        let part = lcsim_hdl::core(self.accelerator.config(), self.on_chip.then_some(&program));
        let mut files = if self.on_chip { lcsim_hdl::memory_files(&program) } else { vec![] };
        let vectors = self.vectors(network, images, &program)?;
        files.extend(lcsim_hdl::testbench(&program, self.on_chip, &vectors));
        let name = network.name();
        let does = format!(
            "runs real images through {name} and compares every score, live list and logit, and the cycles, with \
             lcsim's simulator"
        );
        let carried = self.on_chip.then_some(name);
        self.complete(&part, files, Readme { carried, testbench: Some(&does), ..Readme::default() })
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
        self.complete(&lcsim_hdl::unit(config, kind), bench, readme)
    }

    /// Puts the modules, lists of them, the README, the scripts, and what tools of others need
    /// before `files`.
    fn complete(&self, part: &Part, files: Files, readme: Readme) -> anyhow::Result<Files> {
        let config = self.accelerator.config();
        let readme = Readme { scripts: self.target.is_some(), bus: self.bus, board: self.board, ..readme };
        let file = |m: &Module| (format!("{}.v", m.name), m.text.clone());
        let own = part.modules.last().map_or("", |m| m.name.as_str());
        let mut sources: Files = part.modules.iter().map(file).collect();
        let mut about = vec![(format!("{own}.f"), list(&sources))];
        let mut top = own;
        if let Some(board) = self.board {
            let modules: Files = board
                .modules(config)
                .map_err(|e| anyhow!("{}: {e}", self.accelerator.shown()))?
                .iter()
                .map(file)
                .collect();
            let all: Files = sources.iter().chain(&modules).cloned().collect();
            about.push((format!("{}.f", board.top()), list(&all)));
            let names: Vec<String> = all.into_iter().map(|(name, _)| name).collect();
            about.extend(modules.into_iter().chain(board.files(&names)));
        }
        if let Some(bus) = self.bus {
            sources.extend(lcsim_hdl::around(config, bus).iter().map(file));
            top = bus.top();
            about.push((format!("{top}.f"), list(&sources)));
        }
        about.push(("README.md".into(), lcsim_hdl::readme(config, part, own, &readme)));
        let names: Vec<String> = sources.iter().map(|(name, _)| name.clone()).collect();
        if self.unit.is_none() {
            about.push(("lcsim.h".into(), lcsim_hdl::header(config)));
            about.extend(lcsim_hdl::delivery(config, &names, top, self.bus));
        }
        let scripts = match (self.device, self.target) {
            // A board has a script of its own.
            _ if self.board.is_some() => vec![],
            (Some(device), _) => device.scripts(top, &names, config.clock_mhz),
            (None, Some(target)) => target.scripts(top, &names, config.clock_mhz),
            (None, None) => vec![],
        };
        Ok(sources.into_iter().chain(about).chain(scripts).chain(files).collect())
    }
}

/// The names of the files, a line each.
fn list(files: &Files) -> String {
    files.iter().map(|(name, _)| format!("{name}\n")).collect()
}

/// The files as (name, text).
type Files = Vec<(String, String)>;

/// The files of a core or a unit with their names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerilogFiles(Files);

impl VerilogFiles {
    /// The name and the text of each file.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// The files as a slice.
    pub fn as_slice(&self) -> &[(String, String)] {
        &self.0
    }

    /// Writes the files and a list of their checksums to `folder`, which is created if it does not
    /// exist. Files of an earlier core are replaced; other files are not touched.
    ///
    /// # Errors
    /// Fails if `folder` has files that lcsim did not write, or that were changed since, and if a
    /// file cannot be written.
    pub fn write(&self, folder: impl AsRef<Path>) -> Result<()> {
        Ok(Folder::check(folder.as_ref(), &self.0, false)?.write(&self.0)?)
    }
}
