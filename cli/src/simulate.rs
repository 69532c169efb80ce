//! Simulates images.

use crate::accelerator::Accelerator;
use crate::error::Result;
use crate::images::Images;
use crate::network::Network;
use crate::options::Options;
use crate::pair::{Pair, Ran};
use lcsim_golden::float::Overflow;
use lcsim_input::Expected;
use lcsim_input::calibration::overflowed;
use lcsim_report::dump::{self, Files, Record};
use lcsim_report::parallel;
use lcsim_sim::{Costs, Mode};
use lcsim_spec::QuantNetwork;
use lcsim_spec::report::Report;

/// Simulates every image with active gates. The report also has the costs with gates forced open,
/// and without gates. Both are the same for every image.
///
/// ```
/// use lcsim::{Accelerator, Images, Network, Options, simulate};
///
/// let (network, images) = (Network::embedded()?, Images::embedded()?.take(2));
/// let accelerator = Accelerator::named("8x8")?;
/// let report = simulate(&network, &accelerator, &images, &Options::default())?;
/// assert_eq!(report.image_cycles.len(), 2);
/// assert!(report.ungated.cycles > report.cycles.total);
/// # Ok::<(), lcsim::Error>(())
/// ```
///
/// # Errors
/// Fails if the network is float, does not fit the accelerator or cannot read an image, and if the
/// progress stops the work.
pub fn simulate(network: &Network, accelerator: &Accelerator, images: &Images, options: &Options) -> Result<Report> {
    run(network, accelerator, images, options, false, |_, _| Ok(())).map(|(report, ())| report)
}

/// Like [`simulate`]. Also returns what every image computed as files for NumPy (docs/dump.md):
/// classes, scores, decisions and logits. If the network was quantised here, those of the float
/// network are beside them.
///
/// ```
/// use lcsim::{Accelerator, Images, Network, Options, simulate_with_dump};
///
/// let images = Images::embedded()?.take(2);
/// let (network, accelerator) = (Network::embedded()?, Accelerator::named("8x8")?);
/// let (report, dump) = simulate_with_dump(&network, &accelerator, &images, &Options::default())?;
/// assert!(dump.npz.starts_with(b"PK") && dump.json.starts_with(b"{"));
/// # Ok::<(), lcsim::Error>(())
/// ```
///
/// # Errors
/// The errors of [`simulate`]. Also fails if the float network overflows.
pub fn simulate_with_dump(
    network: &Network,
    accelerator: &Accelerator,
    images: &Images,
    options: &Options,
) -> Result<(Report, Files)> {
    run(network, accelerator, images, options, true, |net, records| dump(net, network.shown(), images, records))
}

/// What each image computed, unless the float network overflows.
type Records = Vec<Result<Record, Overflow>>;

fn dump(net: &QuantNetwork, shown: &str, images: &Images, records: Records) -> anyhow::Result<Files> {
    let images = images.some()?;
    let (data, range) = (images.data(), images.range());
    let model = shown.to_owned();
    let records = records.into_iter().zip(range.clone());
    let records = records.map(|(record, i)| record.map_err(|overflow| overflowed(&model, &overflow, i, data)));
    let records = records.collect::<anyhow::Result<Vec<_>>>()?;
    let (offset, sources) = (range.start, range.map(|i| data.origin(i)).collect());
    dump::files(&dump::About { net, model, data: data.name.clone(), offset, sources }, &records)
}

/// The results of the images, added up.
struct Seen {
    costs: Costs,
    correct: u64,
    /// The records, if they are wanted.
    records: Records,
}

/// Makes the report, and calls `dump` with the network and the records of the images. The records
/// are kept only if `keep` is set.
fn run<D: Send>(
    network: &Network,
    accelerator: &Accelerator,
    images: &Images,
    options: &Options,
    keep: bool,
    dump: impl FnOnce(&QuantNetwork, Records) -> anyhow::Result<D> + Send,
) -> Result<(Report, D)> {
    options.run(|| {
        let selected = images.some()?;
        let given = options.decisions.map(|decisions| decisions.give(network, selected.range())).transpose()?;
        let (net, float) = match &given {
            Some(given) => (&given.net, given.float.as_ref()),
            None => network.quantized()?,
        };
        let images = selected.read(&Expected::by_quantized(net))?;
        let pair = Pair::new(net, network.shown(), accelerator, options)?;
        let gated = &pair.gated;
        gated.expect_memory(parallel::at_a_time(images.len()))?;
        let add = |seen: &mut Seen, i: usize| {
            let scores = given.as_ref().map_or(&[][..], |given| &given.scores[i]);
            let pixels = net.input.quantize_image(&images[i].pixels);
            let outcome = gated.run_given(lcsim_sim::Image { pixels: &pixels, given: scores }, Mode::Gated);
            seen.correct += u64::from(outcome.class == images[i].label);
            seen.costs.add(gated, &outcome);
            seen.records.extend(keep.then(|| Record::new(&images[i], scores, outcome.trace, float)));
        };
        let append = |seen: &mut Seen, later: Seen| {
            seen.costs.append(later.costs);
            seen.correct += later.correct;
            seen.records.extend(later.records);
        };
        let nothing = || Seen { costs: Costs::none(gated), correct: 0, records: vec![] };
        let seen = parallel::sum(images.len(), options.progress, nothing, add, append)?;
        let dump = dump(net, seen.records)?;
        let image = net.input.quantize_image(&images[0].pixels);
        let ran = Ran {
            model: net.name.clone(),
            threshold: net.threshold(),
            data: selected.name(),
            gated: seen.costs,
            forced_open: gated.forced_open(&image),
            without: pair.ungated.forced_open(&image),
            correct: Some(seen.correct),
            decisions: given.as_ref().map(|given| given.file.clone()),
        };
        Ok((pair.report(ran, options)?, dump))
    })
}
