//! Whose a connection is. Any account of this machine reaches its loopback interface, and whoever may
//! call lambda-local runs code as the one who started it: the kernel is asked who has the other end.
//! <https://man7.org/linux/man-pages/man7/sock_diag.7.html>

use std::{
    io,
    net::{IpAddr, SocketAddr},
};

use rustix::{
    net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, netlink, recv, send},
    process::geteuid,
};
use tokio::net::TcpStream;

const BY_FAMILY: u16 = 20;
const ERROR: u16 = 2;
const REQUEST: u16 = 1;
const TCP: u8 = 6;
/// The kernel's header, the family with its flags, and the two ends with their device and cookie.
const HEADER: usize = 16;
const REQUESTED: usize = HEADER + 8 + 48;
/// Where the answer has the user and the inode: behind the two ends and three numbers.
const USER: usize = HEADER + 4 + 48 + 12;

/// What the kernel says of a socket of this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    User(u32),
    /// There is no such socket, or no process has it any more.
    Nobody,
}

/// Whether a process of this user's, or of root's, has the other end of a connection within this
/// machine. Where the kernel cannot tell at all, it is taken for one.
pub(crate) fn is_ours(stream: &TcpStream) -> bool {
    let (Ok(peer), Ok(local)) = (stream.peer_addr(), stream.local_addr()) else {
        return false;
    };
    match owner(peer, local) {
        Ok(Owner::User(user)) => user == 0 || user == geteuid().as_raw(),
        Ok(Owner::Nobody) => false,
        Err(_) => true,
    }
}

fn owner(socket: SocketAddr, connected_to: SocketAddr) -> io::Result<Owner> {
    let kernel = rustix::net::socket_with(
        AddressFamily::NETLINK,
        SocketType::DGRAM,
        SocketFlags::CLOEXEC | SocketFlags::NONBLOCK,
        Some(netlink::SOCK_DIAG),
    )?;
    send(&kernel, &request(socket, connected_to), SendFlags::empty())?;
    let mut answer = [0; 512];
    // The kernel answers before the request has returned.
    let (length, _) = recv(&kernel, &mut answer, RecvFlags::empty())?;
    read(answer.get(..length).unwrap_or_default())
}

fn request(socket: SocketAddr, connected_to: SocketAddr) -> Vec<u8> {
    let family = match socket {
        SocketAddr::V4(_) => AddressFamily::INET,
        SocketAddr::V6(_) => AddressFamily::INET6,
    };
    let mut request = Vec::with_capacity(REQUESTED);
    request.extend((REQUESTED as u32).to_ne_bytes());
    request.extend(BY_FAMILY.to_ne_bytes());
    request.extend(REQUEST.to_ne_bytes());
    request.extend([0; 8]);
    request.extend([family.as_raw() as u8, TCP, 0, 0]);
    // In whatever state.
    request.extend(u32::MAX.to_ne_bytes());
    request.extend(socket.port().to_be_bytes());
    request.extend(connected_to.port().to_be_bytes());
    request.extend(bytes(socket.ip()));
    request.extend(bytes(connected_to.ip()));
    // On any device, and without a cookie.
    request.extend([0; 4]);
    request.extend([u8::MAX; 8]);
    request
}

fn bytes(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(address) => {
            let mut bytes = [0; 16];
            bytes[..4].copy_from_slice(&address.octets());
            bytes
        }
        IpAddr::V6(address) => address.octets(),
    }
}

fn read(answer: &[u8]) -> io::Result<Owner> {
    let short = || io::Error::from(io::ErrorKind::UnexpectedEof);
    let number = |at: usize| {
        let bytes = answer.get(at..at + 4).ok_or_else(short)?;
        Ok::<_, io::Error>(u32::from_ne_bytes(bytes.try_into().map_err(|_| short())?))
    };
    let kind = answer.get(4..6).ok_or_else(short)?;
    match u16::from_ne_bytes([kind[0], kind[1]]) {
        BY_FAMILY if number(USER + 4)? == 0 => Ok(Owner::Nobody),
        BY_FAMILY => Ok(Owner::User(number(USER)?)),
        ERROR => {
            let code = number(HEADER)?.cast_signed().saturating_neg();
            match io::Error::from_raw_os_error(code) {
                error if error.kind() == io::ErrorKind::NotFound => Ok(Owner::Nobody),
                error => Err(error),
            }
        }
        _ => Err(short()),
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::{TcpListener, TcpStream};

    use super::{Owner, geteuid, is_ours, owner, read};

    #[tokio::test]
    async fn the_kernel_says_who_has_the_other_end() {
        for address in ["127.0.0.1:0", "[::1]:0"] {
            let Ok(listener) = TcpListener::bind(address).await else {
                continue;
            };
            let local = listener.local_addr().unwrap();
            let client = TcpStream::connect(local).await.unwrap();
            let (accepted, peer) = listener.accept().await.unwrap();
            assert!(is_ours(&accepted));
            let own = Owner::User(geteuid().as_raw());
            assert_eq!(owner(peer, local).unwrap(), own);
            drop(client);
            // An end that was closed is no process's, whoever opened it.
            assert_eq!(owner(peer, local).unwrap(), Owner::Nobody);
            assert!(!is_ours(&accepted));
        }
    }

    #[test]
    fn an_answer_that_is_cut_short_tells_nothing() {
        for length in [0, 5, 16, 60, 83] {
            let mut answer = vec![0; length];
            if let Some(kind) = answer.get_mut(4) {
                *kind = 20;
            }
            assert!(read(&answer).is_err(), "{length}");
        }
    }
}
