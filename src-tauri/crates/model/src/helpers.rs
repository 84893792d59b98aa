//! Owns which images do Berth's own work in a cluster. Defaults are public; who mirrors registries names their own.

use serde::{Deserialize, Serialize};

use crate::ImageReference;

/// The images of Berth's helpers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HelperImages {
    /// Fetches and unpacks code before a program starts: needs Python 3.9 or later and git.
    pub fetch: ImageReference,
    /// Builds images and pushes them: needs Buildah and a shell.
    pub build: ImageReference,
}

/// A helper, by the work that it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum HelperImage {
    /// Fetches and unpacks code.
    Fetch,
    /// Builds images.
    Build,
}

impl HelperImage {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Fetch, Self::Build];

    /// Its name in settings.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Fetch => "fetch",
            Self::Build => "build",
        }
    }

    /// What its image is used for and must hold.
    #[must_use]
    pub const fn purpose(self) -> &'static str {
        match self {
            Self::Fetch => "fetches and unpacks code before a program starts; holds Python 3.9 or later and git",
            Self::Build => "builds images and pushes them; holds Buildah and a shell",
        }
    }

    /// The public image that is used where none is chosen.
    #[must_use]
    pub const fn public(self) -> &'static str {
        match self {
            // The full image of Docker's official Python has git; the slim one has not.
            Self::Fetch => "python:3.13",
            Self::Build => "quay.io/buildah/stable:latest",
        }
    }
}

impl HelperImages {
    /// The image of a helper.
    #[must_use]
    pub const fn of(&self, helper: HelperImage) -> &ImageReference {
        match helper {
            HelperImage::Fetch => &self.fetch,
            HelperImage::Build => &self.build,
        }
    }

    /// Sets the image of a helper.
    pub fn set(&mut self, helper: HelperImage, image: ImageReference) {
        match helper {
            HelperImage::Fetch => self.fetch = image,
            HelperImage::Build => self.build = image,
        }
    }
}

impl Default for HelperImages {
    fn default() -> Self {
        let public = |helper: HelperImage| ImageReference::fixed(helper.public());
        Self { fetch: public(HelperImage::Fetch), build: public(HelperImage::Build) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_images_are_references() {
        for helper in HelperImage::ALL {
            assert_eq!(ImageReference::parse(helper.public()).as_ref(), Ok(HelperImages::default().of(helper)));
        }
    }
}
