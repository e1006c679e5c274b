//! The description of the machine endpoints, OpenAPI 3.1, as it is served and as it lies in
//! `docs/openapi.json`.
//!
//! Invariant: every property of an answer is declared, and none else may be there; tests compare
//! with the answers of every role.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

/// `GET /api/v1/openapi.json`
pub(crate) async fn document() -> Response {
    let kind = [(header::CONTENT_TYPE, "application/json")];
    (kind, text()).into_response()
}

/// The document as text, indented for people.
fn text() -> String {
    let document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Läsnä",
            "version": "1",
            "summary": "Attendance figures and watch lists for machines",
            "license": { "name": "EUPL-1.2", "identifier": "EUPL-1.2" },
        },
        "servers": [{ "url": "/" }],
        "paths": paths(),
        "components": {
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer" },
            },
            "schemas": schemas(),
            "responses": refusals(),
        },
    });
    format!("{document:#}\n")
}

fn paths() -> Value {
    json!({
        "/healthz": { "get": plain("health", "Whether the process lives", "ok\n", &[]) },
        "/readyz": {
            "get": plain("ready", "Whether the database answers", "ready\n", &["500", "503"]),
        },
        "/metrics": { "get": plain("metrics", "Counters for Prometheus", "", &[]) },
        "/api/v1/openapi.json": {
            "get": {
                "operationId": "openapi",
                "summary": "This document",
                "security": [],
                "responses": answers(
                    json!({ "application/json": { "schema": { "type": "object" } } }),
                    &["405", "408", "413", "503"],
                ),
            },
        },
        "/api/v1/schools/{id}/watch-list": {
            "get": {
                "operationId": "watchList",
                "summary": "Which pupils of a school have reached which step, since when and why",
                "security": [{ "token": [] }],
                "parameters": [school(), day(), known()],
                "responses": answers(rows("WatchRow"), ASKED),
            },
        },
        "/api/v1/figures": {
            "get": {
                "operationId": "figures",
                "summary": "Sums of minutes of a level, school year to date",
                "security": [{ "token": [] }],
                "parameters": [level(), day(), known()],
                "responses": answers(rows("FiguresRow"), ASKED),
            },
        },
    })
}

/// What can be refused where data of people is asked for.
const ASKED: &[&str] = &[
    "400", "401", "403", "404", "405", "408", "413", "422", "500", "503",
];

fn plain(id: &str, summary: &str, example: &str, refused: &[&str]) -> Value {
    let text = json!({ "text/plain": { "schema": { "type": "string" }, "example": example } });
    json!({
        "operationId": id,
        "summary": summary,
        "security": [],
        "responses": answers(text, refused),
    })
}

fn answers(content: Value, refused: &[&str]) -> Value {
    let mut all = Map::new();
    all.insert(
        "200".to_owned(),
        json!({ "description": "The answer", "content": content }),
    );
    for status in refused {
        let name = json!({ "$ref": format!("#/components/responses/{status}") });
        all.insert((*status).to_owned(), name);
    }
    Value::Object(all)
}

fn rows(of: &str) -> Value {
    let item = format!("#/components/schemas/{of}");
    json!({
        "application/json": { "schema": { "type": "array", "items": { "$ref": item } } },
    })
}

fn school() -> Value {
    json!({
        "name": "id", "in": "path", "required": true,
        "description": "The school's id in its source",
        "schema": { "type": "string", "minLength": 1 },
        "example": "s0001",
    })
}

fn level() -> Value {
    json!({
        "name": "level", "in": "query", "required": true,
        "schema": { "type": "string", "enum": ["provider", "school", "class", "pupil"] },
    })
}

fn day() -> Value {
    json!({
        "name": "as_of", "in": "query", "required": false,
        "description": "Count up to and with this day; today where it is left out",
        "schema": { "type": "string", "format": "date" },
    })
}

fn known() -> Value {
    json!({
        "name": "known_at", "in": "query", "required": false,
        "description": "Count what was known by this instant; all where it is left out",
        "schema": { "type": "string", "format": "date-time" },
    })
}

fn schemas() -> Value {
    let text = json!({ "type": "string" });
    let count = json!({ "type": "integer", "minimum": 0 });
    let date = json!({ "type": "string", "format": "date" });
    let rests = [
        ("completeness", json!({ "enum": ["recorded", "presumed"] })),
        ("denominator", json!({ "enum": ["timetable", "norm"] })),
    ];
    let texts = |names: &[&'static str]| fields(names, &text);
    let counts = |names: &[&'static str]| fields(names, &count);
    let mut watch = texts(&["pupil", "school", "class", "step", "rule"]);
    watch.push(("first_day", date));
    watch.extend(counts(&["counted", "absent", "marked", "possible"]));
    watch.extend(rests.clone());
    let mut figures = texts(&["id"]);
    figures.extend(counts(&[
        "possible",
        "present",
        "elsewhere",
        "authorised",
        "unauthorised",
        "unresolved",
        "unmarked",
        "late",
        "absent",
        "marked",
        "days",
    ]));
    figures.extend(rests);
    let mut problem = texts(&["type"]);
    problem.push((
        "status",
        json!({ "type": "integer", "minimum": 400, "maximum": 599 }),
    ));
    problem.extend(texts(&["key", "message", "detail"]));
    json!({
        "WatchRow": object(watch),
        "FiguresRow": object(figures),
        "Problem": object(problem),
    })
}

type Field = (&'static str, Value);

fn fields(names: &[&'static str], schema: &Value) -> Vec<Field> {
    names.iter().map(|name| (*name, schema.clone())).collect()
}

/// An object that has these properties, all of them, and no other.
fn object(fields: Vec<Field>) -> Value {
    let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    let properties: Map<String, Value> = fields
        .iter()
        .map(|(name, schema)| ((*name).to_owned(), schema.clone()))
        .collect();
    json!({
        "type": "object",
        "required": names,
        "properties": properties,
        "additionalProperties": false,
    })
}

fn refusals() -> Value {
    let named = [
        ("400", "The query cannot be read"),
        ("401", "No token, or nobody's"),
        ("403", "The account has something to do first"),
        ("404", "Not there, or no right to it: they look the same"),
        ("405", "The method is not for this address"),
        ("408", "The request came too slowly"),
        ("413", "The request is too large"),
        ("422", "Something of the set-up is to be mended"),
        ("500", "The service failed; nothing was changed"),
        (
            "503",
            "Too much at once, or the database is busy: ask again",
        ),
    ];
    let problem = json!({ "$ref": "#/components/schemas/Problem" });
    let all: Map<String, Value> = named
        .into_iter()
        .map(|(status, description)| {
            let content = json!({ "application/problem+json": { "schema": problem } });
            let mut answer = json!({ "description": description, "content": content });
            if status == "503" {
                answer["headers"] = json!({
                    "Retry-After": { "schema": { "type": "integer", "minimum": 1 } },
                });
            }
            (status.to_owned(), answer)
        })
        .collect();
    Value::Object(all)
}
