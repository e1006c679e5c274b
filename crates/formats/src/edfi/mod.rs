//! Ed-Fi interchange XML.
