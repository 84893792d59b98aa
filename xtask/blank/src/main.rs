//! What a window costs before anything is in it: one page with one line, opened by the same Tauri as Berth's window.
//!
//! `BLANK_BODY` may name a file: the page gets it whole from `body://localhost/`, by a plain fetch.

use std::error::Error;

use tauri::http::{Response, StatusCode, header};

fn main() -> Result<(), Box<dyn Error>> {
    tauri::Builder::default()
        .register_asynchronous_uri_scheme_protocol("body", |_, _, responder| {
            std::thread::spawn(move || responder.respond(body()));
        })
        .run(tauri::generate_context!())?;
    Ok(())
}

fn body() -> Response<Vec<u8>> {
    let read = std::env::var_os("BLANK_BODY").map(std::fs::read);
    let (status, bytes) = match read {
        Some(Ok(bytes)) => (StatusCode::OK, bytes),
        _ => (StatusCode::NOT_FOUND, Vec::new()),
    };
    let mut response = Response::new(bytes);
    *response.status_mut() = status;
    // The page has another origin than the file.
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, header::HeaderValue::from_static("*"));
    response
}
