//! Decides the environment of the container: ours first, then the user's, whose later names win; secrets by reference.

use berth_model::{EnvFrom, EnvObject};
use k8s_openapi::api::core::v1::{ConfigMapKeySelector, EnvVar, EnvVarSource, SecretKeySelector};

use crate::manifest::code::SHARED;
use crate::manifest::{Rendering, secret};

/// Renders the environment: `PROJECT_NAME`, `RUN_ID`, a home that can be written to, then the user's own. A name that
/// the user gives, twice or over ours, stands once with its last value. `name` is that of the run's objects.
pub fn render(rendering: &Rendering, name: &str, has_shared: bool) -> Vec<EnvVar> {
    let task = &rendering.spec.task;
    let ours = [
        Some(("PROJECT_NAME", rendering.project.to_string())),
        Some(("RUN_ID", rendering.run.to_string())),
        has_shared.then(|| ("HOME", SHARED.to_owned())),
    ];
    let users = task.envs.iter().map(|env| (env.name.as_str(), literal(&env.value)));
    let plain = ours.into_iter().flatten().chain(users).map(|(name, value)| EnvVar {
        name: name.to_owned(),
        value: Some(value),
        value_from: None,
    });
    let mut environment: Vec<EnvVar> = Vec::new();
    let secrets = task.secrets.iter().map(|one| from_secret(one.as_str(), &secret::object_name(name), one.as_str()));
    for variable in plain.chain(secrets).chain(task.env_from.iter().map(from_object)) {
        match environment.iter_mut().find(|known| known.name == variable.name) {
            Some(known) => *known = variable,
            None => environment.push(variable),
        }
    }
    environment
}

fn from_object(variable: &EnvFrom) -> EnvVar {
    match &variable.object {
        EnvObject::Secret(secret) => from_secret(variable.name.as_str(), secret, &variable.key),
        EnvObject::ConfigMap(config) => {
            let key = ConfigMapKeySelector { name: config.clone(), key: variable.key.clone(), optional: Some(false) };
            from(variable.name.as_str(), EnvVarSource { config_map_key_ref: Some(key), ..EnvVarSource::default() })
        }
    }
}

fn from_secret(variable: &str, object: &str, key: &str) -> EnvVar {
    let key = SecretKeySelector { name: object.to_owned(), key: key.to_owned(), optional: Some(false) };
    from(variable, EnvVarSource { secret_key_ref: Some(key), ..EnvVarSource::default() })
}

fn from(variable: &str, source: EnvVarSource) -> EnvVar {
    EnvVar { name: variable.to_owned(), value: None, value_from: Some(source) }
}

/// Writes a value so that Kubernetes hands it over as it is: it would replace `$(NAME)` and shorten `$$`.
pub fn literal(value: &str) -> String {
    if value.contains("$(") || value.contains("$$") { value.replace('$', "$$") } else { value.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::literal;

    #[test]
    fn a_value_reaches_the_program_as_it_was_typed() {
        for (typed, written) in
            [("plain", "plain"), ("$HOME", "$HOME"), ("$(RUN_ID)", "$$(RUN_ID)"), ("a$$b", "a$$$$b"), ("$", "$")]
        {
            assert_eq!(literal(typed), written, "{typed:?}");
        }
    }
}
