//! TLS in front of a server, with a certificate of an authority that nobody knows.

use std::{
    io::Write,
    net::{TcpListener, TcpStream},
    path::Path,
    sync::Arc,
    thread,
};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    crypto::ring,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use tempfile::NamedTempFile;

use super::proxy::{pass_on, read_request};

/// A server that speaks TLS alone, as long as the test lives.
#[derive(Debug)]
pub(crate) struct Tls {
    pub(crate) url: String,
    authority: NamedTempFile,
}

impl Tls {
    pub(crate) fn start(server: &str) -> Self {
        let (config, pem) = certified();
        let authority = NamedTempFile::new().unwrap();
        std::fs::write(authority.path(), pem).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let port = listener.local_addr().unwrap().port();
        let server = server.trim_start_matches("http://").to_owned();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (config, server) = (config.clone(), server.clone());
                // A client that does not trust the certificate goes away.
                thread::spawn(move || answer(client, config, &server).ok());
            }
        });
        let url = format!("https://localhost:{port}");
        Self { url, authority }
    }

    /// The authority's certificate, for whoever is to trust it.
    pub(crate) fn authority(&self) -> &Path {
        self.authority.path()
    }
}

/// A certificate for `localhost`, and its authority's in PEM.
fn certified() -> (Arc<ServerConfig>, String) {
    let mut root = CertificateParams::default();
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = CertifiedIssuer::self_signed(root, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(["localhost".to_owned()]).unwrap();
    let leaf = leaf.signed_by(&key, &root).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key)
        .unwrap();
    (Arc::new(config), root.pem())
}

/// One call a connection.
fn answer(client: TcpStream, config: Arc<ServerConfig>, server: &str) -> std::io::Result<()> {
    let connection = ServerConnection::new(config).map_err(std::io::Error::other)?;
    let mut client = StreamOwned::new(connection, client);
    let Some((head, body)) = read_request(&mut client)? else {
        return Ok(());
    };
    client.write_all(&pass_on(server, &head, &body)?)?;
    client.conn.send_close_notify();
    client.flush()
}
