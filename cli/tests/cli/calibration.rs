//! Which images set the scales of a model that is quantised on the fly, and what notes say of it.

use crate::{arg, lcsim, refused, repository, stdout};
use lcsim_spec::Report;
use std::fs;
use std::path::{Path, PathBuf};

fn model() -> PathBuf {
    repository("models/resnet8-lcnet.onnx")
}

/// What a command wrote to stderr; it has to succeed.
fn notes_of(args: &[&str]) -> String {
    let output = lcsim(args).assert().success().get_output().stderr.clone();
    String::from_utf8(output).expect("UTF-8")
}

fn report(args: &[&str]) -> Report {
    let model = model();
    let run = ["run", "--config", "8x8", "--json", "-", "--model", arg(&model), "--images", "2"];
    serde_json::from_str(&stdout(&[&run[..], args].concat())).expect("a report")
}

/// Records of noise, whose labels are 0 to 9.
fn write_batch(path: &Path, records: usize, seed: u8) {
    let record = |i: usize| {
        let pixel = move |p: usize| (p * 7 + i * 31 + p * p / 64) as u8 ^ seed;
        [vec![(i % 10) as u8], (0..3072).map(pixel).collect()].concat()
    };
    fs::write(path, (0..records).flat_map(record).collect::<Vec<u8>>()).expect("written");
}

#[test]
fn the_default_takes_images_that_are_not_measured() {
    let model = model();
    let run = ["run", "--images", "2", "--model", arg(&model)];
    let notes = notes_of(&run);
    assert!(notes.contains("resnet8-lcnet.onnx: 9 convolutions, 3 blocks"), "{notes}");
    let which = "quantised with 128 images of cifar10-test that are not measured, from image 872 on";
    assert!(notes.contains(which), "{notes}");
    lcsim(&[&run[..], &["--quiet"]].concat()).assert().success().stdout("").stderr("");
    // Those before the measured ones do too where none is behind them.
    let notes = notes_of(&[&run[..], &["--offset", "998", "--calibration-images", "4"]].concat());
    assert!(notes.contains("4 images of cifar10-test that are not measured, which are few"), "{notes}");
    let args = [&run[..], &["--calibration-images", "999"]].concat();
    refused(
        &[&args[..], &["-q"]].concat(),
        &["--calibration-images: 999 asked for, 998 of cifar10-test are not measured"],
    );
}

#[test]
fn the_default_is_what_quantize_makes_of_the_same_images() {
    let folder = tempfile::tempdir().expect("folder");
    let (model, out) = (model(), folder.path().join("m.safetensors"));
    let quantize = ["quantize", arg(&model), "--data", "cifar10-test", "--out", arg(&out)];
    stdout(&[&quantize[..], &["--offset", "872", "--images", "128"]].concat());
    let quantized = ["run", "--config", "8x8", "--json", "-", "--images", "2", "--model", arg(&out)];
    assert_eq!(report(&[]), serde_json::from_str(&stdout(&quantized)).expect("a report"));
}

#[test]
fn training_images_beside_the_data_go_first() {
    let folder = tempfile::tempdir().expect("folder");
    let [test, one, two] = ["test_batch.bin", "data_batch_2.bin", "data_batch_3.bin"].map(|n| folder.path().join(n));
    write_batch(&test, 3, 1);
    write_batch(&one, 3, 2);
    write_batch(&two, 3, 3);
    let model = model();
    for data in [&test, folder.path()] {
        // Of the test images none is left, and none is needed.
        let notes = notes_of(&["run", "--images", "3", "--model", arg(&model), "--data", arg(data)]);
        let which = format!("quantised with 3 images of {},", one.display());
        assert!(notes.contains(&which), "{notes}");
    }
    let same = report(&["--data", arg(&test), "--calibration", arg(&one)]);
    assert_eq!(report(&["--data", arg(&test)]), same);
    fs::write(&one, "no records").expect("written");
    let args = ["run", "-q", "--images", "2", "--model", arg(&model), "--data", arg(&test)];
    refused(&args, &["training images beside --data", "data_batch_2.bin"]);
}

#[test]
fn where_no_image_is_left_the_user_has_to_say_which() {
    let folder = tempfile::tempdir().expect("folder");
    let (data, model) = (folder.path().join("mine.bin"), model());
    write_batch(&data, 3, 1);
    let words = ["every image is measured (3 of 3)", "--calibration", "--images", "--calibration same"];
    let model = arg(&model);
    let all = ["--images", "3", "--data", arg(&data)];
    refused(&[&["run", "-q", "--model", model][..], &all].concat(), &words);
    let out = folder.path().join("out");
    refused(&[&["plot", "-q", "--model", model, "--out", arg(&out)][..], &all].concat(), &words);
    let eval = lcsim(&[&["eval", model][..], &all].concat()).assert().code(2).get_output().stderr.clone();
    assert!(words.iter().all(|word| String::from_utf8_lossy(&eval).contains(word)));
    let notes = notes_of(&["run", "--model", model, "--data", arg(&data), "--calibration", "same"]);
    assert!(notes.contains("quantised with 3 images of") && notes.contains("which are measured too"), "{notes}");
}

#[test]
fn unless_told_otherwise_some_images_are_left_out_to_calibrate() {
    let folder = tempfile::tempdir().expect("folder");
    let (data, one, model) = (folder.path().join("mine.bin"), folder.path().join("one.bin"), model());
    write_batch(&data, 11, 1);
    write_batch(&one, 1, 1);
    let (model, data) = (arg(&model), arg(&data));
    let left_out = "mine.bin: 9 of 11 images are measured; the others calibrate (--calibration takes other images)";
    let which = "quantised with 2 images of ";
    let out = folder.path().join("out");
    for command in [
        &["run", "--model", model][..],
        &["curve", model, "--out", arg(&out)],
        &["plot", "--model", model, "--out", arg(&out)],
        &["eval", model],
        &["check", model],
    ] {
        let output = lcsim(&[command, &["--data", data]].concat()).assert().success().get_output().clone();
        let said = String::from_utf8([output.stderr, output.stdout].concat()).expect("UTF-8");
        assert!(said.contains(left_out), "{command:?}: {said}");
        assert!(command[0] == "check" || said.contains(which), "{command:?}: {said}");
    }
    // Of one image none can be left out.
    refused(&["run", "-q", "--model", model, "--data", arg(&one)], &["has one image, which is measured"]);
    // A network that is quantised leaves all to be measured.
    let quantised = repository("models/resnet8-lcnet.safetensors");
    let text = stdout(&["run", "--json", "-", "--model", arg(&quantised), "--data", data]);
    assert!(text.contains("\"images\": 11"), "{text}");
}

#[test]
fn a_folder_test_has_its_training_folder_beside_it() {
    let folder = tempfile::tempdir().expect("folder");
    let jpeg = include_bytes!("../../../input/tests/jpeg/grey.jpg");
    let model = model();
    for (set, images) in [("train", 3), ("test", 2)] {
        for class in ["cat", "dog"] {
            let class = folder.path().join(set).join(class);
            fs::create_dir_all(&class).expect("made");
            (0..images).for_each(|i| fs::write(class.join(format!("{i}.jpg")), jpeg).expect("written"));
        }
    }
    let (test, train) = (folder.path().join("test"), folder.path().join("train"));
    let notes = notes_of(&["run", "--model", arg(&model), "--data", arg(&test)]);
    assert!(notes.contains(&format!("6 images of {}", train.display())), "{notes}");
    assert!(notes.contains("the network tells 10 classes apart"), "{notes}");
}

#[test]
fn more_images_than_there_are_cannot_calibrate() {
    let folder = tempfile::tempdir().expect("folder");
    let (data, model) = (folder.path().join("mine.bin"), model());
    write_batch(&data, 10, 1);
    let run = ["run", "-q", "--model", arg(&model), "--data", arg(&data), "--calibration-images", "64"];
    refused(&run, &["--calibration-images: 64 asked for, 0 of", "give others by --calibration"]);
}

#[test]
fn options_of_float_models_are_refused_with_quantised_ones() {
    let quantized = repository("models/resnet8-lcnet.safetensors");
    for (option, value) in [("--mean", "0.5"), ("--std", "0.5"), ("--output", "logits")] {
        let parts = [option, "is quantised", "lcsim quantize"];
        refused(&["run", "--model", arg(&quantized), option, value], &parts);
        refused(&["run", option, value], &parts);
    }
    refused(
        &["run", "--model", arg(&quantized), "--calibration", "same"],
        &["--calibration: ", "only an .onnx is calibrated"],
    );
    let value = |option: &str, value: &str, part: &str| {
        let output = lcsim(&["run", option, value]).assert().code(2).get_output().stderr.clone();
        let message = String::from_utf8(output).expect("UTF-8");
        assert!(message.contains(part), "{message}");
    };
    value("--mean", "123.675", "pixels count from 0 to 1 here, not to 255");
    value("--std", "0", "above 0");
    value("--std", "nan", "above 0");
}

#[test]
fn check_reads_a_model_as_run_does() {
    let folder = tempfile::tempdir().expect("folder");
    let (data, model) = (folder.path().join("mine.bin"), model());
    write_batch(&data, 1, 1);
    let model = arg(&model);
    for (more, part) in [
        (&["--data", arg(&data)][..], "has one image, which is measured"),
        (&["--output", "no such"], "no such"),
        (&["--config", "8x8", "--set", "array.rosw=8"], "unknown key `rosw`"),
    ] {
        for command in [&["check", model][..], &["run", "--model", model]] {
            let output = lcsim(&[command, &["-q"], more].concat()).assert().code(2).get_output().stderr.clone();
            let message = String::from_utf8(output).expect("UTF-8");
            assert!(message.contains(part), "{message}");
        }
    }
    lcsim(&["check", model, "-q", "--data", arg(&data), "--calibration", "same", "--mean", "0.5"]).assert().success();
}
