//! Secrets that belong together: what signs in to a registry of images, and to a store of objects. Typed in parts, kept
//! under the names and in the form in which builds and the fetching of code look for them.

use berth_model::{Problem, ProjectName, SecretName};

use crate::ports::SecretValue;
use crate::{App, Error};

/// What signs in to a registry.
pub struct RegistryLogin {
    /// The secret that holds it.
    pub secret: SecretName,
    /// User.
    pub user: String,
    /// Password or token.
    pub password: SecretValue,
}

/// What signs in to a store that speaks S3.
pub struct StoreLogin {
    /// Its address; AWS itself where empty.
    pub endpoint: String,
    /// Its region; what the store takes for usual where empty.
    pub region: String,
    /// Id of the key.
    pub key_id: String,
    /// The secret key.
    pub secret_key: SecretValue,
}

type Parts = Vec<(SecretName, SecretValue)>;

impl RegistryLogin {
    fn parts(self) -> Result<Parts, Vec<Problem>> {
        let user = self.user.trim();
        let mut problems = Vec::new();
        if user.is_empty() || user.contains(':') {
            let message = "A user is needed, and no colon in it: a colon parts the user from the password.";
            problems.push(Problem::new("user", "user", message));
        }
        if self.password.expose().is_empty() {
            problems.push(Problem::new("password", "required", "A password or token is needed."));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let value = SecretValue::new(format!("{user}:{}", self.password.expose()));
        Ok(vec![(self.secret, value)])
    }
}

impl StoreLogin {
    fn parts(self) -> Result<Parts, Vec<Problem>> {
        let (endpoint, key_id) = (self.endpoint.trim(), self.key_id.trim());
        let mut problems = Vec::new();
        let host = endpoint.strip_prefix("https://").or_else(|| endpoint.strip_prefix("http://"));
        if !endpoint.is_empty() && host.is_none_or(|host| host.is_empty() || host.contains(['@', ' '])) {
            let message =
                "An endpoint is an address without a sign-in, as https://storage.example.org; leave it empty for AWS.";
            problems.push(Problem::new("endpoint", "endpoint", message));
        }
        if key_id.is_empty() {
            problems.push(Problem::new("key_id", "required", "The id of the key is needed."));
        }
        if self.secret_key.expose().is_empty() {
            problems.push(Problem::new("secret_key", "required", "The secret key is needed."));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let plain = [("AWS_ENDPOINT_URL", endpoint), ("AWS_REGION", self.region.trim()), ("AWS_ACCESS_KEY_ID", key_id)];
        let mut parts = Vec::new();
        for (name, value) in plain.into_iter().filter(|(_, value)| !value.is_empty()) {
            parts.push((named(name)?, SecretValue::new(value.to_owned())));
        }
        parts.push((named("AWS_SECRET_ACCESS_KEY")?, self.secret_key));
        Ok(parts)
    }
}

fn named(name: &str) -> Result<SecretName, Vec<Problem>> {
    SecretName::parse(name).map_err(|error| vec![Problem::new("name", error.code, error.sentence)])
}

impl App {
    /// Keeps what signs in to a registry, as one secret; in the keyring, or for this session. Returns its name.
    ///
    /// # Errors
    /// `InvalidInput` at `user` and `password`; as `set_secret`.
    pub async fn set_registry_login(
        &self,
        project: &ProjectName,
        login: RegistryLogin,
        for_session: bool,
    ) -> Result<Vec<SecretName>, Error> {
        self.set_parts(project, login.parts().map_err(Error::invalid)?, for_session).await
    }

    /// Keeps what signs in to a store, as the secrets that S3 clients know; in the keyring, or for this session. Returns
    /// their names: what was left empty has none.
    ///
    /// # Errors
    /// `InvalidInput` at `endpoint`, `key_id` and `secret_key`; as `set_secret`. The first of them may be set where
    /// another fails.
    pub async fn set_store_login(
        &self,
        project: &ProjectName,
        login: StoreLogin,
        for_session: bool,
    ) -> Result<Vec<SecretName>, Error> {
        self.set_parts(project, login.parts().map_err(Error::invalid)?, for_session).await
    }

    async fn set_parts(
        &self,
        project: &ProjectName,
        parts: Parts,
        for_session: bool,
    ) -> Result<Vec<SecretName>, Error> {
        let mut names = Vec::new();
        for (name, value) in parts {
            if for_session {
                self.set_secret_for_session(project, &name, value).await?;
            } else {
                self.set_secret(project, &name, &value).await?;
            }
            names.push(name);
        }
        Ok(names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registry(user: &str, password: &str) -> RegistryLogin {
        let password = SecretValue::new(password.to_owned());
        RegistryLogin { secret: "REGISTRY".parse().unwrap(), user: user.to_owned(), password }
    }

    fn store(endpoint: &str, region: &str, key_id: &str, secret_key: &str) -> StoreLogin {
        let secret_key = SecretValue::new(secret_key.to_owned());
        StoreLogin { endpoint: endpoint.to_owned(), region: region.to_owned(), key_id: key_id.to_owned(), secret_key }
    }

    fn told(parts: Result<Parts, Vec<Problem>>) -> Result<Vec<(String, String)>, Vec<String>> {
        let shown = |(name, value): (SecretName, SecretValue)| (name.to_string(), value.expose().to_owned());
        parts
            .map(|parts| parts.into_iter().map(shown).collect())
            .map_err(|problems| problems.into_iter().map(|problem| problem.path).collect())
    }

    #[test]
    fn a_registry_gets_user_and_password_as_one_secret() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(told(registry(" ann ", "a:b ").parts()), Ok(vec![pair("REGISTRY", "ann:a:b ")]));
        assert_eq!(told(registry("a:b", "").parts()), Err(vec!["user".to_owned(), "password".to_owned()]));
    }

    #[test]
    fn a_store_gets_the_names_that_s3_clients_know_and_none_for_what_was_left_empty() {
        let names = |parts: Vec<(String, String)>| parts.into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        let all = told(store("https://s3.lab:9000", "eu", "id", "key").parts()).unwrap();
        assert_eq!(names(all), ["AWS_ENDPOINT_URL", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]);
        let few = told(store("", " ", "id", "key").parts()).unwrap();
        assert_eq!(names(few), ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]);
        for bad in ["s3.lab", "https://", "https://ann:secret@s3.lab"] {
            assert_eq!(
                told(store(bad, "", "", "").parts()).unwrap_err(),
                ["endpoint", "key_id", "secret_key"],
                "{bad}"
            );
        }
    }
}
