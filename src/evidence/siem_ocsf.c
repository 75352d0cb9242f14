/* SPDX-License-Identifier: Apache-2.0
 *
 * A decision as an event of the Open Cybersecurity Schema Framework 1.9, see siem.h: what was blocked is a Detection Finding,
 * everything else an activity of the class that its effect belongs to. With the profiles host and security_control.
 */
#include <stdint.h>

#include <cavra/cavra.h>

#include "evidence/siem_private.h"

#define OCSF_VERSION "1.9.0-dev"

/* Members are added one by one, so that one that is absent is no member. */
static void set(json_t *object, const char *key, json_t *value)
{
	if (value)
		(void)json_object_set_new(object, key, value);
}

static void set_text(json_t *object, const char *key, struct str text)
{
	if (text.n)
		set(object, key, siem_string(text));
}

static void set_int(json_t *object, const char *key, json_int_t n)
{
	set(object, key, json_integer(n));
}

/* ---- objects ---- */

static json_t *file_object(struct str path)
{
	struct str name = str_basename(path);
	json_t *file = json_object();
	set_text(file, "name", name.n ? name : path.n ? path : STR("unknown"));
	set_text(file, "path", path);
	set_int(file, "type_id", 0);
	return file;
}

/* Nobody has started it: it has no number, and the decision stands for it. */
static json_t *process_object(const json_t *decision, struct str command)
{
	struct str id = siem_text(decision, "decision_id");
	json_t *process = json_object();
	set_text(process, "cmd_line", command);
	set_text(process, "uid", id.n ? id : STR("unknown"));
	return process;
}

static json_t *endpoint_object(struct str host)
{
	json_t *endpoint = json_object();
	set_text(endpoint, "hostname", host.n ? host : STR("unknown"));
	return endpoint;
}

static json_t *api_object(const json_t *decision)
{
	struct str target = siem_text(decision, "target"),
		   action = siem_text(decision, "action_type");
	size_t colon = str_find_char(target, ':');
	bool tool = str_is(action, "mcp_tool_call") && colon != STR_NPOS && colon + 1 < target.n;
	json_t *api = json_object();
	set_text(api, "operation",
		 tool       ? str_from_at(target, colon + 1)
		 : action.n ? action
			    : STR("unknown"));
	if (tool) {
		json_t *service = json_object();
		set_text(service, "name", str_first(target, colon));
		set(api, "service", service);
	}
	return api;
}

static json_t *actor_object(const json_t *event, const json_t *decision)
{
	struct str agent = siem_text(decision, "agent_id"), actor = siem_text(decision, "actor");
	json_t *object = json_object(), *session = json_object();
	set_text(object, "app_name", agent.n ? agent : STR("unknown-agent"));
	set_text(session, "uid", siem_text(event, "session_id"));
	set(object, "session", session);
	if (actor.n) {
		json_t *user = json_object();
		set_text(user, "name", actor);
		set(object, "user", user);
	}
	return object;
}

static json_t *metadata_object(const json_t *decision)
{
	json_t *metadata = json_object();
	set_text(metadata, "version", STR(OCSF_VERSION));
	set(metadata, "product",
	    json_pack("{s:s, s:s, s:s}", "name", "CAVRA", "vendor_name", "CAVRA", "version",
		      CAVRA_VERSION));
	set(metadata, "profiles", json_pack("[s, s]", "host", "security_control"));
	set_text(metadata, "log_name", STR("cavra.decision"));
	set_text(metadata, "uid", siem_text(decision, "decision_id"));
	set_text(metadata, "correlation_uid", siem_text(decision, "correlation_id"));
	set_text(metadata, "event_code", siem_text(decision, "rule_id"));
	set_text(metadata, "original_time", siem_text(decision, "timestamp"));
	return metadata;
}

/* ---- what became of it ---- */

static const struct control {
	const char *decision;
	int action;
	const char *action_name;
	int disposition;
	const char *disposition_name;
} controls[] = {
	{"allow", 1, "Allowed", 1, "Allowed"},
	{"audit_only", 1, "Allowed", 17, "Logged"},
	{"allow_with_attestation", 1, "Allowed", 1, "Allowed"},
	{"warn", 1, "Allowed", 19, "Alert"},
	{"require_approval", 2, "Denied", 14, "Delayed"},
	{"block", 2, "Denied", 2, "Blocked"},
};
static const struct control unknown = {"", 0, "Unknown", 0, "Unknown"};
static const struct control approved = {"", 1, "Allowed", 8, "Approved"};
static const struct control detected = {"", 1, "Allowed", 15, "Detected"};

/* What forbids is only acted on in a mode that says so; what mode it was is not known of records without one. */
static const struct control *control_of(const json_t *decision)
{
	struct str what = siem_text(decision, "decision"), mode = siem_text(decision, "mode");
	struct str approval = siem_text(json_get_object(decision, "approval"), "state");
	bool asked = str_is(what, "require_approval"), forbids = asked || str_is(what, "block");
	if (asked && str_is(approval, "approved"))
		return &approved;
	if (forbids && mode.n && !str_is(mode, "enforce") && !str_is(mode, "strict"))
		return &detected;
	for (size_t i = 0; i < sizeof controls / sizeof *controls; i++)
		if (str_is(what, controls[i].decision))
			return &controls[i];
	return &unknown;
}

static void set_control(json_t *ocsf, const json_t *decision)
{
	const struct control *control = control_of(decision);
	struct str policy = siem_text(decision, "policy_id");
	set_int(ocsf, "action_id", control->action);
	set_text(ocsf, "action", str_from(control->action_name));
	set_int(ocsf, "disposition_id", control->disposition);
	set_text(ocsf, "disposition", str_from(control->disposition_name));
	set(ocsf, "is_alert", json_boolean(str_is(siem_text(decision, "decision"), "block")));
	if (!policy.n)
		return;
	json_t *object = json_object();
	set_text(object, "uid", policy);
	set_text(object, "name", policy);
	set(ocsf, "policy", object);
}

/* ---- classes ---- */

enum { CLASS_FILE, CLASS_PROCESS, CLASS_NETWORK, CLASS_API, CLASS_FINDING };
static const struct {
	int category, class;
	const char *category_name, *class_name;
} classes[] = {
	[CLASS_FILE] = {1, 1001, "System Activity", "File System Activity"},
	[CLASS_PROCESS] = {1, 1007, "System Activity", "Process Activity"},
	[CLASS_NETWORK] = {4, 4001, "Network Activity", "Network Activity"},
	[CLASS_API] = {6, 6003, "Application Activity", "API Activity"},
	[CLASS_FINDING] = {2, 2004, "Findings", "Detection Finding"},
};
static const struct {
	int class, activity;
	const char *name;
} activities[] = {
	[KIND_FILE_READ] = {CLASS_FILE, 2, "Read"},
	[KIND_FILE_WRITE] = {CLASS_FILE, 3, "Update"},
	[KIND_FILE_DELETE] = {CLASS_FILE, 4, "Delete"},
	[KIND_PROCESS] = {CLASS_PROCESS, 1, "Launch"},
	[KIND_NETWORK] = {CLASS_NETWORK, 1, "Open"},
	[KIND_API] = {CLASS_API, 99, "Other"},
};

static void set_class(json_t *ocsf, unsigned class, int activity, const char *activity_name)
{
	set_int(ocsf, "category_uid", classes[class].category);
	set_text(ocsf, "category_name", str_from(classes[class].category_name));
	set_int(ocsf, "class_uid", classes[class].class);
	set_text(ocsf, "class_name", str_from(classes[class].class_name));
	set_int(ocsf, "activity_id", activity);
	set_text(ocsf, "activity_name", str_from(activity_name));
	set_int(ocsf, "type_uid", (json_int_t)classes[class].class * 100 + activity);
}

/* What it is about, as a member of an activity or of the evidence of a finding. */
static void set_subject(json_t *object, const json_t *decision, struct siem_subject subject)
{
	switch (subject.kind) {
	case KIND_FILE_READ:
	case KIND_FILE_WRITE:
	case KIND_FILE_DELETE:
		set(object, "file", file_object(subject.target));
		return;
	case KIND_PROCESS:
		set(object, "process", process_object(decision, subject.target));
		return;
	case KIND_NETWORK:
		set(object, "dst_endpoint", endpoint_object(siem_host(subject.target)));
		return;
	case KIND_API:
		set(object, "api", api_object(decision));
	}
}

static void set_activity(json_t *ocsf, const json_t *event, const json_t *decision,
			 struct siem_subject subject)
{
	unsigned class = (unsigned)activities[subject.kind].class;
	set_class(ocsf, class, activities[subject.kind].activity, activities[subject.kind].name);
	set_subject(ocsf, decision, subject);
	set(ocsf, "actor", actor_object(event, decision));
	if (class == CLASS_API)
		set(ocsf, "src_endpoint", endpoint_object(STR("")));
	else
		set(ocsf, "device", json_pack("{s:i, s:s}", "type_id", 0, "hostname", "unknown"));
}

static void set_finding(json_t *ocsf, const json_t *event, const json_t *decision,
			struct siem_subject subject)
{
	struct str id = siem_text(decision, "decision_id"), rule = siem_text(decision, "rule_id");
	json_t *info = json_object(), *analytic = json_object(), *evidence = json_object();
	set_class(ocsf, CLASS_FINDING, 1, "Create");
	set_text(info, "uid", id.n ? id : STR("unknown"));
	set_text(info, "title", rule.n ? rule : STR("unknown"));
	set_text(info, "desc", siem_text(decision, "reason"));
	set_int(analytic, "type_id", 1);
	set_text(analytic, "type", STR("Rule"));
	set_text(analytic, "uid", rule.n ? rule : STR("unknown"));
	set(info, "analytic", analytic);
	set(ocsf, "finding_info", info);
	set_subject(evidence, decision, subject);
	set(evidence, "actor", actor_object(event, decision));
	set(ocsf, "evidences", json_pack("[o]", evidence));
	set_int(ocsf, "status_id", 1);
	set_text(ocsf, "status", STR("New"));
}

/* ---- what others search for ---- */

/* Members that the schema counts as observables, of an activity or of the evidence of a finding. */
static const struct {
	const char *object, *inner, *key, *name; /* inner: an object in the object, or NULL */
	int type;
	const char *type_name;
} observables[] = {
	{"file", NULL, "path", "file.path", 45, "File Path"},
	{"file", NULL, "name", "file.name", 7, "File Name"},
	{"process", NULL, "cmd_line", "process.cmd_line", 13, "Command Line"},
	{"dst_endpoint", NULL, "hostname", "dst_endpoint.hostname", 1, "Hostname"},
	{"actor", "user", "name", "actor.user.name", 4, "User Name"},
};

static void set_observables(json_t *ocsf)
{
	const json_t *evidence = json_array_get(json_object_get(ocsf, "evidences"), 0);
	const json_t *around = evidence ? evidence : ocsf;
	json_t *list = json_array();
	for (size_t i = 0; i < sizeof observables / sizeof *observables; i++) {
		const json_t *object = json_object_get(around, observables[i].object);
		if (observables[i].inner)
			object = json_object_get(object, observables[i].inner);
		struct str value = json_str(json_object_get(object, observables[i].key));
		if (!value.n || str_is(value, "unknown"))
			continue;
		json_t *one = json_object();
		set(one, "name",
		    json_sprintf("%s%s", evidence ? "evidences[0]." : "", observables[i].name));
		set_int(one, "type_id", observables[i].type);
		set_text(one, "type", str_from(observables[i].type_name));
		set_text(one, "value", value);
		(void)json_array_append_new(list, one);
	}
	if (json_array_size(list))
		set(ocsf, "observables", list);
	else
		json_decref(list);
}

/* What the schema has no place for. */
static json_t *unmapped_object(const json_t *decision)
{
	static const char *const keys[] = {
		"decision",       "action_type", "target",        "requested_operation",
		"approver_group", "mode",        "policy_digest", "policy_signature",
		"repository"};
	json_t *object = json_object();
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		set_text(object, keys[i], siem_text(decision, keys[i]));
	return object;
}

json_t *siem_ocsf(const json_t *event, const json_t *decision)
{
	const struct severity_names *severity =
		&severities[severity_of(siem_text(decision, "severity"))];
	struct siem_subject subject = siem_subject(decision);
	json_t *ocsf = json_object();
	if (!ocsf)
		return NULL;
	if (str_is(siem_text(decision, "decision"), "block"))
		set_finding(ocsf, event, decision, subject);
	else
		set_activity(ocsf, event, decision, subject);
	set(ocsf, "metadata", metadata_object(decision));
	set_int(ocsf, "severity_id", severity->ocsf);
	set_text(ocsf, "severity", str_from(severity->ocsf_name));
	set_int(ocsf, "time", siem_time(event, decision) / 1000);
	set_text(ocsf, "message", siem_text(decision, "reason"));
	set_control(ocsf, decision);
	set_observables(ocsf);
	set(ocsf, "unmapped", unmapped_object(decision));
	return ocsf;
}
