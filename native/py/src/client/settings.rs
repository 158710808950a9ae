//! The settings of a client, as `mongoengine_fast.lanes.options` gives them in a dict.
use std::path::PathBuf;
use std::time::Duration;

use mongoengine_fast_core::config::{ClientConfig, Encryption, Host, Login};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

fn get<'py, T>(settings: &Bound<'py, PyDict>, name: &str) -> PyResult<Option<T>>
where
    T: for<'a> FromPyObject<'a, 'py>,
    for<'a> <T as FromPyObject<'a, 'py>>::Error: Into<PyErr>,
{
    match settings.get_item(name)? {
        Some(value) if !value.is_none() => value.extract::<T>().map(Some).map_err(Into::into),
        _ => Ok(None),
    }
}

fn seconds(settings: &Bound<'_, PyDict>, name: &str) -> PyResult<Option<Duration>> {
    get::<f64>(settings, name)?
        .map(|value| Duration::try_from_secs_f64(value).map_err(|error| PyValueError::new_err(error.to_string())))
        .transpose()
}

/// Reads the settings. Errors: TypeError or ValueError for what is not of the right type.
pub fn read(settings: &Bound<'_, PyDict>) -> PyResult<ClientConfig> {
    let api: Option<(Option<bool>, Option<bool>)> = get(settings, "server_api")?;
    Ok(ClientConfig {
        hosts: hosts(settings)?,
        srv_host: get(settings, "srv_host")?,
        srv_service_name: get(settings, "srv_service_name")?,
        srv_max_hosts: get(settings, "srv_max_hosts")?,
        replica_set: get(settings, "replica_set")?,
        direct: get(settings, "direct")?.unwrap_or(false),
        load_balanced: get(settings, "load_balanced")?.unwrap_or(false),
        login: login(settings)?,
        tls: tls(settings)?,
        app_name: get(settings, "app_name")?,
        driver_name: get(settings, "driver_name")?,
        driver_version: get(settings, "driver_version")?,
        driver_platform: get(settings, "driver_platform")?,
        compressors: get(settings, "compressors")?.unwrap_or_default(),
        connect_timeout: seconds(settings, "connect_timeout")?,
        server_selection_timeout: seconds(settings, "server_selection_timeout")?.unwrap_or(Duration::from_secs(30)),
        heartbeat: seconds(settings, "heartbeat")?.unwrap_or(Duration::from_secs(10)),
        local_threshold: seconds(settings, "local_threshold")?.unwrap_or(Duration::from_millis(15)),
        max_idle_time: seconds(settings, "max_idle_time")?,
        max_pool_size: get(settings, "max_pool_size")?,
        min_pool_size: get(settings, "min_pool_size")?.unwrap_or(0),
        max_connecting: get(settings, "max_connecting")?.unwrap_or(2),
        retry_reads: get(settings, "retry_reads")?.unwrap_or(true),
        retry_writes: get(settings, "retry_writes")?.unwrap_or(true),
        monitoring: get(settings, "monitoring")?,
        server_api: api,
    })
}

fn hosts(settings: &Bound<'_, PyDict>) -> PyResult<Vec<Host>> {
    let hosts: Vec<(String, Option<u16>)> = get(settings, "hosts")?.unwrap_or_default();
    Ok(hosts
        .into_iter()
        .map(|(host, port)| match port {
            Some(port) => Host::Tcp(host, port),
            None => Host::Unix(PathBuf::from(host)),
        })
        .collect())
}

fn login(settings: &Bound<'_, PyDict>) -> PyResult<Option<Login>> {
    let Some(login) = get::<Bound<'_, PyDict>>(settings, "login")? else { return Ok(None) };
    Ok(Some(Login {
        username: get(&login, "username")?,
        password: get(&login, "password")?,
        source: get(&login, "source")?,
        mechanism: get(&login, "mechanism")?,
    }))
}

fn tls(settings: &Bound<'_, PyDict>) -> PyResult<Option<Encryption>> {
    let Some(tls) = get::<Bound<'_, PyDict>>(settings, "tls")? else { return Ok(None) };
    Ok(Some(Encryption {
        ca_file: get(&tls, "ca_file")?,
        cert_key_file: get(&tls, "cert_key_file")?,
        allow_invalid_certificates: get(&tls, "allow_invalid_certificates")?.unwrap_or(false),
    }))
}
