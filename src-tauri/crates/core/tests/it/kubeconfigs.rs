//! Kubeconfig files that the person chose are read beside those that kubectl would read.

use berth_core::{ErrorCode, kubeconfig_files};

use crate::world::{World, kubeconfig, kubeconfig_in};

#[tokio::test]
async fn a_chosen_file_is_read_at_once_and_after_a_restart_until_it_is_put_away() {
    let world = World::new();
    let home = world.folder.path();
    let file = home.join("other.yaml");
    std::fs::write(&file, kubeconfig("http://127.0.0.1:1").replace("lab", "other")).unwrap();
    world.app.add_kubeconfig(" ~/other.yaml ", Some(home)).await.unwrap();
    world.app.add_kubeconfig(file.to_str().unwrap(), None).await.unwrap();
    let names = |list: berth_core::ContextList| list.contexts.into_iter().map(|each| each.name).collect::<Vec<_>>();
    assert_eq!(names(world.app.contexts()), ["lab", "other"], "the second time changes nothing");
    assert_eq!(world.app.chosen_kubeconfigs().await.unwrap(), std::slice::from_ref(&file));
    let own = kubeconfig_in(home);
    let files = kubeconfig_files(world.app.history(), Some(own.as_os_str()), Some(home)).await.unwrap();
    assert_eq!(files, [own, file.clone()]);
    world.app.remove_kubeconfig(&file).await.unwrap();
    assert_eq!(names(world.app.contexts()), ["lab"]);
    assert_eq!(world.app.chosen_kubeconfigs().await.unwrap(), [""; 0].map(std::path::PathBuf::from));
}

#[tokio::test]
async fn what_is_no_kubeconfig_is_refused_in_words() {
    let world = World::new();
    let home = world.folder.path();
    std::fs::write(home.join("empty"), "apiVersion: v1\nkind: Config\n").unwrap();
    for (typed, said) in [
        ("config", "Write the whole path of the file"),
        ("/nowhere/config", "/nowhere/config"),
        ("~/empty", "names no context"),
    ] {
        let error = world.app.add_kubeconfig(typed, Some(home)).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidInput);
        assert!(error.message.contains(said), "{typed}: {}", error.message);
    }
    assert!(world.app.chosen_kubeconfigs().await.unwrap().is_empty());
}
