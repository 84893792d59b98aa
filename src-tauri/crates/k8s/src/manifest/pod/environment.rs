//! Decides the environment of the container: ours first, then the user's, whose later names win.

use k8s_openapi::api::core::v1::EnvVar;

use crate::manifest::Rendering;
use crate::manifest::code::SHARED;

/// Renders the environment: `PROJECT_NAME`, `RUN_ID`, a home that can be written to, then the user's own. A name that
/// the user gives, twice or over ours, stands once with its last value.
pub fn render(rendering: &Rendering, has_shared: bool) -> Vec<EnvVar> {
    let ours = [
        Some(("PROJECT_NAME", rendering.project.to_string())),
        Some(("RUN_ID", rendering.run.to_string())),
        has_shared.then(|| ("HOME", SHARED.to_owned())),
    ];
    let users = rendering.spec.task.envs.iter().map(|env| (env.name.as_str(), literal(&env.value)));
    let mut environment: Vec<EnvVar> = Vec::new();
    for (name, value) in ours.into_iter().flatten().chain(users) {
        match environment.iter_mut().find(|known| known.name == name) {
            Some(known) => known.value = Some(value),
            None => environment.push(EnvVar { name: name.to_owned(), value: Some(value), value_from: None }),
        }
    }
    environment
}

/// Writes a value so that Kubernetes hands it over as it is: it would replace `$(NAME)` and shorten `$$`.
fn literal(value: &str) -> String {
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
