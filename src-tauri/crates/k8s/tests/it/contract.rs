//! The scripted API server keeps what Berth relies on; the same cases run against a real one in `tests/cluster`.

use berth_k8s::Cluster;
use berth_testkit::FakeApi;
use berth_testkit::contract::Stage;

struct Script(FakeApi);

impl Stage for Script {
    fn image(&self) -> &str {
        "busybox"
    }

    async fn stuck_pod(&self, cluster: &Cluster, job: &str) -> String {
        self.0.start_pod(cluster.namespace(), job).name
    }

    async fn run_pod(&self, cluster: &Cluster, job: &str, exit_code: i32) -> String {
        let pod = self.0.start_pod(cluster.namespace(), job);
        pod.run();
        pod.write("2026-01-01T00:00:00.25Z".parse().unwrap(), b"one");
        pod.write("2026-01-01T00:00:01.5Z".parse().unwrap(), b"two");
        pod.finish(exit_code);
        pod.name
    }
}

async fn open() -> (Cluster, Script) {
    let api = FakeApi::new();
    (api.cluster("lab"), Script(api))
}

berth_testkit::contract_tests!(open());
