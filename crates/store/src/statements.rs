//! Every statement of the product, for the test that prepares them all on both engines.
//!
//! Invariant: a statement that is not in this list is not in the crate.

use crate::facts::{FactTable, select, select_days, select_group, select_pupil, select_pupil_day};
use crate::{
    accounts, acts, audit, backup, batches, codes, entities, factors, families, filters, grants,
    imports, incidents, jobs, keys, log, oidc, passes, reading, records, retention, saves,
    sessions, sign_in, subject, tries, users,
};
use lasna_domain::roster::RecordKind;

/// All statements.
pub fn statements() -> Vec<String> {
    let mut all: Vec<String> = [
        batches::PROVIDER_OF,
        batches::PROVIDERS,
        batches::PROVIDER_INSERT,
        batches::BATCHES,
        batches::BATCH_INSERT,
        batches::UNDO_INSERT,
        entities::LIST,
        entities::NUMBER_OF,
        users::USER_INSERT,
        users::USER_BY_TOKEN,
        users::ROLES,
        users::MODEL_INSERT,
        users::MODELS,
        users::ADOPTER_INSERT,
        users::ADOPTERS,
        sign_in::LAST_USER,
        sign_in::PROFILE_INSERT,
        sign_in::PROFILES,
        sign_in::PROFILE_OF,
        sign_in::BY_LOGIN,
        sign_in::PASSWORD_INSERT,
        sign_in::PASSWORD,
        sign_in::LANGUAGE_INSERT,
        sign_in::LANGUAGE,
        sign_in::SIGN_OUT,
        sign_in::SIGN_OUT_OTHERS,
        sign_in::OF_ROLE,
        sign_in::FIRST_PASSWORDS,
        passes::FIRST,
        passes::ACTS,
        passes::ONCE,
        passes::INSERT,
        saves::SINCE,
        saves::OF_LESSON,
        saves::ONCE,
        saves::LAST,
        saves::INSERT,
        acts::SINCE,
        acts::LAST,
        acts::ONCE,
        acts::INSERT,
        acts::NOTE_INSERT,
    ]
    .map(str::to_owned)
    .to_vec();
    all.extend(IMPORTS.map(str::to_owned));
    all.extend(ACCOUNTS.map(str::to_owned));
    all.extend(LOG.map(str::to_owned));
    all.extend(WATCH.map(str::to_owned));
    all.extend(RIGHTS.iter().map(|text| (*text).to_owned()));
    all.extend(BACKUPS.map(str::to_owned));
    all.extend(IDENTITY.map(str::to_owned));
    all.extend(retention::statements());
    all.extend(subject::statements());
    all.extend(RecordKind::ALL.iter().map(|&kind| records::select(kind)));
    for table in FactTable::ALL {
        all.push(select(table));
        if table != FactTable::Setting {
            all.push(select_days(table));
        }
        if matches!(table, FactTable::Mark | FactTable::Reason) {
            all.push(select_pupil(table));
            all.push(select_pupil_day(table));
        }
        if matches!(table, FactTable::Lesson | FactTable::Register) {
            all.push(select_group(table));
        }
    }
    all
}

/// The statements that change or remove a row: of wrapped keys, of bodies of the audit, and of what has
/// passed its time.
pub fn erasing_statements() -> Vec<String> {
    let mut all = [keys::REWRAP, keys::DESTROY, audit::ERASE]
        .map(str::to_owned)
        .to_vec();
    all.extend(retention::erasing());
    all
}

/// The statements of the audit and of keys.
/// Families, protected people, grants and broken glass.
const RIGHTS: &[&str] = &[
    families::TIE_INSERT,
    families::TIES_OF_ADULT,
    families::TIES_OF_CHILD,
    families::ADMISSION_INSERT,
    families::ADMISSIONS,
    families::PROTECTION_INSERT,
    families::PROTECTIONS,
    families::FACTS,
    families::FEED_INSERT,
    families::FEED,
    grants::INSERT,
    grants::LAST,
    grants::ALL,
    grants::OF_USER,
    grants::ACT_INSERT,
    grants::ACTS,
    grants::GLASS_INSERT,
    grants::GLASS_LAST,
    grants::GLASS_ONCE,
    grants::GLASS_ALL,
    grants::GLASS_OF_USER,
    grants::GLASS_ACT_INSERT,
    grants::GLASS_ACTS,
    grants::REVIEW_INSERT,
    grants::REVIEWS,
];

const LOG: [&str; 20] = [
    audit::LAST,
    audit::INSERT,
    audit::BODY_INSERT,
    audit::LIST,
    audit::ABOUT,
    audit::BY,
    audit::ABOUT_BETWEEN,
    audit::BETWEEN,
    audit::RANGE,
    audit::IN_REACH,
    audit::FIRST_PROVIDER,
    audit::LAST_AT,
    log::LEAVES,
    log::ENTRIES,
    keys::STATE,
    keys::STATE_INSERT,
    keys::ONE,
    keys::OF_KIND,
    keys::INSERT,
    keys::NOT_UNDER,
];

/// The statements of imports and codes.
const IMPORTS: [&str; 10] = [
    imports::READER_INSERT,
    imports::READERS,
    imports::COUNT_INSERT,
    imports::COUNTS,
    imports::ACTORS,
    imports::VERSIONS,
    imports::MEANINGS,
    imports::VERSION_INSERT,
    imports::MEANING_INSERT,
    imports::MARKS_BY_CODE,
];

/// The statements of what people save for themselves, and of the end of accounts.
const ACCOUNTS: [&str; 8] = [
    filters::LIST,
    filters::INSERT,
    filters::END,
    sign_in::LOGIN_TAKEN,
    accounts::LIST,
    accounts::ENDED,
    sessions::ENDED,
    accounts::END,
];

/// The statements of how much people read, and of incidents.
const WATCH: [&str; 13] = [
    reading::COUNT,
    reading::INSERT,
    reading::FORGET_OLD,
    reading::ALARM_INSERT,
    reading::ALARM_LAST,
    reading::ALARM_LAST_SPAN,
    reading::ALARMS,
    incidents::LAST,
    incidents::INSERT,
    incidents::END,
    incidents::LIST,
    incidents::FROZEN,
    incidents::SESSIONS,
];

/// The statements of backups and jobs.
const BACKUPS: [&str; 11] = [
    backup::LAST_IMPORT,
    backup::LAST_SAVE,
    backup::LAST_ACT,
    jobs::RUN_INSERT,
    jobs::RUNS,
    jobs::JOB_ENDED,
    jobs::LEASE_LAST,
    jobs::LEASE_INSERT,
    jobs::JOB_END,
    jobs::START_INSERT,
    jobs::START_LAST,
];

/// The statements of sessions, tries, factors and codes.
const IDENTITY: [&str; 51] = [
    sessions::INSERT,
    sessions::RUNNING,
    sessions::OF_USER,
    sessions::SEEN,
    sessions::END,
    sessions::HALF_INSERT,
    sessions::HALF,
    sessions::HALF_END,
    sessions::HALF_END_ALL,
    oidc::KEY_OF,
    oidc::KEY_INSERT,
    oidc::BY_MARK,
    oidc::LINK_INSERT,
    oidc::LINKS,
    oidc::LINK_END,
    oidc::SAID_INSERT,
    oidc::SAID,
    oidc::OF_MARK,
    oidc::OF_SID,
    oidc::USED,
    oidc::USED_INSERT,
    oidc::USED_FORGET,
    tries::COUNT,
    tries::INSERT,
    tries::FORGET,
    tries::FORGET_ONE,
    tries::FORGET_OLD,
    factors::TOTP_INSERT,
    factors::TOTP_LAST,
    factors::TOTP_ON,
    factors::TOTP_OFF,
    factors::STEP_LAST,
    factors::STEP_INSERT,
    factors::CODE_INSERT,
    factors::CODES_LEFT,
    factors::CODE_USE,
    factors::CODES_END,
    factors::PASSKEY_INSERT,
    factors::PASSKEYS,
    factors::PASSKEY_OWNER,
    factors::PASSKEY_USE,
    factors::PASSKEY_END,
    factors::PASSKEYS_END,
    codes::CODE_GOOD,
    codes::CODE_INSERT,
    codes::CODE_USE,
    codes::CODE_OF,
    codes::NOTICE_INSERT,
    codes::NOTICES,
    codes::NOTICES_SEEN,
    passes::DAYS_OF_USER,
];
