//! A program of WASI 0.3 that tries what its first argument says. It prints what it got, or
//! `error: ` and what kept it.

wit_bindgen::generate!({ world: "wasi3", path: "wit", generate_all });

use wasi::cli::{environment, stdin, stdout};
use wasi::clocks::{monotonic_clock, system_clock};
use wasi::filesystem::preopens::get_directories;
use wasi::filesystem::types::{Descriptor, DescriptorFlags, ErrorCode, OpenFlags, PathFlags};
use wasi::http::client;
use wasi::http::types::{Fields, Request, Response, Scheme};
use wit_bindgen::StreamResult;

struct Program;

export!(Program);

type Told = Result<String, String>;

impl exports::wasi::cli::run::Guest for Program {
    async fn run() -> Result<(), ()> {
        let args = environment::get_arguments();
        let args: Vec<&str> = args.iter().skip(1).map(String::as_str).collect();
        let said = match attempt(&args).await {
            Ok(said) => said,
            Err(why) => format!("error: {why}"),
        };
        print(said.into_bytes()).await
    }
}

impl Guest for Program {
    async fn double_late(number: u32, wait_ms: u32) -> u32 {
        monotonic_clock::wait_for(u64::from(wait_ms) * 1_000_000).await;
        number * 2
    }
}

/// All of it, or whatever ends the stream.
async fn print(bytes: Vec<u8>) -> Result<(), ()> {
    let (mut writer, reader) = wit_stream::new();
    let ended = stdout::write_via_stream(reader);
    writer.write_all(bytes).await;
    drop(writer);
    ended.await.map_err(drop)
}

async fn attempt(args: &[&str]) -> Told {
    match args {
        ["env"] => Ok(format!("{:?}", environment::get_environment())),
        ["time"] => {
            let wall = system_clock::now();
            let before = monotonic_clock::now();
            Ok(format!("{} {}", wall.seconds, monotonic_clock::now() - before))
        }
        ["random"] => Ok(format!("{:?}", wasi::random::random::get_random_bytes(8))),
        ["stdin"] => {
            let (bytes, ended) = stdin::read_via_stream();
            let bytes = bytes.collect().await;
            ended.await.map_err(|code| format!("{code:?}"))?;
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        }
        ["flood-stdout"] => loop {
            // An end of the stream is overlooked, as a careless program does.
            let _ = print(vec![b'x'; 4096]).await;
        },
        ["sleep"] => {
            monotonic_clock::wait_for(3_600_000_000_000).await;
            Ok("woke".into())
        }
        ["tasks"] => {
            // Begins what never ends, over and over, and keeps all of it.
            let mut begun = Vec::new();
            loop {
                let mut waiting = Box::pin(monotonic_clock::wait_for(3_600_000_000_000));
                let _ = std::future::poll_fn(|context| {
                    std::task::Poll::Ready(waiting.as_mut().poll(context).is_ready())
                })
                .await;
                begun.push(waiting);
            }
        }
        ["get", authority, path] => get(authority, path).await,
        [act, path, rest @ ..] => files(act, path, rest).await.map_err(|code| format!("{code:?}")),
        _ => Err("no such way".into()),
    }
}

async fn files(act: &str, path: &str, rest: &[&str]) -> Result<String, ErrorCode> {
    let directories = get_directories();
    let (directory, _) = directories.first().ok_or(ErrorCode::NoEntry)?;
    let done = |()| "done".to_owned();
    match (act, rest) {
        ("read", []) => {
            let file = open(directory, path, OpenFlags::empty(), DescriptorFlags::READ).await?;
            let (bytes, ended) = file.read_via_stream(0);
            let bytes = bytes.collect().await;
            ended.await?;
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        }
        ("write", [text]) => {
            let file = create(directory, path).await?;
            let (count, ended) = write(&file, text.as_bytes().to_vec()).await;
            ended.map(|()| format!("{count}"))
        }
        ("append", [text]) => {
            let file = open(directory, path, OpenFlags::empty(), DescriptorFlags::WRITE).await?;
            let (mut writer, reader) = wit_stream::new();
            let ended = file.append_via_stream(reader);
            writer.write_all(text.as_bytes().to_vec()).await;
            drop(writer);
            ended.await.map(done)
        }
        ("fill", []) => {
            let file = create(directory, path).await?;
            let (count, ended) = write(&file, vec![b'x'; 1 << 20]).await;
            Ok(format!("{count} {ended:?}"))
        }
        ("extend", [size]) => {
            let file = create(directory, path).await?;
            file.set_size(size.parse().unwrap()).await.map(done)
        }
        ("crowd", []) => {
            for number in 0.. {
                let name = format!("{path}/{number}");
                let made = match number % 4 {
                    0 => create(directory, &name).await.map(drop),
                    1 => directory.create_directory_at(name).await,
                    2 => directory.symlink_at("nowhere".to_owned(), name).await,
                    _ => {
                        let from = format!("{path}/0");
                        directory.link_at(PathFlags::empty(), from, directory, name).await
                    }
                };
                if let Err(code) = made {
                    return Ok(format!("{number} {code:?}"));
                }
            }
            Ok("without end".into())
        }
        ("remove", []) => directory.unlink_file_at(path.to_owned()).await.map(done),
        _ => Err(ErrorCode::Unsupported),
    }
}

async fn create(directory: &Descriptor, path: &str) -> Result<Descriptor, ErrorCode> {
    open(directory, path, OpenFlags::CREATE | OpenFlags::TRUNCATE, DescriptorFlags::WRITE).await
}

async fn open(
    directory: &Descriptor,
    path: &str,
    open: OpenFlags,
    flags: DescriptorFlags,
) -> Result<Descriptor, ErrorCode> {
    directory.open_at(PathFlags::SYMLINK_FOLLOW, path.to_owned(), open, flags).await
}

/// How many bytes the stream took, and what the file says in the end.
async fn write(file: &Descriptor, bytes: Vec<u8>) -> (usize, Result<(), ErrorCode>) {
    let (mut writer, reader) = wit_stream::new();
    let ended = file.write_via_stream(reader, 0);
    let all = bytes.len();
    let left = writer.write_all(bytes).await;
    drop(writer);
    (all - left.len(), ended.await)
}

async fn get(authority: &str, path: &str) -> Told {
    let (trailers, none) = wit_future::new(|| Ok(None));
    drop(trailers);
    let (request, _sent) = Request::new(Fields::new(), None, none, None);
    request.set_scheme(Some(&Scheme::Http)).map_err(|()| "scheme")?;
    request.set_authority(Some(authority)).map_err(|()| "authority")?;
    request.set_path_with_query(Some(path)).map_err(|()| "path")?;
    let answer = client::send(request).await.map_err(|code| format!("{code:?}"))?;
    let status = answer.get_status_code();
    let (told, fine) = wit_future::new(|| Ok(()));
    drop(told);
    let (mut body, ended) = Response::consume_body(answer, fine);
    let mut count = 0;
    loop {
        let (state, bytes) = body.read(Vec::with_capacity(64 << 10)).await;
        count += bytes.len();
        if state == StreamResult::Dropped {
            break;
        }
    }
    match ended.await {
        Ok(_) => Ok(format!("{status} {count}")),
        Err(code) => Err(format!("{status} {count} {code:?}")),
    }
}
