//! How much is read over HTTP: a page asks for a fresh proof, a token is told how long to wait.
//!
//! Invariant: each request is one of a person or of a machine, with nothing of the store in between.

use crate::both;
use lasna_app::App;
use lasna_domain::access::UserRole;

#[test]
fn a_token_that_reads_too_much_gets_429_with_the_seconds_to_wait() {
    both("reading", |server| {
        let app = App::operator(server.store.clone(), crate::now()).unwrap();
        app.add_user(UserRole::Service, Some("school-a"), "reads-much")
            .unwrap();
        let path = "/api/v1/schools/school-a/watch-list";
        for no in 0..60 {
            let answer = server.get(path, Some("reads-much"));
            assert_eq!(answer.status, 200, "{no}: {}", answer.body);
        }
        let answer = server.get(path, Some("reads-much"));
        assert_eq!(answer.status, 429, "{}", answer.body);
        assert!(answer.body.contains("\"read_much\""), "{}", answer.body);
        let seconds: u32 = answer.header("retry-after").parse().unwrap();
        assert!((1..=601).contains(&seconds), "{seconds}");
    });
}
