//! The real binary in processes of its own, which end with the test.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How long anything may take on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The binary with an environment that holds nothing but what a test gives it.
pub fn syncup(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_syncup"));
    command.args(arguments).env_clear();
    command
}

/// A running process.
#[derive(Debug)]
pub struct Process {
    child: Child,
    lines: mpsc::Receiver<String>,
    said: Arc<Mutex<String>>,
    readers: Vec<JoinHandle<()>>,
}

impl Process {
    pub fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (told, lines) = mpsc::channel();
        let said = Arc::new(Mutex::new(String::new()));
        let out = child.stdout.take().unwrap();
        let readers = vec![
            read(out, Arc::clone(&said), Some(told)),
            read(child.stderr.take().unwrap(), Arc::clone(&said), None),
        ];
        Self {
            child,
            lines,
            said,
            readers,
        }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What follows `beginning` on the next line of standard output that begins so.
    pub fn line(&self, beginning: &str) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let Ok(line) = self.lines.recv_timeout(left) else {
                panic!("no line {beginning:?}: {}", self.said());
            };
            if let Some(rest) = line.strip_prefix(beginning) {
                return rest.trim().to_owned();
            }
        }
    }

    /// All that it has said so far, on standard output and error.
    pub fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    /// Ends it as a crash would; gives all that it said.
    pub fn kill(mut self) -> String {
        self.child.kill().unwrap();
        let status = self.child.wait().unwrap();
        assert_eq!(status.signal(), Some(9), "it ended before: {}", self.said());
        self.all_said()
    }

    /// Asks it to end, which it must do well; gives all that it said.
    pub fn stop(mut self) -> String {
        signal("TERM", self.id());
        let end = Instant::now() + PATIENCE;
        let status = loop {
            match self.child.try_wait().unwrap() {
                Some(status) => break status,
                None if Instant::now() > end => panic!("it does not end: {}", self.said()),
                None => thread::sleep(Duration::from_millis(5)),
            }
        };
        assert!(status.success(), "{status}: {}", self.said());
        self.all_said()
    }

    fn all_said(&mut self) -> String {
        for reader in self.readers.drain(..) {
            reader.join().unwrap();
        }
        self.said()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A command that must end by itself.
pub fn run(command: &mut Command) -> Output {
    command.stdin(Stdio::null()).output().unwrap()
}

/// What a command prints, which must end well.
pub fn printed(command: &mut Command) -> String {
    let output = run(command);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {error}");
    String::from_utf8(output.stdout).unwrap()
}

/// Sends a signal to a process that the test has started.
pub fn signal(name: &str, process: u32) {
    let script = format!("kill -{name} {process}");
    let sent = Command::new("sh").args(["-c", &script]).status().unwrap();
    assert!(sent.success());
}

fn read(
    stream: impl Read + Send + 'static,
    said: Arc<Mutex<String>>,
    lines: Option<mpsc::Sender<String>>,
) -> JoinHandle<()> {
    thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let mut said = said.lock().unwrap();
            said.push_str(&line);
            said.push('\n');
            drop(said);
            // Who waits for lines may have gone; all that is said is kept all the same.
            let _ = lines.as_ref().map(|lines| lines.send(line));
        }
    })
}
