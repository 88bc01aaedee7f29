//! A disk that is full refuses writes whole, says so, and is written to again once there is space.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::Scim;
use crate::harness::installation::{Bridge, Installation};
use crate::harness::process::PATIENCE;

/// Where in the data directory the small disk is.
const SMALL: &str = "small";

/// How a disk is made small, and large again.
#[derive(Debug, Clone, Copy)]
enum Disk {
    /// No file may grow beyond a limit, which every system can do.
    Limited,
    /// A file system of its own, where the system lets the test mount one.
    Small,
}

impl Disk {
    /// The command behind a shell that makes the disk small.
    fn shrink(self, serve: &Command, data: &Path) -> Command {
        let script = match self {
            Self::Limited => "trap '' XFSZ; ulimit -S -f 800; exec \"$@\"".to_owned(),
            Self::Small => {
                let (data, small) = (data.display(), data.join(SMALL));
                let small = small.display();
                format!(
                    "mkdir {small}; mount -t tmpfs -o size=3m,mode=700 tmpfs {small}; \
                     cp {data}/syncup.db* {data}/master.key {small}; \
                     export SYNCUP_DATA_DIR={small}; exec \"$@\""
                )
            }
        };
        let mut command = match self {
            Self::Limited => Command::new("sh"),
            Self::Small => {
                let mut command = Command::new("unshare");
                command.args(["--mount", "sh"]);
                command
            }
        };
        command.args(["-e", "-c", &script, "sh"]);
        command.arg(serve.get_program()).args(serve.get_args());
        for (name, value) in serve.get_envs() {
            command.env(name, value.unwrap());
        }
        command
    }

    /// Leaves no space, where the limit does not do so by itself.
    fn fill(self, bridge: &Bridge, data: &Path) {
        if let Self::Small = self {
            let path = seen_by(bridge, &data.join(SMALL).join("filler"));
            // It fails when the disk is full, which is what it is for.
            drop(std::fs::write(path, vec![1; 8 << 20]));
        }
    }

    /// Makes space.
    fn grow(self, bridge: &Bridge, data: &Path) {
        match self {
            Self::Limited => {
                let process = bridge.process.id().to_string();
                let arguments = ["--pid", &process, "--fsize=unlimited"];
                let status = Command::new("prlimit").args(arguments).status().unwrap();
                assert!(status.success());
            }
            Self::Small => {
                std::fs::remove_file(seen_by(bridge, &data.join(SMALL).join("filler"))).unwrap()
            }
        }
    }
}

/// A path in the bridge's own mounts.
fn seen_by(bridge: &Bridge, path: &Path) -> PathBuf {
    let root = PathBuf::from(format!("/proc/{}/root", bridge.process.id()));
    root.join(path.strip_prefix("/").unwrap())
}

fn user(number: usize) -> Value {
    json!({
        "userName": format!("user-{number}@example.com"),
        "emails": [{"value": format!("user-{number}@example.com")}],
        // So that the disk fills in fewer requests.
        "title": "x".repeat(4_000),
    })
}

/// Each operation of a bulk request is refused as it would be alone, and the whole is answered.
async fn check_bulk(scim: &Scim, number: usize, status: &str, advice: &str) {
    let listed = scim.get("/Users?count=1").await.json();
    let first = format!("/Users/{}", listed["Resources"][0]["id"].as_str().unwrap());
    let post = |bulk_id: &str| {
        let data = user(number);
        json!({"method": "POST", "path": "/Users", "bulkId": bulk_id, "data": data})
    };
    let patch = json!({"op": "add", "path": "title", "value": "y".repeat(4_000)});
    let patch = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [patch],
    });
    let group = json!({"displayName": "G", "members": [{"value": "bulkId:a"}]});
    let operations = json!([
        post("a"),
        {"method": "PATCH", "path": first, "data": patch},
        {"method": "DELETE", "path": first},
        {"method": "POST", "path": "/Groups", "bulkId": "g", "data": group},
    ]);
    // Whose user could not be created refers to nobody.
    let each = [status, status, status, "409"];
    for (fail_on_errors, expected) in [(9, &each[..]), (2, &each[..2])] {
        let body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
            "failOnErrors": fail_on_errors, "Operations": operations,
        });
        let answer = scim.post("/Bulk", &body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let results = answer.json()["Operations"].as_array().unwrap().clone();
        let told = |result: &Value| result["status"].as_str().unwrap().to_owned();
        let statuses: Vec<String> = results.iter().map(told).collect();
        assert_eq!(statuses, expected, "{}", answer.text);
        for result in results.iter().filter(|result| result["status"] == status) {
            let error = &result["response"];
            assert_eq!(error["status"], status);
            let detail = error["detail"].as_str().unwrap();
            assert!(detail.contains(advice), "{detail}");
        }
    }
    assert_eq!(scim.get(&first).await.status, 200);
    assert_eq!(scim.get("/Groups?count=0").await.json()["totalResults"], 0);
}

async fn check(disk: Disk) {
    let installation = Installation::on_files();
    let data = installation.directory.path();
    let bridge = Bridge::start(&mut disk.shrink(&installation.serve_command(), data));
    let scim = Scim::new(&bridge.base_url, &installation.token);
    let create = async |number: usize| scim.post("/Users", &user(number)).await;
    let first = create(0).await;
    assert_eq!(first.status, 201, "{disk:?}: {}", first.text);
    disk.fill(&bridge, data);

    let mut stored = 1;
    let refused = loop {
        let answer = create(stored).await;
        if answer.status != 201 {
            break answer;
        }
        stored += 1;
        assert!(stored < 1_000, "{disk:?} is never full");
    };
    let (status, advice) = match disk {
        Disk::Small => ("507", "must free some space"),
        // The system's word for it may mean anything.
        Disk::Limited => ("503", "try again"),
    };
    assert_eq!(refused.verdict(), status, "{disk:?}: {}", refused.text);
    let detail = refused.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains(advice), "{detail}");
    assert!(!refused.header("retry-after").is_empty());
    check_bulk(&scim, stored, status, advice).await;
    // Reading goes on, and nothing of the refused user is there.
    let count = async || scim.get("/Users?count=0").await.json()["totalResults"].clone();
    assert_eq!(count().await, stored, "{disk:?}");
    let filter = format!("/Users?filter=userName%20eq%20%22user-{stored}@example.com%22");
    assert_eq!(
        scim.get(&filter).await.json()["totalResults"],
        0,
        "{disk:?}"
    );

    disk.grow(&bridge, data);
    assert_eq!(create(stored).await.status, 201, "{disk:?}");
    assert_eq!(count().await, stored + 1, "{disk:?}");
    let end = Instant::now() + PATIENCE;
    let pending = "/Users?count=0&filter=urn:ietf:params:scim:schemas:extension:syncup:shopify:2.0:User:syncState%20ne%20%22synced%22";
    while scim.get(pending).await.json()["totalResults"] != 0 {
        assert!(Instant::now() < end, "{disk:?}: not all users are synced");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(installation.mock.customers().await.len(), stored + 1);
    let said = bridge.process.stop();
    assert!(said.contains("full"), "{disk:?}: {said}");
    assert!(!said.contains("panicked"), "{disk:?}: {said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_writes_whole_and_is_written_again_once_there_is_space() {
    check(Disk::Limited).await;
    let mount = "mount -t tmpfs tmpfs /mnt";
    let may_mount = Command::new("unshare")
        .args(["--mount", "sh", "-c", mount])
        .output();
    if may_mount.is_ok_and(|output| output.status.success()) {
        check(Disk::Small).await;
    }
}
