//! Owns what a build is beside its recipe: where its image goes, by what name, and what becomes of it afterwards.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};

use crate::name::text_type;
use crate::{FunctionName, FunctionSpec, ImageReference, ProjectName, SecretName, ValueError};

text_type!(
    /// Where images of a project go: a registry, with a folder where wished: `host[:port][/folder]`.
    RegistryAddress,
    |text| {
        let refuse = |why: &str| {
            let shown: String = text.chars().take(80).collect();
            Err(ValueError::new(
                "registry",
                format!("\"{shown}\" is not a registry: {why}; write it as registry.example.org/team, without a scheme and a tag."),
            ))
        };
        let Ok(image) = ImageReference::parse(&format!("{text}/x")) else {
            return refuse("it is not a host with a folder in small letters");
        };
        // Without a host, the first folder would be taken for one of the default registry.
        let host = text.split('/').next().unwrap_or_default();
        if image.registry() != host || image.tag().is_some() || image.digest().is_some() {
            return refuse("it must begin with a host, such as docker.io");
        }
        if matches!(host.split(':').next(), Some("localhost" | "127.0.0.1")) {
            return refuse("builds run in the cluster, where this names the build itself");
        }
        Ok(())
    }
);

impl RegistryAddress {
    /// The host with its port, without the folder.
    #[must_use]
    pub fn host(&self) -> &str {
        self.as_str().split('/').next().unwrap_or_default()
    }
}

/// The registry of a project: where its builds put their images.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Registry {
    /// Where it is.
    pub address: RegistryAddress,
    /// Secret of the project with which to sign in: `USER:PASSWORD`, or the text of a Docker `config.json`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<SecretName>,
    /// Whether it speaks plain HTTP, so that everybody on the way can read and change what is sent.
    #[serde(default)]
    pub plain_http: bool,
    /// Whether the layers of one build are kept there for the next, under the image's name with `/cache` behind.
    #[serde(default)]
    pub cache: bool,
}

impl Registry {
    /// Tells whether an image lies there.
    #[must_use]
    pub fn holds(&self, image: &ImageReference) -> bool {
        let rest = image.as_str().strip_prefix(self.address.as_str());
        rest.is_some_and(|rest| rest.starts_with('/'))
    }
}

/// How a build is done; frozen with its run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuildPlan {
    /// The Dockerfile. Empty in what travels with the main object: there it lies in an object of its own.
    pub dockerfile: String,
    /// The name of the result, with a tag of this run's own.
    pub image: ImageReference,
    /// Where it goes.
    pub registry: Registry,
    /// The image that builds.
    pub builder: ImageReference,
}

impl BuildPlan {
    /// Where the layers are kept for the next build, where they are.
    #[must_use]
    pub fn cache(&self) -> Option<String> {
        let name = self.image.as_str().rsplit_once(':').map_or(self.image.as_str(), |(name, _)| name);
        self.registry.cache.then(|| format!("{name}/cache"))
    }
}

/// What a build did to its function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct PinnedImage {
    /// The version of the function that got the image; `None` where the function was gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// The image that the function had before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced: Option<ImageReference>,
    /// The version that took the image off again, where someone wished it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undone: Option<u32>,
}

impl PinnedImage {
    /// The image that the function ran from before; `None` too where what it had was only the name that its builds are to
    /// give to theirs.
    #[must_use]
    pub fn used_before(&self, plan: &BuildPlan) -> Option<&ImageReference> {
        let (made, replaced) = (repository(&plan.image), self.replaced.as_ref()?);
        let named = repository(replaced);
        let is_its_name = made == named || made.strip_suffix(named).is_some_and(|folder| folder.ends_with('/'));
        // What a build has made before is used by its digest.
        (replaced.digest().is_some() || !is_its_name).then_some(replaced)
    }
}

/// The name of an image as it is written, without its tag and digest.
fn repository(image: &ImageReference) -> &str {
    let typed = image.as_str().split('@').next().unwrap_or_default();
    let folder = typed.rfind('/').map_or(0, |slash| slash + 1);
    let end = typed.get(folder..).and_then(|last| last.find(':')).map_or(typed.len(), |colon| folder + colon);
    typed.get(..end).unwrap_or_default()
}

/// Names the result of a build: in the project's registry, with a tag of the run's own, so that no image is ever replaced
/// by another of the same name.
///
/// The function's own `image` decides the name where it lies in that registry or names none; else it is
/// `PROJECT/FUNCTION`.
///
/// # Errors
/// `image` where no name can be made of it.
pub fn built_image(
    registry: &Registry,
    project: &ProjectName,
    name: &FunctionName,
    function: &FunctionSpec,
    tag: &str,
) -> Result<ImageReference, ValueError> {
    let address = registry.address.as_str();
    let wished = function.image.as_ref().and_then(|image| {
        let named = repository(image);
        match named.strip_prefix(address).and_then(|rest| rest.strip_prefix('/')) {
            Some(path) => Some(path.to_owned()),
            None => (!image.names_registry()).then(|| named.to_owned()),
        }
    });
    let path = wished.unwrap_or_else(|| format!("{}/{}", path_part(project.as_str()), path_part(name.as_str())));
    ImageReference::parse(&format!("{address}/{path}:{tag}"))
}

/// Makes a part of an image's name: small letters, digits, and single dashes or dots between them.
fn path_part(name: &str) -> String {
    let mut part = String::new();
    for letter in name.chars().map(|letter| letter.to_ascii_lowercase()) {
        if letter.is_ascii_alphanumeric() {
            part.push(letter);
        } else if !part.is_empty() && !part.ends_with('-') {
            part.push('-');
        }
    }
    let part = part.trim_end_matches('-');
    if part.is_empty() { "image".to_owned() } else { part.to_owned() }
}

/// Makes the text of a Docker `config.json` from the value of a registry's secret. What comes out is as secret as what
/// went in.
///
/// # Errors
/// `credentials` where it is neither `USER:PASSWORD` nor such a text; the value is not told.
pub fn registry_credentials(registry: &Registry, value: &str) -> Result<String, ValueError> {
    let refuse = || {
        let name = registry.secret.as_ref().map_or("", SecretName::as_str);
        ValueError::new(
            "credentials",
            format!(
                "The secret \"{name}\" is not one to sign in with: set it to USER:PASSWORD, or to the text of a Docker config.json that names {}.",
                registry.address.host()
            ),
        )
    };
    let value = value.trim();
    if value.starts_with('{') {
        let config: Value = serde_json::from_str(value).map_err(|_| refuse())?;
        let is_named = config.get("auths").and_then(Value::as_object).is_some_and(|auths| !auths.is_empty());
        return if is_named { Ok(value.to_owned()) } else { Err(refuse()) };
    }
    match value.split_once(':') {
        Some((user, password)) if !user.is_empty() && !password.is_empty() => {
            let auth = STANDARD.encode(value);
            Ok(json!({"auths": {registry.address.host(): {"auth": auth}}}).to_string())
        }
        _ => Err(refuse()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registry(address: &str) -> Registry {
        Registry {
            address: address.parse().unwrap(),
            secret: Some("R".parse().unwrap()),
            plain_http: false,
            cache: true,
        }
    }

    fn named(address: &str, image: Option<&str>) -> String {
        let function = FunctionSpec { image: image.map(|image| image.parse().unwrap()), ..FunctionSpec::default() };
        let (project, name) = ("churn".parse().unwrap(), "My_Model..v2".parse().unwrap());
        built_image(&registry(address), &project, &name, &function, "t1").unwrap().to_string()
    }

    #[test]
    fn an_address_is_a_host_and_perhaps_a_folder() {
        for good in ["registry.example.org", "10.240.0.1:5000", "docker.io/me", "ghcr.io/a/b", "reg:5000/x"] {
            assert_eq!(RegistryAddress::parse(good).unwrap().as_str(), good);
        }
        for bad in [
            "",
            "me",
            "https://x.org",
            "x.org/",
            "x.org/A",
            "x.org/a:1",
            "x.org/a b",
            "localhost:5000",
            "127.0.0.1:5000/x",
            "x.org/a@sha256:00",
        ] {
            assert_eq!(RegistryAddress::parse(bad).unwrap_err().code, "registry", "{bad:?}");
        }
        assert_eq!(registry("reg:5000/x").address.host(), "reg:5000");
    }

    #[test]
    fn the_name_is_the_functions_own_where_it_lies_in_the_registry_or_names_none() {
        for (address, image, name) in [
            ("r.org/team", None, "r.org/team/churn/my-model-v2:t1"),
            ("r.org/team", Some("model"), "r.org/team/model:t1"),
            ("r.org/team", Some("a/model:9"), "r.org/team/a/model:t1"),
            ("r.org/team", Some("r.org/team/x:9"), "r.org/team/x:t1"),
            ("r:5000", Some("r:5000/a/x"), "r:5000/a/x:t1"),
            ("r.org/team", Some("r.org/teams/x"), "r.org/team/churn/my-model-v2:t1"),
            ("r.org/team", Some("other.org/x"), "r.org/team/churn/my-model-v2:t1"),
        ] {
            assert_eq!(named(address, image), name, "{image:?}");
        }
        let pinned = format!("r.org/team/x@sha256:{}", "a".repeat(64));
        assert_eq!(
            named("r.org/team", Some(&pinned)),
            "r.org/team/x:t1",
            "a further build goes where the last one went"
        );
    }

    #[test]
    fn an_image_was_used_before_unless_it_only_named_what_the_build_makes() {
        let plan = BuildPlan {
            dockerfile: String::new(),
            image: "r:5000/team/greeter:t1".parse().unwrap(),
            registry: registry("r:5000"),
            builder: "b".parse().unwrap(),
        };
        let digest = "a".repeat(64);
        for (replaced, was_used) in [
            (None, false),
            (Some("team/greeter".to_owned()), false),
            (Some("r:5000/team/greeter:wished".to_owned()), false),
            (Some("greet".to_owned()), true),
            (Some("eam/greeter".to_owned()), true),
            (Some("python:3.11".to_owned()), true),
            (Some(format!("r:5000/team/greeter@sha256:{digest}")), true),
        ] {
            let replaced = replaced.map(|image| image.parse().unwrap());
            let pinned = PinnedImage { version: Some(2), replaced, undone: None };
            assert_eq!(pinned.used_before(&plan), pinned.replaced.as_ref().filter(|_| was_used), "{pinned:?}");
        }
    }

    #[test]
    fn credentials_are_a_pair_or_a_file_and_never_told() {
        let registry = registry("r.org:5000/team");
        let written: Value = serde_json::from_str(&registry_credentials(&registry, "me:pass:word\n").unwrap()).unwrap();
        assert_eq!(written, json!({"auths": {"r.org:5000": {"auth": STANDARD.encode("me:pass:word")}}}));
        let file = r#"{"auths": {"r.org": {"auth": "eA=="}}}"#;
        assert_eq!(registry_credentials(&registry, file).unwrap(), file);
        for bad in ["", "hunter2", ":hunter2", "hunter2:", "{hunter2", "{\"auths\": {}}", "{\"hunter2\": 1}"] {
            let error = registry_credentials(&registry, bad).unwrap_err();
            assert!(error.code == "credentials" && !error.sentence.contains("hunter2"), "{bad:?}: {error}");
        }
    }

    #[test]
    fn layers_are_kept_beside_the_image() {
        let mut plan = BuildPlan {
            dockerfile: String::new(),
            image: "r:5000/a/x:t1".parse().unwrap(),
            registry: registry("r:5000"),
            builder: "b".parse().unwrap(),
        };
        assert_eq!(plan.cache().as_deref(), Some("r:5000/a/x/cache"));
        plan.registry.cache = false;
        assert_eq!(plan.cache(), None);
    }
}
