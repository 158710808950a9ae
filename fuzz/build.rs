//! Links libpython: the workspace beside this tells pyo3 to build for a Python that is there already.
fn main() {
    #[cfg(feature = "python")]
    {
        let python = pyo3_build_config::get();
        if let (Some(name), Some(folder)) = (python.lib_name(), python.lib_dir()) {
            println!("cargo:rustc-link-lib={name}");
            println!("cargo:rustc-link-search=native={folder}");
            println!("cargo:rustc-link-arg=-Wl,-rpath,{folder}");
        }
    }
}
