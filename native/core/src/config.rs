//! The settings of a client, as pymongo understood them, turned into the driver's.
use std::path::PathBuf;
use std::time::Duration;

use mongodb::options::{
    AuthMechanism, ClientOptions, Compressor, Credential, DriverInfo, ServerAddress, ServerApi, ServerApiVersion,
    ServerMonitoringMode, Tls, TlsOptions,
};

use crate::error::{CoreError, Kind, Result};

/// Where a server listens.
#[derive(Clone, Debug)]
pub enum Host {
    Tcp(String, u16),
    Unix(PathBuf),
}

/// Who logs in, and how.
#[derive(Clone, Debug, Default)]
pub struct Login {
    pub username: Option<String>,
    pub password: Option<String>,
    pub source: Option<String>,
    /// `SCRAM-SHA-1`, `SCRAM-SHA-256`, `MONGODB-X509`, `PLAIN`; None negotiates SCRAM.
    pub mechanism: Option<String>,
}

/// Encryption of the connection.
#[derive(Clone, Debug, Default)]
pub struct Encryption {
    pub ca_file: Option<PathBuf>,
    pub cert_key_file: Option<PathBuf>,
    pub allow_invalid_certificates: bool,
}

/// Everything a client is made from. `None` leaves a driver default that is pymongo's too.
#[derive(Clone, Debug, Default)]
pub struct ClientConfig {
    pub hosts: Vec<Host>,
    /// Host of a `mongodb+srv` address, whose records the driver polls itself.
    pub srv_host: Option<String>,
    pub srv_service_name: Option<String>,
    pub srv_max_hosts: Option<u32>,
    pub replica_set: Option<String>,
    pub direct: bool,
    pub load_balanced: bool,
    pub login: Option<Login>,
    pub tls: Option<Encryption>,
    pub app_name: Option<String>,
    pub driver_name: Option<String>,
    pub driver_version: Option<String>,
    pub driver_platform: Option<String>,
    /// `snappy`, `zlib`, `zstd` with the level of zlib.
    pub compressors: Vec<(String, Option<i32>)>,
    pub connect_timeout: Option<Duration>,
    pub server_selection_timeout: Duration,
    pub heartbeat: Duration,
    pub local_threshold: Duration,
    pub max_idle_time: Option<Duration>,
    /// None for no limit.
    pub max_pool_size: Option<u32>,
    pub min_pool_size: u32,
    pub max_connecting: u32,
    pub retry_reads: bool,
    pub retry_writes: bool,
    /// `stream`, `poll` or `auto`.
    pub monitoring: Option<String>,
    pub server_api: Option<(Option<bool>, Option<bool>)>,
}

impl ClientConfig {
    /// Makes the driver's options; asks DNS for the hosts of a `mongodb+srv` address.
    pub async fn driver_options(&self) -> Result<ClientOptions> {
        let mut options = self.base_options().await?;
        options.repl_set_name = self.replica_set.clone();
        options.direct_connection = Some(self.direct);
        options.load_balanced = self.load_balanced.then_some(true);
        options.app_name = self.app_name.clone();
        options.connect_timeout = Some(self.connect_timeout.unwrap_or(Duration::ZERO));
        options.server_selection_timeout = Some(self.server_selection_timeout);
        options.heartbeat_freq = Some(self.heartbeat);
        options.local_threshold = Some(self.local_threshold);
        options.max_idle_time = self.max_idle_time;
        options.max_pool_size = Some(self.max_pool_size.unwrap_or(u32::MAX));
        options.min_pool_size = Some(self.min_pool_size);
        options.max_connecting = Some(self.max_connecting);
        // Retries are made by `ops`, which knows what may be sent twice.
        options.retry_reads = Some(self.retry_reads);
        options.retry_writes = Some(self.retry_writes);
        options.credential = self.credential()?;
        options.tls = Some(self.tls());
        options.compressors = self.compressors()?;
        options.driver_info = self.driver_info();
        options.server_api = self.server_api();
        options.server_monitoring_mode = match self.monitoring.as_deref() {
            Some("stream") => Some(ServerMonitoringMode::Stream),
            Some("poll") => Some(ServerMonitoringMode::Poll),
            _ => None,
        };
        Ok(options)
    }

    async fn base_options(&self) -> Result<ClientOptions> {
        if let Some(host) = &self.srv_host {
            let mut uri = format!("mongodb+srv://{host}/?");
            if let Some(service) = &self.srv_service_name {
                uri.push_str(&format!("srvServiceName={service}&"));
            }
            if let Some(hosts) = self.srv_max_hosts {
                uri.push_str(&format!("srvMaxHosts={hosts}&"));
            }
            return Ok(ClientOptions::parse(uri).await?);
        }
        let mut options = ClientOptions::default();
        options.hosts = self
            .hosts
            .iter()
            .map(|host| match host {
                Host::Tcp(host, port) => ServerAddress::Tcp { host: host.clone(), port: Some(*port) },
                Host::Unix(path) => ServerAddress::Unix { path: path.clone() },
            })
            .collect();
        Ok(options)
    }

    fn credential(&self) -> Result<Option<Credential>> {
        let Some(login) = &self.login else { return Ok(None) };
        let mut credential = Credential::default();
        credential.username = login.username.clone();
        credential.password = login.password.clone();
        credential.source = login.source.clone();
        credential.mechanism = match login.mechanism.as_deref() {
            None => None,
            Some("SCRAM-SHA-1") => Some(AuthMechanism::ScramSha1),
            Some("SCRAM-SHA-256") => Some(AuthMechanism::ScramSha256),
            Some("MONGODB-X509") => Some(AuthMechanism::MongoDbX509),
            Some("PLAIN") => Some(AuthMechanism::Plain),
            Some(other) => {
                let message = format!("unsupported authentication mechanism {other}");
                return Err(CoreError::new(Kind::Configuration, message));
            }
        };
        Ok(Some(credential))
    }

    fn tls(&self) -> Tls {
        let Some(encryption) = &self.tls else { return Tls::Disabled };
        let mut options = TlsOptions::default();
        options.ca_file_path = encryption.ca_file.clone();
        options.cert_key_file_path = encryption.cert_key_file.clone();
        options.allow_invalid_certificates = Some(encryption.allow_invalid_certificates);
        Tls::Enabled(options)
    }

    fn compressors(&self) -> Result<Option<Vec<Compressor>>> {
        if self.compressors.is_empty() {
            return Ok(None);
        }
        let known = self.compressors.iter().map(|(name, level)| match name.as_str() {
            "snappy" => Ok(Compressor::Snappy),
            "zstd" => Ok(Compressor::Zstd { level: None }),
            "zlib" => Ok(Compressor::Zlib { level: level.and_then(|level| u32::try_from(level).ok()) }),
            other => Err(CoreError::new(Kind::Configuration, format!("unsupported compressor {other}"))),
        });
        known.collect::<Result<Vec<_>>>().map(Some)
    }

    fn driver_info(&self) -> Option<DriverInfo> {
        let name = self.driver_name.clone()?;
        let mut info = DriverInfo::builder().name(name).build();
        info.version = self.driver_version.clone();
        info.platform = self.driver_platform.clone();
        Some(info)
    }

    fn server_api(&self) -> Option<ServerApi> {
        let (strict, deprecation_errors) = self.server_api?;
        let mut api = ServerApi::builder().version(ServerApiVersion::V1).build();
        api.strict = strict;
        api.deprecation_errors = deprecation_errors;
        Some(api)
    }
}
