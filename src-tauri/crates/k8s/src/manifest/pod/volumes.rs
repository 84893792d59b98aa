//! Decides the volumes of the pod and where the container sees them: scratch space and code of ours, then the user's.

use berth_model::{Quantity, TaskSpec, Volume as Wanted, VolumeKind};
use k8s_openapi::api::core::v1::{
    ConfigMapVolumeSource, EmptyDirVolumeSource, EphemeralVolumeSource, ImageVolumeSource, KeyToPath,
    PersistentVolumeClaimTemplate, PersistentVolumeClaimVolumeSource, SecretVolumeSource, Volume, VolumeMount,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity as Amount;

use super::helper::PLACE;
use crate::manifest::claim;
use crate::manifest::code::{Code, SHARED};

/// Names of our own volumes. One that the user gives to a volume is left to it.
const SHARED_VOLUME: &str = "shared";
const CODE_VOLUME: &str = "code";

/// Files of code may be started directly (`./train.sh`), so they are executable for everybody.
const CODE_MODE: i32 = 0o755;

/// What a pod sees beside its image.
pub struct Volumes {
    /// The volumes of the pod.
    pub volumes: Option<Vec<Volume>>,
    /// Where the container sees them.
    pub mounts: Option<Vec<VolumeMount>>,
    /// Where the container that fetches the code sees what it needs.
    pub of_helper: Vec<VolumeMount>,
    /// Whether the scratch space under [`SHARED`] can be written to.
    pub has_shared: bool,
}

/// Renders them. `wants_shared` asks for scratch space; `name` is that of the run's objects.
pub fn render(task: &TaskSpec, name: &str, wants_shared: bool, code: Option<&Code>) -> Volumes {
    // A volume of the user's in that place is the scratch space.
    let own_shared = task.volumes.iter().find(|volume| volume.mount_path.as_str().trim_end_matches('/') == SHARED);
    let is_ours = own_shared.is_none() && (wants_shared || task.resources.disk.is_some());
    let shared = is_ours.then(|| shared(task, &task.resources.disk));
    let users = task.volumes.iter().map(|volume| (source(volume, name), mount(volume)));
    let (mut volumes, mut mounts): (Vec<_>, Vec<_>) = shared.into_iter().chain(users).unzip();
    let mut of_helper = Vec::new();
    if let Some(code) = code {
        let (volume, mount) = carried_code(task, name, code);
        volumes.push(volume);
        if code.needs_helper() {
            let is_shared = |mount: &&VolumeMount| mount.mount_path.trim_end_matches('/') == SHARED;
            of_helper.extend(mounts.iter().find(is_shared).cloned());
            of_helper.extend(task.volumes.iter().filter(|volume| is_configuration(volume)).map(self::mount));
            of_helper.push(mount);
        } else {
            mounts.push(mount);
        }
    }
    Volumes {
        of_helper,
        has_shared: is_ours || own_shared.is_some_and(|volume| !volume.read_only),
        volumes: (!volumes.is_empty()).then_some(volumes),
        mounts: (!mounts.is_empty()).then_some(mounts),
    }
}

/// A name of ours that the user gave to none of theirs.
fn free_name(task: &TaskSpec, name: &str) -> String {
    let is_taken = task.volumes.iter().any(|volume| volume.name == name);
    if is_taken { free_name(task, &format!("berth-{name}")) } else { name.to_owned() }
}

fn shared(task: &TaskSpec, size: &Option<Quantity>) -> (Volume, VolumeMount) {
    let name = free_name(task, SHARED_VOLUME);
    let size_limit = size.as_ref().map(amount);
    let volume = Volume {
        name: name.clone(),
        empty_dir: Some(EmptyDirVolumeSource { medium: None, size_limit }),
        ..Volume::default()
    };
    (volume, VolumeMount { name, mount_path: SHARED.to_owned(), ..VolumeMount::default() })
}

/// Files that someone put into the namespace, such as the certificate of a server: fetching may need them too.
fn is_configuration(volume: &Wanted) -> bool {
    matches!(volume.kind, VolumeKind::ConfigMap { .. } | VolumeKind::Secret { .. })
        && volume.mount_path.as_str().trim_end_matches('/') != SHARED
}

fn carried_code(task: &TaskSpec, object: &str, code: &Code) -> (Volume, VolumeMount) {
    let name = free_name(task, CODE_VOLUME);
    let file = match code {
        Code::File { file, .. } => Some(file),
        Code::Archive { .. } | Code::Elsewhere { .. } => None,
    };
    let items = file.map(|_| vec![KeyToPath { key: Code::key().to_owned(), path: Code::key().to_owned(), mode: None }]);
    let volume = Volume {
        name: name.clone(),
        config_map: Some(ConfigMapVolumeSource {
            name: Code::object_name(object),
            default_mode: Some(CODE_MODE),
            items,
            optional: None,
        }),
        ..Volume::default()
    };
    let mount = VolumeMount {
        name,
        mount_path: file.map_or_else(|| PLACE.to_owned(), |file| format!("{SHARED}/{file}")),
        sub_path: file.map(|_| Code::key().to_owned()),
        read_only: Some(true),
        ..VolumeMount::default()
    };
    (volume, mount)
}

fn mount(volume: &Wanted) -> VolumeMount {
    VolumeMount {
        name: volume.name.clone(),
        mount_path: volume.mount_path.to_string(),
        sub_path: volume.sub_path.clone(),
        read_only: volume.read_only.then_some(true),
        ..VolumeMount::default()
    }
}

fn source(volume: &Wanted, object: &str) -> Volume {
    let mut made = Volume { name: volume.name.clone(), ..Volume::default() };
    let claimed = |claim_name: String| PersistentVolumeClaimVolumeSource { claim_name, read_only: None };
    match &volume.kind {
        VolumeKind::Claim { claim } => made.persistent_volume_claim = Some(claimed(claim.clone())),
        VolumeKind::NewClaim { .. } => {
            made.persistent_volume_claim = Some(claimed(claim::object_name(object, &volume.name)));
        }
        VolumeKind::EmptyDir { size_limit, medium } => {
            let size_limit = size_limit.as_ref().map(amount);
            let medium = medium.clone().filter(|medium| !medium.is_empty());
            made.empty_dir = Some(EmptyDirVolumeSource { medium, size_limit });
        }
        VolumeKind::Ephemeral { size, storage_class } => {
            let spec = claim::spec(size.as_ref(), storage_class.as_deref(), None);
            made.ephemeral = Some(EphemeralVolumeSource {
                volume_claim_template: Some(PersistentVolumeClaimTemplate { metadata: None, spec }),
            });
        }
        VolumeKind::ConfigMap { config } => {
            made.config_map = Some(ConfigMapVolumeSource { name: config.clone(), ..ConfigMapVolumeSource::default() });
        }
        VolumeKind::Secret { secret } => {
            made.secret =
                Some(SecretVolumeSource { secret_name: Some(secret.clone()), ..SecretVolumeSource::default() });
        }
        VolumeKind::Image { image } => {
            made.image = Some(ImageVolumeSource { reference: Some(image.to_string()), pull_policy: None });
        }
    }
    made
}

fn amount(size: &Quantity) -> Amount {
    Amount(size.to_string())
}
