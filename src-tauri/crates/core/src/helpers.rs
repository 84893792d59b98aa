//! The use cases of helper images: public ones, unless the person chose others, as who mirrors registries must.

use berth_model::{HelperImage, HelperImages, ImageReference};
use serde_json::json;

use crate::Error;
use crate::app::App;
use crate::ports::RunHistory;

/// Key of the setting.
const KEY: &str = "helper_images";

/// The images that a launch uses.
///
/// # Errors
/// `Storage`.
pub(crate) async fn helper_images(history: &dyn RunHistory) -> Result<HelperImages, Error> {
    let stored = history.setting(KEY).await?;
    // What a later Berth wrote and this one cannot read is no reason to launch nothing at all.
    Ok(stored.and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default())
}

impl App {
    /// The images of Berth's helpers: the chosen ones, the public ones where none is chosen.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn helper_images(&self) -> Result<HelperImages, Error> {
        helper_images(&*self.ports.history).await
    }

    /// Chooses the image of a helper for the launches to come; `None` for the public one.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn set_helper_image(&self, helper: HelperImage, image: Option<ImageReference>) -> Result<(), Error> {
        let mut images = self.helper_images().await?;
        let image = image.unwrap_or_else(|| HelperImages::default().of(helper).clone());
        images.set(helper, image);
        Ok(self.ports.history.save_setting(KEY, &json!(images)).await?)
    }
}
