//! Running the binary, and the municipality that most tests import.
//!
//! Invariant: nothing of the environment of the developer reaches the program.

use lasna_store::Store;
use lasna_store::db::Place;
use lasna_testkit::postgres;
use lasna_testkit::temp::{TempDir, folder};
use serde_json::Value;
use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A database, and the program that works on it.
pub struct Lasna {
    /// `--data` or `--database` with its value.
    place: [String; 2],
    /// Where the test may put files.
    pub folder: TempDir,
}

/// What a run came to.
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Run {
    pub fn of(output: &Output) -> Run {
        Run {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout.clone()).unwrap(),
            err: String::from_utf8(output.stderr.clone()).unwrap(),
        }
    }

    /// The one JSON document of standard output, after the exit code was checked.
    #[track_caller]
    pub fn json(&self, code: i32) -> Value {
        assert_eq!(self.code, code, "{}\n{}", self.out, self.err);
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }

    /// Standard output, after the program ended well.
    #[track_caller]
    pub fn ok(&self) -> &str {
        assert_eq!(self.code, 0, "{}\n{}", self.out, self.err);
        &self.out
    }
}

impl Lasna {
    pub fn on_sqlite() -> Lasna {
        let folder = folder();
        let data = folder.path().join("data").display().to_string();
        Lasna {
            place: ["--data".into(), data],
            folder,
        }
    }

    /// `None` where PostgreSQL is not installed, which is said.
    pub fn on_postgres(name: &str) -> Option<Lasna> {
        let place = ["--database".into(), postgres::database(name)?];
        let folder = folder();
        Some(Lasna { place, folder })
    }

    /// The value of `--data` or `--database`.
    pub fn place_value(&self) -> &str {
        &self.place[1]
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn command<A: AsRef<OsStr>>(&self, args: &[A]) -> Command {
        let mut command = bare(args);
        command.args(&self.place);
        if self.place[0] == "--database" {
            command.env("LASNA_KEY_FILE", self.path("keys/master.key"));
            command.env("LASNA_AUDIT_FOLDER", self.path("audit"));
        }
        command
    }

    pub fn run<A: AsRef<OsStr>>(&self, args: &[A]) -> Run {
        Run::of(&self.command(args).output().unwrap())
    }

    /// Runs with `--json` and gives the document.
    #[track_caller]
    pub fn json<A: AsRef<OsStr>>(&self, args: &[A]) -> Value {
        self.json_with_code(args, 0)
    }

    #[track_caller]
    pub fn json_with_code<A: AsRef<OsStr>>(&self, args: &[A], code: i32) -> Value {
        let mut command = self.command(args);
        Run::of(&command.arg("--json").output().unwrap()).json(code)
    }

    pub fn run_with_input<A: AsRef<OsStr>>(&self, args: &[A], input: &[u8]) -> Run {
        let mut command = self.command(args);
        command.stdin(Stdio::piped());
        command.stdout(Stdio::piped());
        command.stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        Run::of(&child.wait_with_output().unwrap())
    }

    /// Imports paths, with the report.
    #[track_caller]
    pub fn import(&self, paths: &[&Path]) -> Value {
        self.import_with_code(paths, 0)
    }

    #[track_caller]
    pub fn import_with_code(&self, paths: &[&Path], code: i32) -> Value {
        let args = std::iter::once(OsStr::new("import")).chain(paths.iter().map(|p| p.as_os_str()));
        self.json_with_code(&args.collect::<Vec<_>>(), code)
    }

    /// Both files of an export, as bytes.
    pub fn export(&self) -> [Vec<u8>; 2] {
        let out = folder();
        self.run(&[OsStr::new("export"), "--out".as_ref(), out.path().as_ref()])
            .ok();
        ["roster.zip", "facts.csv"].map(|name| std::fs::read(out.path().join(name)).unwrap())
    }
}

/// The program without a database.
pub fn bare<A: AsRef<OsStr>>(args: &[A]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lasna"));
    for name in [
        "LASNA_DATA",
        "LASNA_DATABASE",
        "LASNA_LOG",
        "LASNA_KEY_FILE",
        "LASNA_AUDIT_FOLDER",
        "CREDENTIALS_DIRECTORY",
        "LASNA_BACKUP_IDENTITY",
        "LASNA_CERTIFICATE",
    ] {
        command.env_remove(name);
    }
    command.args(args).stdin(Stdio::null());
    command
}

pub fn run_bare<A: AsRef<OsStr>>(args: &[A]) -> Run {
    Run::of(&bare(args).output().unwrap())
}

/// The same story on both engines.
pub fn on_both(name: &str, story: impl Fn(&Lasna)) {
    story(&Lasna::on_sqlite());
    if let Some(lasna) = Lasna::on_postgres(name) {
        story(&lasna);
    }
}

/// A synthetic municipality in a new folder.
pub fn municipality(pupils: u32, weeks: u16) -> TempDir {
    let out = folder();
    let pupils = pupils.to_string();
    let weeks = weeks.to_string();
    let args = ["simulate", "--seed", "7", "--pupils", &pupils];
    let mut command = bare(&args);
    command.args(["--weeks", &weeks, "--out"]).arg(out.path());
    Run::of(&command.output().unwrap()).ok();
    out
}

/// The store of a data folder, with the key that the program made there.
pub fn store_of(data: &Path) -> Store {
    let keys = lasna_testkit::keys::of_folder(data);
    Store::open(Place::Folder(data.to_owned()), keys).unwrap()
}

/// Copies a folder with the folders in it.
pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// The day that the truth of a municipality is about.
pub fn as_of(municipality: &Path) -> String {
    let truth = read_json(&municipality.join("truth.json"));
    truth["as_of"].as_str().unwrap().to_owned()
}

pub fn read_json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// A column of counts over all kinds.
pub fn sum(report: &Value, column: &str) -> u64 {
    let kinds = report["kinds"].as_object().unwrap();
    kinds.values().map(|c| c[column].as_u64().unwrap()).sum()
}
