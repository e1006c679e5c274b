//! The words of the policy: tasks, roles, verbs, classes of data, relations, purposes, reasons.
//!
//! The codes are those of `policy/access.toml`, of the database and of the log.
//!
//! Invariant: a code, once written into a log, keeps its meaning.

use crate::attendance::codes;

codes! {
    /// What somebody wants to do. Each route and command names one.
    Action {
        /// Put a register export into the store.
        Import = "import",
        /// Take an import back.
        UndoImport = "undo_import",
        /// Figures of classes, schools and the provider.
        ReadFigures = "read_figures",
        /// Figures of single pupils.
        ReadPupilFigures = "read_pupil_figures",
        /// Who has reached which step.
        ReadWatchList = "read_watch_list",
        /// The counted marks of one pupil.
        ExplainPupil = "explain_pupil",
        /// The whole roster and its facts as files.
        Export = "export",
        /// Make an account.
        AddUser = "add_user",
        /// List accounts, give one a new first password, end one.
        ManageUser = "manage_user",
        /// Put an operating model in force.
        AdoptModel = "adopt_model",
        /// Look for contradictions in the store.
        Check = "check",
        /// Sign in and out, choose a language: what everybody may do of oneself.
        SignIn = "sign_in",
        /// The names of a group's pupils and what its registers say.
        ReadRegister = "read_register",
        /// Take the register of a lesson.
        TakeRegister = "take_register",
        /// Lessons whose register was not taken, by teacher.
        ReadMarkingDebt = "read_marking_debt",
        /// What was done about a signal.
        ReadSignals = "read_signals",
        /// Acknowledge a signal, log a contact, decide that there is no concern, raise it.
        ActOnSignal = "act_on_signal",
        /// Imports that were made, and codes that have no meaning yet.
        ReadImports = "read_imports",
        /// How complete the registers of schools are: lessons, of nobody.
        ReadCompleteness = "read_completeness",
        /// How many accounts there are and how they stand.
        ReadAccounts = "read_accounts",
        /// Give a substitute a teacher's lessons of a day, and take them back.
        GiveDayPass = "give_day_pass",
        /// Take the list out as a file.
        ExportWatchList = "export_watch_list",
        /// Who a child is, for an adult who is told of no matter but that.
        NameChild = "name_child",
        /// A pupil's own page, for the pupil and the home.
        ReadHome = "read_home",
        /// Who looked at a pupil's data, for the pupil and the home.
        ReadAccessLog = "read_access_log",
        /// What one looked at and did oneself.
        ReadOwnActs = "read_own_acts",
        /// The log as a whole: anomalies, incidents.
        OverseeLog = "oversee_log",
        /// Who read more than the limit, and when.
        ReadAlarms = "read_alarms",
        /// Enter an incident, say what it touched, end it.
        KeepIncident = "keep_incident",
        /// Facts of a protected person.
        ReadProtected = "read_protected",
        /// Say who is protected, and from whom.
        SetProtected = "set_protected",
        /// Say who is whose guardian, with which rights.
        SetRelations = "set_relations",
        /// Give a grant, suspend it, end it.
        GiveGrant = "give_grant",
        /// Confirm or drop the access of each person, every quarter.
        ReviewAccess = "review_access",
        /// Break the glass for one pupil.
        BreakGlass = "break_glass",
        /// Look while the glass is broken.
        ReadByGlass = "read_by_glass",
        /// Say whether a broken glass was justified.
        ReviewGlass = "review_glass",
        /// Look with the rights that oneself and another both have.
        ViewAs = "view_as",
        /// Erase what has passed its time.
        Retain = "retain",
        /// Prepare a copy of everything about one pupil, for that pupil and the home.
        ExportSubject = "export_subject",
        /// Say that a prepared copy may be given out.
        ReleaseSubject = "release_subject",
        /// Copy everything out, locked for an offline key, and prove the copy.
        Backup = "backup",
    }
}

codes! {
    /// What an account is for.
    UserRole {
        /// The provider's coordinator.
        Coordinator = "coordinator",
        /// Principal of a school.
        Principal = "principal",
        /// SKY worker of a school.
        SkyWorker = "sky_worker",
        /// Subject teacher or class teacher: the groups taught and the class led.
        Teacher = "teacher",
        /// Substitute: the groups of the day that was given.
        Substitute = "substitute",
        /// The provider's administrator: imports, accounts, no pupil.
        Administrator = "administrator",
        /// A machine that reads lists for a school.
        Service = "service",
        /// A pupil, about oneself.
        Pupil = "pupil",
        /// A guardian or another adult with rights in a pupil's matters.
        Guardian = "guardian",
        /// A curator of the wellbeing services county: cases to which one was asked.
        Curator = "curator",
        /// A psychologist of the wellbeing services county: cases to which one was asked.
        Psychologist = "psychologist",
        /// A member of one pupil's expert group.
        GroupMember = "group_member",
        /// The data protection officer.
        Oversight = "oversight",
        /// A support person of the supplier, for hours.
        Support = "support",
        /// Whoever may run the program on the machine; no account has it.
        Operator = "operator",
    }
}

codes! {
    /// Why somebody looks; written into the audit row.
    AccessReason {
        /// Preventing and following absence, Basic Education Act 26 §.
        FollowAbsence = "follow_absence",
        /// Running the service: imports, checks, exports.
        Operation = "operation",
        /// Teaching the group whose register it is, Basic Education Act 26 §.
        OwnLesson = "own_lesson",
        /// Leading the class that the pupil is in.
        OwnClass = "own_class",
        /// The data are one's own.
        Oneself = "oneself",
        /// The pupil is one's child.
        OwnChild = "own_child",
        /// Being a confirmed member of the case.
        CaseMember = "case_member",
        /// A grant that runs.
        Granted = "granted",
        /// The glass was broken.
        BreakGlass = "break_glass",
        /// Overseeing how data are used.
        Oversight = "oversight",
        /// Everybody with an account may.
        Anyone = "anyone",
    }
}

codes! {
    /// What is done to data.
    Verb {
        /// Look.
        Read = "read",
        /// Add, correct, withdraw.
        Write = "write",
        /// Bring in from a file, without looking.
        Import = "import",
        /// Take out as a file.
        Export = "export",
        /// Break the glass.
        Open = "open",
    }
}

codes! {
    /// A class of data, as the policy and the manifest of columns name it.
    DataClass {
        /// Names, classes, schools.
        Roster = "roster",
        /// Facts of a protected person.
        Protected = "protected",
        /// Absences, lateness, presence.
        Marks = "marks",
        /// Why somebody was absent.
        Reasons = "reasons",
        /// Figures of a pupil, steps reached, who acknowledged them.
        Signals = "signals",
        /// Support cases and plans.
        Cases = "cases",
        /// Contacts with the home.
        Contacts = "contacts",
        /// Written accounts of student welfare.
        Welfare = "welfare",
        /// Answers to surveys.
        Survey = "survey",
        /// Reports of bullying or violence.
        Reports = "reports",
        /// Staff: names, lessons, duties.
        Staff = "staff",
        /// Accounts, grants, relations.
        Accounts = "accounts",
        /// Released figures of groups.
        Aggregates = "aggregates",
        /// Who looked at what.
        Log = "log",
        /// What one looked at and did oneself.
        Acts = "acts",
        /// Models and other settings.
        Settings = "settings",
        /// Imports and codes.
        Imports = "imports",
        /// How complete registers are.
        Coverage = "coverage",
        /// One's own account.
        Oneself = "oneself",
    }
}

codes! {
    /// What must tie whoever asks to what is asked for.
    Relation {
        /// The data are about the person who asks.
        Oneself = "self",
        /// The pupil is one's child.
        Child = "child",
        /// One teaches the group.
        Teaches = "teaches",
        /// One leads the class.
        Leads = "leads",
        /// The school is one's own.
        School = "school",
        /// One works for the whole provider.
        Provider = "provider",
        /// One is a confirmed member of the case.
        Member = "member",
        /// A grant runs.
        Granted = "granted",
        /// The glass is broken.
        Glass = "glass",
        /// Nothing but an account.
        Anyone = "anyone",
        /// One may run the program on the machine.
        Machine = "machine",
    }
}

codes! {
    /// What for.
    Purpose {
        /// Education, and the duty to prevent and follow absence.
        Education = "education",
        /// Support and case work.
        Support = "support",
        /// Individual student welfare.
        Welfare = "welfare",
        /// Working with the home.
        Home = "home",
        /// Evaluation and statistics.
        Evaluation = "evaluation",
        /// Running the service.
        Administration = "administration",
        /// Rights of the person whom data are about, and oversight.
        Subject = "subject",
        /// Research with a permit.
        Research = "research",
    }
}
