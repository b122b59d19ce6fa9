//! Certificates of a collector: a good one, and some that nobody should trust.

use std::{fs, path::Path};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};

type Authority = CertifiedIssuer<'static, KeyPair>;

/// Writes `ca.pem`, and `.pem` and `.key` of `good`, `expired`, `wrong` (another name) and `other` (another authority).
pub fn write(folder: &Path) {
    let (known, unknown) = (authority("known"), authority("unknown"));
    fs::write(folder.join("ca.pem"), known.pem()).unwrap();
    for (name, authority, host, year) in [
        ("good", &known, "127.0.0.1", 2090),
        ("expired", &known, "127.0.0.1", 2001),
        ("wrong", &known, "siem.example", 2090),
        ("other", &unknown, "127.0.0.1", 2090),
    ] {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([host.to_owned()]).unwrap();
        params.not_before = date_time_ymd(2000, 1, 1);
        params.not_after = date_time_ymd(year, 12, 31);
        let certificate = params.signed_by(&key, authority).unwrap();
        fs::write(folder.join(format!("{name}.pem")), certificate.pem()).unwrap();
        fs::write(folder.join(format!("{name}.key")), key.serialize_pem()).unwrap();
    }
}

fn authority(name: &str) -> Authority {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}
