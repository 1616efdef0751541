//! A schema registry that is just enough for its clients to start, and that counts what it is asked.
//!
//! One schema, with the id 1, under every subject. Optional endpoints are answered with 404, as an older registry does.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

#[derive(Debug, Clone)]
pub struct Stub {
    pub url: String,
    asked: Arc<AtomicUsize>,
}

impl Stub {
    /// Serves that Avro schema for as long as the program runs.
    pub fn serve(schema: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let count = Arc::clone(&count);
                std::thread::spawn(move || talk(&stream, schema, &count));
            }
        });
        Self { url, asked }
    }

    /// Requests until now.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

/// Answers a connection's requests until it is closed.
fn talk(stream: &TcpStream, schema: &str, count: &AtomicUsize) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut reader = BufReader::new(stream);
    loop {
        let mut request = String::new();
        (reader.read_line(&mut request).ok()? > 0).then_some(())?;
        let mut length = 0;
        loop {
            let mut header = String::new();
            reader.read_line(&mut header).ok()?;
            let header = header.trim().to_ascii_lowercase();
            if header.is_empty() {
                break;
            }
            if let Some(text) = header.strip_prefix("content-length:") {
                length = text.trim().parse().ok()?;
            }
        }
        std::io::copy(&mut reader.by_ref().take(length), &mut std::io::sink()).ok()?;
        count.fetch_add(1, Ordering::Relaxed);
        let (status, body) = answer(&request, schema);
        let body = body.to_string();
        let length = body.len();
        let head = format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/vnd.schemaregistry.v1+json\r\ncontent-length: {length}\r\n\r\n"
        );
        let mut stream = stream;
        stream.write_all(format!("{head}{body}").as_bytes()).ok()?;
    }
}

fn answer(request: &str, schema: &str) -> (&'static str, Value) {
    let mut words = request.split_whitespace();
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let path = target.split('?').next().unwrap_or_default();
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    match (method, parts.as_slice()) {
        ("POST", ["subjects", _, "versions"]) => ("200 OK", json!({"id": 1})),
        ("POST", ["subjects", subject]) | ("GET", ["subjects", subject, "versions", "latest"]) => {
            ("200 OK", json!({"subject": subject, "id": 1, "version": 1, "schema": schema}))
        }
        ("GET", ["schemas", "ids", "1"]) => ("200 OK", json!({"schema": schema})),
        _ => ("404 Not Found", json!({"error_code": 40401, "message": "Not found."})),
    }
}
