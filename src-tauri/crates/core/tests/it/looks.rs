//! How contexts look is kept, and what is no look is refused.

use berth_core::{ContextColour, ContextLook, ErrorCode};

use crate::world::World;

#[tokio::test]
async fn a_look_is_kept_until_it_is_plain_again() {
    let world = World::new();
    let look =
        ContextLook { alias: Some("  the lab  ".to_owned()), colour: Some(ContextColour::Teal), is_protected: true };
    world.app.save_context_look("lab", look.clone()).await.unwrap();
    world.app.save_context_look("other", ContextLook { is_protected: true, ..ContextLook::default() }).await.unwrap();
    let looks = world.app.context_looks().await.unwrap();
    assert_eq!(looks["lab"], ContextLook { alias: Some("the lab".to_owned()), ..look });
    world.app.save_context_look("lab", ContextLook::default()).await.unwrap();
    let looks = world.app.context_looks().await.unwrap();
    assert_eq!(looks.keys().collect::<Vec<_>>(), ["other"]);
}

#[tokio::test]
async fn a_name_that_does_not_fit_is_refused_and_nothing_is_lost() {
    let world = World::new();
    let long = ContextLook { alias: Some("x".repeat(41)), ..ContextLook::default() };
    let error = world.app.save_context_look("lab", long).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidInput);
    assert!(error.message.contains("at most 40 characters"), "{}", error.message);
    assert!(world.app.context_looks().await.unwrap().is_empty());
}
