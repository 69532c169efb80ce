use lcsim_spec::schedule::Program;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let net = lcsim_golden::container::load(std::path::Path::new("models/resnet8-lcnet.safetensors")).expect("model");
    let config = lcsim_spec::AcceleratorConfig::read(std::path::Path::new(&a[1])).expect("config");
    let out = &a[2];
    let program = Program::new(&net, &config).expect("fits");
    let files = lcsim_hdl::core_with(&program);
    std::fs::create_dir_all(out).expect("dir");
    let text: String = files.modules.iter().map(|m| m.text.clone() + "\n").collect();
    std::fs::write(format!("{out}/core.v"), text).expect("w");
    for (n, t) in files.images { std::fs::write(format!("{out}/{n}"), t).expect("w"); }
    // image 0
    let bytes = std::fs::read("/work/tmp/cifar10/test_batch.bin").expect("cifar");
    let n: usize = a.get(3).map_or(0, |n| n.parse().expect("n"));
    let image = net.input.quantize_image(&bytes[n * 3073 + 1..(n + 1) * 3073]);
    let banks = config.banks();
    let mut words = vec![];
    for p in 0..1024 {
        for b in 0..banks { words.push(if program.image_copies > 1 || b < 3 { if b < 3 * program.image_copies { image[(b % 3) * 1024 + p] as u8 } else { 0 } } else { 0 }); }
    }
    std::fs::write(format!("{out}/image.bin"), words).expect("w");
    let sim = lcsim_sim::Simulator::new(&net, &config).expect("fits");
    let t = sim.trace(&image, lcsim_sim::Mode::Gated);
    let m = &t.trace.maps[0].1; for c in 0..16 { println!("{c} {:?} sum {}", m[c*1024..c*1024+4].iter().map(|v| *v as u8).collect::<Vec<_>>(), m[c*1024..(c+1)*1024].iter().map(|v| (*v).max(0) as i32).sum::<i32>()); }
    let o = sim.run(&image, lcsim_sim::Mode::Gated);
    let mut e = String::new();
    for (name, c) in &o.ends { let g = net.gates().any(|(g, _)| &g.name == name) || *name == net.classifier.name; e += &format!("{} {c}\n", if g {"G"} else {"A"}); }
    for g in &o.trace.gates { for s in &g.scores { e += &format!("S {}\n", s.to_bits()); } }
    for l in &o.trace.logits { e += &format!("L {l}\n"); }
    e += &format!("D {}\n", o.cycles);
    std::fs::write(format!("{out}/expected.txt"), e).expect("w");
}
