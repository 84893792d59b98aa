//! Projects are made, described and deleted, and what is none is refused in words.

use berth_core::ErrorCode;
use berth_model::{ProjectName, RunId};

use crate::world::{World, request};

fn name(text: &str) -> ProjectName {
    ProjectName::parse(text).unwrap()
}

#[tokio::test]
async fn a_project_is_made_described_and_deleted() {
    let world = World::new();
    world.app.create_project(&name("churn"), None).await.unwrap();
    let error = world.app.create_project(&name("churn"), None).await.unwrap_err();
    assert_eq!(error.message, "There is a project \"churn\" already.");
    world.app.describe_project(&name("churn"), "  who leaves  ").await.unwrap();
    assert_eq!(world.app.project(&name("churn")).await.unwrap().description.as_deref(), Some("who leaves"));
    world.app.describe_project(&name("churn"), " ").await.unwrap();
    assert_eq!(world.app.project(&name("churn")).await.unwrap().description, None);
    let error = world.app.describe_project(&name("churn"), &"x".repeat(201)).await.unwrap_err();
    assert!(error.message.contains("at most 200 characters"), "{}", error.message);
    world.app.delete_project(&name("churn")).await.unwrap();
    assert_eq!(world.app.project(&name("churn")).await.unwrap_err().code, ErrorCode::NotFound);
    let names: Vec<String> = world.app.projects().await.unwrap().iter().map(|each| each.name.to_string()).collect();
    assert_eq!(names, ["default"]);
}

#[tokio::test]
async fn a_project_with_runs_stays() {
    let world = World::new();
    world.app.create_project(&name("churn"), None).await.unwrap();
    let mut launch = request(RunId::random());
    launch.project = name("churn");
    world.app.launch(&launch).await.unwrap();
    let error = world.app.delete_project(&name("churn")).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidInput);
    assert!(error.message.contains("has 1 run(s) in its history"), "{}", error.message);
    assert!(world.app.project(&name("churn")).await.is_ok());
}
