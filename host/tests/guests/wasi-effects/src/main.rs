//! A program that knows nothing of Engraft and tries what its first argument says. It prints what it
//! got, or `error: ` and what kept it.

use std::hash::{BuildHasher, RandomState};
use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs, UdpSocket};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use wasip2::http::outgoing_handler::handle;
use wasip2::http::types::{Fields, Method, OutgoingRequest, Scheme};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match attempt(&args) {
        Ok(said) => print!("{said}"),
        Err(why) => print!("error: {why}"),
    }
}

fn attempt(args: &[&str]) -> Result<String, String> {
    let io = |error: std::io::Error| error.to_string();
    match args {
        ["env"] => Ok(format!("{:?}", std::env::vars().collect::<Vec<_>>())),
        ["time"] => {
            let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
            let before = Instant::now();
            Ok(format!("{} {:?}", wall.as_nanos(), before.elapsed()))
        }
        ["random"] => {
            let hash = RandomState::new().hash_one(1);
            let bytes = wasip2::random::random::get_random_bytes(8);
            Ok(format!("{hash} {bytes:?} {}", wasip2::random::random::get_random_u64()))
        }
        ["read", path] => std::fs::read_to_string(path).map_err(io),
        ["write", path, text] => std::fs::write(path, text).map(|()| "done".into()).map_err(io),
        ["fill", path] => {
            let mut file = std::fs::File::create(path).map_err(io)?;
            let mut written = 0;
            loop {
                match file.write(&[b'x'; 4096]) {
                    Ok(count) => written += count,
                    Err(error) => return Ok(format!("{written} {error}")),
                }
            }
        }
        ["append", path, text] => std::fs::OpenOptions::new()
            .append(true)
            .open(path)
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .map(|()| "done".into())
            .map_err(io),
        ["extend", path, size] => std::fs::File::create(path)
            .and_then(|file| file.set_len(size.parse().unwrap()))
            .map(|()| "done".into())
            .map_err(io),
        ["crowd", path] => {
            for number in 0.. {
                let made = if number % 2 == 0 {
                    std::fs::File::create(format!("{path}/{number}")).map(drop)
                } else {
                    std::fs::create_dir(format!("{path}/{number}"))
                };
                if let Err(error) = made {
                    return Ok(format!("{number} {error}"));
                }
            }
            Ok("without end".into())
        }
        ["list", path] => {
            let mut names: Vec<_> = std::fs::read_dir(path)
                .map_err(io)?
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort();
            Ok(names.join(" "))
        }
        ["link", from, to] => link(from, to).map(|()| "done".into()).map_err(io),
        ["remove", path] => std::fs::remove_file(path).map(|()| "done".into()).map_err(io),
        ["tcp", address] => TcpStream::connect(*address).map(|_| "connected".into()).map_err(io),
        ["udp", address] => UdpSocket::bind("0.0.0.0:0")
            .and_then(|socket| socket.send_to(b"x", *address))
            .map(|_| "sent".into())
            .map_err(io),
        ["resolve", name] => {
            name.to_socket_addrs().map(|found| format!("{}", found.count())).map_err(io)
        }
        ["get", authority, path] => get(authority, path),
        ["stdin"] => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).map_err(io)?;
            Ok(text)
        }
        ["flood-stdout"] => loop {
            std::io::stdout().write_all(&[b'x'; 4096]).map_err(io)?;
        },
        ["flood-stderr", times] => {
            for _ in 0..times.parse::<u32>().unwrap() {
                std::io::stderr().write_all(&[b'x'; 1024]).map_err(io)?;
            }
            Ok("survived".into())
        }
        ["sleep"] => {
            std::thread::sleep(std::time::Duration::from_secs(3600));
            Ok("woke".into())
        }
        _ => Err("no such way".into()),
    }
}

/// The standard library has this only behind an unstable feature.
fn link(from: &str, to: &str) -> std::io::Result<()> {
    unsafe extern "C" {
        fn symlink(from: *const std::ffi::c_char, to: *const std::ffi::c_char) -> i32;
    }
    let (from, to) = (std::ffi::CString::new(from)?, std::ffi::CString::new(to)?);
    // SAFETY: both are strings that end in NUL and live until the call returns.
    match unsafe { symlink(from.as_ptr(), to.as_ptr()) } {
        0 => Ok(()),
        _ => Err(std::io::Error::last_os_error()),
    }
}

fn get(authority: &str, path: &str) -> Result<String, String> {
    let request = OutgoingRequest::new(Fields::new());
    request.set_method(&Method::Get).unwrap();
    request.set_scheme(Some(&Scheme::Http)).unwrap();
    request.set_authority(Some(authority)).map_err(|()| "authority")?;
    request.set_path_with_query(Some(path)).map_err(|()| "path")?;
    let future = handle(request, None).map_err(|code| format!("{code:?}"))?;
    future.subscribe().block();
    let answer = future.get().unwrap().unwrap().map_err(|code| format!("{code:?}"))?;
    let status = answer.status();
    let body = answer.consume().unwrap();
    let stream = body.stream().unwrap();
    let mut bytes = 0;
    loop {
        match stream.blocking_read(64 << 10) {
            Ok(chunk) => bytes += chunk.len(),
            Err(wasip2::io::streams::StreamError::Closed) => break,
            Err(error) => return Err(format!("{status} {bytes} {error:?}")),
        }
    }
    Ok(format!("{status} {bytes}"))
}
