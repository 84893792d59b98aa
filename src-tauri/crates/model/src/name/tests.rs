//! Tests of names.

use proptest::prelude::*;

use super::{EnvName, FunctionName, LabelValue, MountPath, ProfileName, ProjectName, SecretName};

#[test]
fn each_name_has_its_rule_and_its_limit() {
    let long = |letters: usize| "a".repeat(letters);
    for text in ["ab", "my-project-1", &long(38)] {
        assert!(ProjectName::parse(text).is_ok(), "{text}");
    }
    for text in ["", "a", "Ab", "a_b", "a b", "é", &long(39)] {
        assert_eq!(ProjectName::parse(text).unwrap_err().code, "project_name", "{text}");
    }
    for text in ["a", "My_fn.1+x-", &long(256)] {
        assert!(FunctionName::parse(text).is_ok() && ProfileName::parse(text).is_ok(), "{text}");
    }
    for text in ["", "a/b", "a:b", "a b", "a;b", "è", &long(257)] {
        assert_eq!(FunctionName::parse(text).unwrap_err().code, "function_name", "{text}");
        assert_eq!(ProfileName::parse(text).unwrap_err().code, "profile_name", "{text}");
    }
    for text in ["A", "_a1", "lower", &long(300)] {
        assert!(EnvName::parse(text).is_ok() && SecretName::parse(text).is_ok(), "{text}");
    }
    for text in ["", "1A", "A-B", "A.B", "A B", "A=B", "Ä"] {
        assert_eq!(EnvName::parse(text).unwrap_err().code, "env_name", "{text}");
        assert_eq!(SecretName::parse(text).unwrap_err().code, "secret_name", "{text}");
    }
    for text in ["/a", "/data/my files", "/a/..b", &format!("/{}", long(4_095))] {
        assert!(MountPath::parse(text).is_ok(), "{text}");
    }
    for text in ["", "/", "a", "./a", "/a:b", "/a/../b", "/..", "/a\0", &format!("/{}", long(4_096))] {
        assert_eq!(MountPath::parse(text).unwrap_err().code, "mount_path", "{text}");
    }
    for text in ["", "a", "A.b_c-d", &long(63)] {
        assert!(LabelValue::parse(text).is_ok(), "{text}");
    }
    for text in ["-a", "a-", "a b", "a/b", "é", ".", &long(64)] {
        assert_eq!(LabelValue::parse(text).unwrap_err().code, "label_value", "{text}");
    }
}

proptest! {
    #[test]
    fn printing_gives_back_what_was_typed_and_nothing_panics(
        text in any::<String>(),
        name in "[a-zA-Z0-9._+-]{1,40}",
        path in "/[a-z/ .]{0,20}",
    ) {
        macro_rules! check {
            ($($kind:ident)*) => {$(
                for text in [&text, &name, &path] {
                    if let Ok(value) = $kind::parse(text) {
                        prop_assert_eq!(value.as_str(), text);
                        prop_assert_eq!(value.to_string().parse::<$kind>(), Ok(value.clone()));
                        let json = serde_json::to_string(&value).unwrap();
                        prop_assert_eq!(serde_json::from_str::<$kind>(&json).unwrap(), value);
                    }
                }
            )*};
        }
        check!(ProjectName FunctionName ProfileName SecretName EnvName MountPath LabelValue);
    }

    #[test]
    fn ids_are_read_in_both_forms(bits in any::<u128>(), text in any::<String>()) {
        let id = crate::RunId::from_uuid(uuid::Uuid::from_u128(bits));
        prop_assert_eq!(id.to_string().parse(), Ok(id));
        prop_assert_eq!(id.bare().parse(), Ok(id));
        let _ = text.parse::<crate::RunId>();
    }
}
