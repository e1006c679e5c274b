//! What whoever is signed in is told about changes of signing in, on every page until it was read.
//!
//! Invariant: looking at a page reads nothing; a press does.

use super::moment;
use crate::pages::frame::Frame;
use crate::pages::sign_in::own_path;
use crate::pages::visit::{Reply, Visit};
use axum::Form;
use axum::response::Response;
use lasna_app::identity::Notice;
use serde::Deserialize;

/// Notices on a page: their sentences, and up to which they go.
pub(crate) struct Told {
    pub texts: Vec<String>,
    pub up_to: i64,
}

/// The notices as a page shows them; none where there are none.
pub(crate) fn of(frame: &Frame, notices: &[Notice]) -> Option<Told> {
    let up_to = notices.last()?.no;
    let text = |notice: &Notice| {
        let what = frame.code("notice_kind", &notice.kind);
        let values = [("moment", &*moment(frame, notice.at)), ("what", &*what)];
        frame.fill("notices.one", &values)
    };
    Some(Told {
        texts: notices.iter().map(text).collect(),
        up_to,
    })
}

#[derive(Deserialize)]
pub(crate) struct ReadForm {
    #[serde(default)]
    up_to: i64,
    #[serde(default)]
    back: String,
}

/// `POST /notices/read`
pub(crate) async fn read(visit: Visit, Form(form): Form<ReadForm>) -> Response {
    visit
        .desk(move |desk| {
            desk.app.has_read_notices(form.up_to)?;
            Ok(Reply::Go(own_path(&form.back)))
        })
        .await
}
