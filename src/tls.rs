//! The cryptography under TLS.

/// Makes ring the process's TLS provider. A provider that is there already stays.
pub fn install_crypto_provider() {
    // The error only says that a provider is there already, which is what we want.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
