//! How the window is painted on Linux: by the machine's graphics device, or without one.

use std::path::Path;

/// Where devices are named.
const DEVICES: &str = "/dev";

/// What makes WebKit paint without a graphics device, as it reads it when its first page is made.
const WITHOUT_DEVICE: &str = "WEBKIT_DISABLE_COMPOSITING_MODE";

/// Settings of the person that say how WebKit paints: where one is there, it counts.
const CHOSEN: [&str; 2] = [WITHOUT_DEVICE, "WEBKIT_DISABLE_DMABUF_RENDERER"];

/// Lets WebKit paint straight into memory where the machine has no graphics device, as in many virtual and remote desktops.
/// It would play the part of such a device otherwise: the start takes some 0.3 s longer, each frame four times the work,
/// and its web process 80 MiB more memory.
///
/// To be called before anything else runs: it changes the environment, and WebKit asks once. A setting of a page that is
/// made already comes too late; such a page may stop painting.
pub(crate) fn choose() {
    if CHOSEN.iter().any(|name| std::env::var_os(name).is_some()) || has_device(Path::new(DEVICES)) {
        return;
    }
    // What the window costs is all that is at stake.
    glib::setenv(WITHOUT_DEVICE, "1", false).ok();
}

/// Whether one of the devices is one that graphics are drawn with: of the kernel's own drivers, of NVIDIA's, or of the
/// Windows that this Linux runs in.
fn has_device(devices: &Path) -> bool {
    let drivers = std::fs::read_dir(devices.join("dri")).is_ok_and(|mut devices| devices.next().is_some());
    drivers || ["nvidia0", "dxg"].iter().any(|name| devices.join(name).exists())
}

#[cfg(test)]
mod tests {
    use super::has_device;

    #[test]
    fn a_graphics_device_is_known_by_its_name() {
        let devices = tempfile::tempdir().unwrap();
        assert!(!has_device(devices.path()), "no device at all");
        std::fs::create_dir(devices.path().join("dri")).unwrap();
        assert!(!has_device(devices.path()), "a folder without a device");
        std::fs::write(devices.path().join("dri").join("renderD128"), "").unwrap();
        assert!(has_device(devices.path()));
    }
}
