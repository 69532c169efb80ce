//! Tests the bins, the choices and the texts of the pictures.

use super::*;
use lcsim_input::Image;
use lcsim_report::draw::{Picture, png, svg};
use lcsim_spec::Shape;

/// A study of images of 1 pixel with these cycles. Every third image is classified wrongly.
fn study(cycles: &[u64]) -> Study {
    let record = |(image, &cycles): (usize, &u64)| Record {
        image,
        label: image % 2,
        class: if image % 3 == 0 { 1 - image % 2 } else { image % 2 },
        cycles,
        macs: 1,
    };
    Study {
        model: "net".into(),
        threshold: 0.0,
        accelerator: "8x8".into(),
        data: "some".into(),
        classes: vec!["a & b".into(), "c".into()],
        cycles_ungated: 1000,
        blocks: vec![Block { lnet: "l".into(), skip_rate: 0.25 }],
        layers: vec![Layer {
            conv: "a name that is much too long/conv".into(),
            channels: 8,
            computed: vec![Some(2.5), None],
        }],
        images: cycles.iter().enumerate().map(record).collect(),
    }
}

#[test]
fn every_image_is_in_one_bin() {
    for cycles in [vec![5; 7], vec![100, 139, 140, 140, 900], (0..1000).collect()] {
        let study = study(&cycles);
        let (low, width, bins) = Cycles(&study).bins();
        let wrong = study.images.iter().filter(|r| r.class != r.label).count();
        let sum = |n: usize| bins.iter().map(|b| b[n]).sum::<usize>();
        assert_eq!((sum(0), sum(1)), (cycles.len() - wrong, wrong));
        assert!(bins[0][0] + bins[0][1] > 0 && low == cycles.iter().copied().min().unwrap_or(0) as f64 && width >= 1.0);
    }
}

#[test]
fn the_cheapest_and_the_dearest_are_chosen_in_order() {
    let study = study(&(0..40).map(|i| 100 + (i * 7) % 40).collect::<Vec<u64>>());
    let images: Vec<Image> = (0..40).map(|_| Image { pixels: vec![9], label: 0 }).collect();
    let extremes = Extremes { study: &study, images: &images, shape: Shape { channels: 1, height: 1, width: 1 } };
    let [easy, hard] =
        extremes.chosen().map(|chosen| chosen.iter().map(|i| study.images[*i].cycles).collect::<Vec<_>>());
    assert_eq!(easy, (100..112).collect::<Vec<u64>>());
    assert_eq!(hard, (128..140).rev().collect::<Vec<u64>>());
    assert!(png(&extremes).expect("drawn").starts_with(b"\x89PNG"));
}

#[test]
fn pictures_name_what_they_show() {
    let study = study(&[100, 200, 200, 300]);
    let drawn = [svg(&Cycles(&study)), svg(&Blocks(&study)), svg(&Channels(&study))].map(|text| text.expect("drawn"));
    assert!(drawn.iter().all(|text| text.contains("net on 8x8, 4 images of some")));
    assert!(drawn[0].contains("mean: 200") && drawn[0].contains("without gates: 1,000"));
    assert!(drawn[1].contains("25.0"));
    for word in ["a &amp; b", "2.5", "of 8", "is much too long/conv"] {
        assert!(drawn[2].contains(word), "{word}");
    }
}

/// A study of `layers` convolutions of 8 channels. For the images of a class, they compute as many
/// channels as the number of the class modulo 8.
fn large(layers: usize, classes: usize) -> Study {
    let images = (0..classes).map(|image| Record { image, label: image, class: image, cycles: 100, macs: 1 });
    let layer = |n: usize| Layer {
        conv: format!("layer {n}"),
        channels: 8,
        computed: (0..classes).map(|class| Some((class % 8) as f64)).collect(),
    };
    let block = |n: usize| Block { lnet: format!("lnet {n}"), skip_rate: 0.25 };
    Study {
        classes: (0..classes).map(|class| format!("class with a long name {class}")).collect(),
        layers: (0..layers).map(layer).collect(),
        blocks: (0..layers).map(block).collect(),
        images: images.collect(),
        ..study(&[])
    }
}

#[test]
fn a_picture_of_many_classes_and_layers_is_bounded_and_says_what_it_merges() {
    let small = large(20, 10);
    let text = svg(&Channels(&small)).expect("drawn");
    assert!(!text.contains("plot.json") && text.contains("layer 19"), "all fit");
    let study = large(200, 1000);
    let channels = Channels(&study);
    let (width, height) = channels.size();
    assert!(width < 2400 && height < 2000, "{width}x{height}");
    let columns = channels.columns();
    assert!(columns.windows(2).all(|two| two[0].end == two[1].start), "{columns:?}");
    assert_eq!((columns[0].start, columns[columns.len() - 1].end), (0, 1000));
    let text = svg(&channels).expect("drawn");
    let document = roxmltree::Document::parse(&text).expect("well-formed");
    let texts: Vec<(f64, f64, &str)> = (document.descendants().filter(|n| n.has_tag_name("text")))
        .map(|n| {
            let number = |name| n.attribute(name).and_then(|v| v.parse().ok()).expect("a number");
            (number("x"), number("y"), n.text().unwrap_or_default().trim())
        })
        .collect();
    assert!(texts.iter().any(|t| t.2 == "28 classes to a column, one of 4 convolutions; plot.json has all of them"));
    assert!(texts.iter().any(|t| t.2 == "0-27") && texts.iter().any(|t| t.2 == "layer 196"), "{texts:?}");
    // Of classes 0 to 27, 4 have each number from 0 to 3, and 3 each from 4 to 7.
    assert!(texts.iter().any(|t| t.2 == format!("{:.1}", (4.0 * 6.0 + 3.0 * 22.0) / 28.0)));
    // No text covers the next text on its line.
    let mut heads: Vec<_> = texts.iter().filter(|t| t.2.contains('-')).collect();
    heads.sort_by(|a, b| a.0.total_cmp(&b.0));
    let clear = |a: &(f64, f64, &str), b: &(f64, f64, &str)| {
        b.0 - a.0 > f64::from(lcsim_report::draw::width(a.2, 12) + lcsim_report::draw::width(b.2, 12)) / 2.0
    };
    assert!(heads.windows(2).all(|two| clear(two[0], two[1])), "{heads:?}");
    svg(&Blocks(&study)).expect("drawn");
}
