//! What the bridge costs: its own servers and its store measured over HTTP, in ratios to actix-web alone on the same machine at the same time.
//!
//! `benches/run` measures all in under 20 minutes, `benches/run --quick` less in under two. A `!` behind an aim says that it is missed.
//! The baseline answers GETs with a ready body of 1 KB; every row is measured between two runs of it, under the same settings of wrk.

mod baseline;
mod bridge;
mod fill;
mod load;
mod process;
mod rows;
mod shopify;
mod table;
mod user;

use std::process::ExitCode;

use baseline::Baseline;
use bridge::Bridge;

/// The baseline allocates as the bridge does.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What a benchmark fails with.
pub type Failure = Box<dyn std::error::Error>;

/// How much is measured.
#[derive(Debug)]
pub struct Extent {
    /// Numbers of stored users.
    users: &'static [u64],
    /// How long a row runs.
    row_secs: u64,
    /// How long the baseline runs before and after a row.
    baseline_secs: u64,
    /// Creations that are timed through to Shopify.
    write_through: u32,
}

const FULL: Extent = Extent {
    users: &[1_000, 100_000, 1_000_000],
    row_secs: 5,
    baseline_secs: 2,
    write_through: 1_000,
};

const QUICK: Extent = Extent {
    users: &[1_000, 100_000],
    row_secs: 1,
    baseline_secs: 1,
    write_through: 200,
};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |name: &str| arguments.iter().any(|it| it == name);
    let done = match arguments.as_slice() {
        [first, address] if first == baseline::ARGUMENT => serve_baseline(address),
        all => {
            let extent = if has("--quick") { &QUICK } else { &FULL };
            let only = all.iter().skip_while(|it| *it != "--only").nth(1);
            measure(extent, only.map(String::as_str))
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("throughput: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn serve_baseline(address: &str) -> Result<(), Failure> {
    baseline::serve(address.parse()?)
}

/// Measures everything, or `only` one kind of request.
fn measure(extent: &Extent, only: Option<&str>) -> Result<(), Failure> {
    if only.is_none() {
        in_shopify(extent)?;
        idle()?;
        println!();
    }
    let baseline = Baseline::start()?;
    let mut all = Vec::new();
    table::head();
    for &users in extent.users {
        let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let token = syncup::app::runtime()?.block_on(fill::fill(directory.path(), users))?;
        let bridge = Bridge::start(directory.path())?;
        let asked = rows::Asked {
            token: &token,
            users,
            only,
        };
        rows::measure(&baseline, &bridge, &asked, extent, |measured| {
            table::line(&measured);
            all.push(measured);
        })?;
        let when = format!("with {users} users, after the load");
        table::memory(&when, bridge.process.memory()?, 250.0);
        first_answer(&format!("with {users} users"), &bridge);
    }
    println!();
    table::growth(&all);
    Ok(())
}

/// The bridge on its own, without a shop.
fn idle() -> Result<(), Failure> {
    let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    // The second start is the usual one: the first makes the key and the database.
    drop(Bridge::start(directory.path())?);
    let bridge = Bridge::start(directory.path())?;
    first_answer("empty", &bridge);
    table::memory("idle", bridge.process.memory()?, 40.0);
    Ok(())
}

fn first_answer(when: &str, bridge: &Bridge) {
    table::at_most(
        &format!("first answer {when}: ms after exec"),
        bridge.first_answer.as_secs_f64() * 1e3,
        250.0,
    );
}

fn in_shopify(extent: &Extent) -> Result<(), Failure> {
    syncup::app::runtime()?.block_on(async {
        let points = shopify::points().await?;
        table::at_most("points of a created user", points.created.into(), 10.0);
        table::at_most(
            "points of a user put again as it is",
            points.put_again.into(),
            0.0,
        );
        table::at_most("points of an updated user", points.updated.into(), 10.0);
        table::at_most("points of a disabled user", points.disabled.into(), 20.0);
        let import = shopify::import(2_000).await?;
        table::at_most(
            "2,000 creations, standard plan: s on the mock's clock",
            import.seconds as f64,
            189.0,
        );
        table::at_most(
            "2,000 creations, standard plan: THROTTLED",
            import.throttled as f64,
            0.0,
        );
        if import.customers != 2_000 {
            return Err(format!("{} customers, not 2,000", import.customers).into());
        }
        let write = shopify::write_through(extent.write_through).await?;
        table::at_most(
            &format!(
                "POST through to Shopify ({:.2} ms) above the bare mutation ({:.2} ms): ms",
                write.through_ms, write.bare_ms
            ),
            write.through_ms - write.bare_ms,
            1.0,
        );
        Ok(())
    })
}
