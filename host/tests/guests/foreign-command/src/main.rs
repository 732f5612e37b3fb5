//! A program like any other, compiled to a component.

use std::io::{Read, Write};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let mut input = Vec::new();
    std::io::stdin().read_to_end(&mut input).unwrap();
    match args.first().map(String::as_str) {
        Some("upper") => {
            let text = String::from_utf8_lossy(&input).to_uppercase();
            println!("{text}");
        }
        Some("args") => println!("{args:?}"),
        Some("env") => println!("{:?}", std::env::vars().collect::<Vec<_>>()),
        Some("raw") => std::io::stdout().write_all(&[0xff, 0x00, 0xfe]).unwrap(),
        Some("flood") => loop {
            std::io::stdout().write_all(&[b'x'; 4096]).unwrap();
        },
        Some("exit") => {
            eprintln!("leaving");
            std::process::exit(args[1].parse().unwrap());
        }
        Some("spin") => loop {
            std::hint::spin_loop();
        },
        Some("file") => match std::fs::read_to_string(&args[1]) {
            Ok(text) => println!("{text}"),
            Err(error) => eprintln!("{error}"),
        },
        _ => panic!("no such way"),
    }
}
