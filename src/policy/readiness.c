/* SPDX-License-Identifier: Apache-2.0
 *
 * A table of what each part of a packet must say, and the comparison with what was computed.
 */
#include "policy/readiness.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/limits.h"
#include "base/when.h"
#include "policy/required_cases.h"
#include "json/json.h"
#include "json/pointer.h"

/* ---- what is wrong ---- */

/* One check while it runs. */
struct check {
	const struct readiness *readiness;
	const char *name;
	json_t *problems; /* owned */
	size_t n;         /* also those that are not listed */
	bool failed;      /* no memory */
};

/* values: what is stated and what was computed, or NULL; it is consumed. */
static void add_problem(struct check *check, const char *field, json_t *values, const char *message)
{
	json_t *problem = json_pack("{s:s, s:s}", "field", field, "message", message);
	check->n++;
	if (check->n > LIMIT_READINESS_PROBLEMS)
		json_decref(problem);
	else if (!problem || (values && json_object_update(problem, values) < 0) ||
		 json_array_append_new(check->problems, problem) < 0)
		check->failed = true;
	json_decref(values);
}

static void complain(struct check *check, const char *field, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static void complain(struct check *check, const char *field, const char *format, ...)
{
	char text[400];
	va_list arguments;
	va_start(arguments, format);
	(void)vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	add_problem(check, field, NULL, text);
}

/* ---- comparing ---- */

enum { SHOWN_BYTES = 80 };

/* The beginning of a value, as JSON. */
static void show_value(const json_t *value, char *ret, size_t size)
{
	char *text = value ? json_text(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_ENSURE_ASCII)
			   : NULL;
	size_t n = text ? strlen(text) : 0;
	(void)snprintf(ret, size, "%.*s%s", SHOWN_BYTES, text ? text : "nothing",
		       n > SHOWN_BYTES ? "..." : "");
	free(text);
}

static void complain_differs(struct check *check, const char *field, json_t *stated,
			     json_t *computed)
{
	char one[SHOWN_BYTES + 8], two[SHOWN_BYTES + 8], text[2 * sizeof one + 100];
	show_value(stated, one, sizeof one);
	show_value(computed, two, sizeof two);
	(void)snprintf(text, sizeof text, "stated is %s, computed is %s", one, two);
	add_problem(check, field, json_pack("{s:O?, s:O?}", "stated", stated, "computed", computed),
		    text);
}

/* Words for people, which may be put otherwise; and what a user interface has, which follows from no policy. */
static bool is_free(const char *key)
{
	static const char *const names[] = {
		"api_endpoints",     "message",          "operator_notes", "reason",
		"required_surfaces", "review_checklist", "steps",
	};
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(names[i], key) == 0)
			return true;
	return false;
}

static void compare(struct check *check, struct buf *field, json_t *stated, json_t *computed);

static void compare_member(struct check *check, struct buf *field, struct str key, json_t *stated,
			   json_t *computed)
{
	size_t n = field->n;
	pointer_add(field, key);
	compare(check, field, stated, computed);
	field->n = n;
	field->p[n] = '\0';
}

static void compare_objects(struct check *check, struct buf *field, json_t *stated,
			    json_t *computed)
{
	const char *key;
	json_t *value;
	json_object_foreach (computed, key, value)
		if (!is_free(key))
			compare_member(check, field, str_from(key), json_object_get(stated, key),
				       value);
	json_object_foreach (stated, key, value)
		if (!json_object_get(computed, key))
			compare_member(check, field, str_from(key), value, NULL);
}

static void compare_arrays(struct check *check, struct buf *field, json_t *stated, json_t *computed)
{
	size_t n = json_array_size(stated), more = json_array_size(computed);
	for (size_t i = 0; i < n || i < more; i++) {
		char index[24];
		int length = snprintf(index, sizeof index, "%zu", i);
		compare_member(check, field, str_make(index, (size_t)length),
			       json_array_get(stated, i), json_array_get(computed, i));
	}
}

static void compare(struct check *check, struct buf *field, json_t *stated, json_t *computed)
{
	check->failed |= field->failed;
	if (field->failed)
		return;
	if (json_is_object(stated) && json_is_object(computed))
		compare_objects(check, field, stated, computed);
	else if (json_is_array(stated) && json_is_array(computed))
		compare_arrays(check, field, stated, computed);
	else if (!stated || !computed || !json_equal(stated, computed))
		complain_differs(check, field->p, stated, computed);
}

/* A part of the packet against the same part made again. */
static void compare_part(struct check *check)
{
	struct buf CLEANUP_BUF field;
	const struct readiness *readiness = check->readiness;
	buf_init(&field, LIMIT_DOCUMENT_BYTES);
	compare_member(check, &field, str_from(check->name),
		       json_object_get(readiness->packet, check->name),
		       json_object_get(readiness->computed, check->name));
}

/* ---- what must be there ---- */

enum need {
	IS_TEXT,     /* that is not empty */
	IS_TIME,     /* in UTC */
	IS_TRUE,     /**/
	IS_ZERO,     /**/
	IS_AT_LEAST, /* a number */
	IS,          /* this text */
	HAS_ITEMS,   /* a list with at least so many */
	HAS,         /* a list with this text */
	HAS_PARTS,   /* a list with the names of all parts */
	HAS_CASES,   /* a list with all required cases */
	REFERS,      /* to something, in one of these schemes */
};

struct row {
	const char *check, *key; /* below the check's part; "a/b" is a member of a member */
	enum need need;
	int number;
	const char *text; /* schemes: each with a space behind it */
};

/* clang-format off */
static const struct row rows[] = {
	{"schema_version",         NULL,                  IS,          0, LIFECYCLE_PACKET_SCHEMA},
	{"lifecycle_capabilities", NULL,                  HAS_PARTS,   0, NULL},
	{"authoring_ui_contract",  "review_workflow_ref", REFERS,      0, "github gitlab https "},
	{"authoring_ui_contract",  "required_surfaces",   HAS_ITEMS,   6, NULL},
	{"lint_report",            "valid",               IS_TRUE,     0, NULL},
	{"lint_report",            "blocker_count",       IS_ZERO,     0, NULL},
	{"version_manifest",       "policy_digest",       IS_TEXT,     0, NULL},
	{"version_manifest",       "policy_version",      IS_TEXT,     0, NULL},
	{"version_manifest",       "source_ref",          REFERS,      0, "git "},
	{"version_manifest",       "git_versioned",       IS_TRUE,     0, NULL},
	{"version_manifest",       "generated_at",        IS_TIME,     0, NULL},
	{"shadow_mode_plan",       "mode",                IS,          0, "shadow"},
	{"shadow_mode_plan",       "non_enforcing",       IS_TRUE,     0, NULL},
	{"shadow_mode_plan",       "evidence_refs",       HAS_ITEMS,   1, NULL},
	{"shadow_mode_plan",       "promotion_criteria/approval_required", IS_TRUE, 0, NULL},
	{"dry_run_report",         "results",             HAS_CASES,   0, NULL},
	{"dry_run_report",         "case_count",          IS_AT_LEAST, 6, NULL},
	{"dry_run_report",         "failed_count",        IS_ZERO,     0, NULL},
	{"rollback_plan",          "rollback_ref",        REFERS,      0, "policy-rollback "},
	{"rollback_plan",          "approval_required",   IS_TRUE,     0, NULL},
	{"rollback_plan",          "requested_by",        IS_TEXT,     0, NULL},
	{"rollback_plan",          "steps",               HAS_ITEMS,   4, NULL},
	{"approval_workflow",      "approval_required",   IS_TRUE,     0, NULL},
	{"approval_workflow",      "review_workflow_ref", REFERS,      0, "github gitlab https "},
	{"approval_workflow",      "approver_groups",     HAS_ITEMS,   1, NULL},
	{"approval_workflow",      "required_evidence",   HAS,         0, "dry_run_report"},
	{"operating_evidence",     "ci_run_ref",          REFERS,      0, "ci-run file github github-actions gitlab https "},
	{"operating_evidence",     "policy_review_ref",   REFERS,      0, "file github gitlab https policy-review "},
	{"operating_evidence",     "ui_validation_ref",   REFERS,      0, "file github gitlab https ui-validation "},
};
/* clang-format on */

static json_t *find_value(const json_t *packet, const struct row *row)
{
	json_t *value = json_object_get(packet, row->check);
	struct str rest = str_from(row->key), step;
	while (row->key && str_split(&rest, '/', &step)) {
		char key[64];
		(void)snprintf(key, sizeof key, "%.*s", STR_ARG(step));
		value = json_object_get(value, key);
	}
	return value;
}

static bool list_has(const json_t *list, const char *text)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (str_is(json_str(json_array_get(list, i)), text))
			return true;
	return false;
}

static bool list_has_case(const json_t *results, const char *id)
{
	for (size_t i = 0; i < json_array_size(results); i++)
		if (str_is(json_str(json_object_get(json_array_get(results, i), "case_id")), id))
			return true;
	return false;
}

static void need_parts(struct check *check, const char *field, const json_t *list)
{
	for (size_t i = 0; i < LIFECYCLE_PARTS; i++)
		if (!list_has(list, lifecycle_parts[i].name))
			complain(check, field, "%s is missing", lifecycle_parts[i].name);
}

static void need_cases(struct check *check, const char *field, const json_t *results)
{
	for (size_t i = 0; i < required_cases_count; i++)
		if (!list_has_case(results, required_cases[i].id))
			complain(check, field, "the case %s is missing", required_cases[i].id);
}

/* "scheme:" and then something; "//" only with a name behind it. No spaces, nothing outside ASCII. */
static bool is_reference(struct str text, struct str *ret_scheme)
{
	size_t colon = str_find_char(text, ':');
	if (colon == STR_NPOS || colon == 0 || text.n > LIMIT_REFERENCE_BYTES)
		return false;
	struct str rest = str_from_at(text, colon + 1);
	if (str_starts(rest, STR("//")))
		rest = str_from_at(rest, 2);
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] <= ' ' || text.p[i] > '~')
			return false;
	*ret_scheme = str_first(text, colon);
	return rest.n > 0 && rest.p[0] != '/';
}

static bool scheme_is_among(struct str scheme, const char *schemes)
{
	struct str rest = str_from(schemes), one;
	while (str_split(&rest, ' ', &one))
		if (one.n && str_eq(one, scheme))
			return true;
	return false;
}

static void need_reference(struct check *check, const char *field, struct str text,
			   const struct row *row)
{
	const struct readiness *readiness = check->readiness;
	struct str scheme = STR("");
	char problem[300];
	if (!is_reference(text, &scheme) || !scheme_is_among(scheme, row->text))
		complain(check, field, "no reference; write one that begins with one of: %s",
			 row->text);
	else if (readiness->lookup &&
		 !readiness->lookup(readiness->context, row->key, text, problem, sizeof problem))
		complain(check, field, "%s", problem);
}

static void need_number(struct check *check, const char *field, const json_t *value,
			const struct row *row)
{
	bool zero = row->need == IS_ZERO;
	json_int_t number = json_integer_value(value);
	if (!json_is_integer(value) || (zero ? number != 0 : number < row->number))
		complain(check, field, zero ? "must be %d" : "must be at least %d", row->number);
}

static void check_row(struct check *check, const struct row *row)
{
	json_t *value = find_value(check->readiness->packet, row);
	char field[100];
	int64_t time;
	(void)snprintf(field, sizeof field, "/%s%s%s", row->check, row->key ? "/" : "",
		       row->key ? row->key : "");
	switch (row->need) {
	case IS_TEXT:
		if (!json_string_length(value))
			complain(check, field, "is missing");
		break;
	case IS_TIME:
		if (!when_parse(json_str(value), &time))
			complain(check, field, "must be a time in UTC");
		break;
	case IS_TRUE:
		if (!json_is_true(value))
			complain(check, field, "must be true");
		break;
	case IS_ZERO:
	case IS_AT_LEAST:
		need_number(check, field, value, row);
		break;
	case IS:
		if (!str_is(json_str(value), row->text))
			complain(check, field, "must be \"%s\"", row->text);
		break;
	case HAS_ITEMS:
		if (json_array_size(value) < (size_t)row->number)
			complain(check, field, "must be a list of at least %d", row->number);
		break;
	case HAS:
		if (!list_has(value, row->text))
			complain(check, field, "%s is missing", row->text);
		break;
	case HAS_PARTS:
		need_parts(check, field, value);
		break;
	case HAS_CASES:
		need_cases(check, field, value);
		break;
	case REFERS:
		need_reference(check, field, json_str(value), row);
		break;
	}
}

/* ---- the checks ---- */

bool readiness_is_live(const json_t *packet)
{
	return str_is(json_str(json_object_get(packet, "evidence_mode")), LIFECYCLE_LIVE);
}

static void judge_product(struct check *check)
{
	if (!str_is(json_str(json_object_get(check->readiness->packet, "product")), "CAVRA"))
		complain(check, "/product", "must be \"CAVRA\"");
}

static void judge_mode(struct check *check)
{
	const struct readiness *readiness = check->readiness;
	if (readiness->require_live && !readiness_is_live(readiness->packet))
		complain(check, "/evidence_mode", "live evidence is required, and this is not");
}

static void judge_part(struct check *check)
{
	if (check->readiness->computed)
		compare_part(check);
}

static void judge_policy(struct check *check)
{
	if (!check->readiness->computed)
		add_problem(check, "/version_manifest/policy_id", NULL, check->readiness->problem);
}

static void judge_signature(struct check *check)
{
	const struct readiness *readiness = check->readiness;
	if (readiness->is_forged || (!readiness->is_signed && readiness_is_live(readiness->packet)))
		add_problem(check, "", NULL, readiness->signature);
}

/* In the order in which they are reported. What is passed says what that means. */
static const struct {
	const char *name;
	void (*judge)(struct check *check); /* besides its rows */
	const char *passed;
} checks[] = {
	{"schema_version", judge_product, "a packet of this form"},
	{"evidence_mode", judge_mode, "live evidence"},
	{"lifecycle_capabilities", NULL, "all seven"},
	{"authoring_ui_contract", judge_part, "names where policies are reviewed"},
	{"lint_report", judge_part, "linted again, with the same result and no blocker"},
	{"version_manifest", judge_part, "the policy has this digest and this version"},
	{"shadow_mode_plan", judge_part, "observes, enforces nothing, and asks before promotion"},
	{"dry_run_report", judge_part, "all cases decided again, as expected"},
	{"rollback_plan", judge_part, "leads back to a version, with approval"},
	{"approval_workflow", judge_part, "the approval is bound to this policy"},
	{"operating_evidence", NULL, "refers to the CI run, the review and the validation"},
	{"policy_pack", judge_policy, "the policy was found"},
	{"signature", judge_signature, NULL},
};

/* Not an error, and nothing to rely on either. */
static const char *warning_of(const struct check *check)
{
	const struct readiness *readiness = check->readiness;
	if (strcmp(check->name, "evidence_mode") == 0 && !readiness_is_live(readiness->packet))
		return "not live: an example, or not meant to be relied on";
	return NULL;
}

/* The first problem; the others are in the list. */
static void first_problem(const struct check *check, struct buf *out)
{
	const json_t *problem = json_array_get(check->problems, 0);
	struct str field = json_str(json_object_get(problem, "field"));
	buf_add_format(out, "%.*s%s%s", STR_ARG(field), field.n ? ": " : "",
		       json_string_value(json_object_get(problem, "message")));
	if (check->n > 1)
		buf_add_format(out, " (and %zu more)", check->n - 1);
}

/* NULL without memory. */
static json_t *make_result(const struct check *check, const char *passed)
{
	struct buf CLEANUP_BUF message;
	const char *warning = warning_of(check);
	buf_init(&message, LIMIT_DOCUMENT_BYTES);
	if (check->n) {
		first_problem(check, &message);
		return json_pack("{s:s, s:s, s:s, s:O}", "name", check->name, "status", "blocker",
				 "message", message.p, "problems", check->problems);
	}
	if (!passed)
		passed = check->readiness->signature;
	return json_pack("{s:s, s:s, s:s}", "name", check->name, "status",
			 warning ? "warn" : "pass", "message", warning ? warning : passed);
}

static int run_check(const struct readiness *readiness, size_t i, json_t *results,
		     struct cavra_error *error)
{
	struct check check = {
		.readiness = readiness, .name = checks[i].name, .problems = json_array()};
	for (size_t k = 0; k < ARRAY_SIZE(rows); k++)
		if (strcmp(rows[k].check, check.name) == 0)
			check_row(&check, &rows[k]);
	if (checks[i].judge)
		checks[i].judge(&check);
	bool good = check.problems && !check.failed &&
		    json_array_append_new(results, make_result(&check, checks[i].passed)) == 0;
	json_decref(check.problems);
	return good ? 0 : error_set(error, CAVRA_ERR_MEMORY, "out of memory");
}

static json_int_t count(const json_t *results, const char *status)
{
	json_int_t n = 0;
	for (size_t i = 0; i < json_array_size(results); i++)
		n += str_is(json_str(json_object_get(json_array_get(results, i), "status")),
			    status);
	return n;
}

int readiness_judge(const struct readiness *readiness, json_t **ret_result,
		    struct cavra_error *error)
{
	json_t *results = json_array(), *result = NULL;
	int code = 0;
	for (size_t i = 0; code == 0 && i < ARRAY_SIZE(checks); i++)
		code = run_check(readiness, i, results, error);
	if (code == 0) {
		json_int_t blockers = count(results, "blocker"), warnings = count(results, "warn");
		json_t *mode = json_object_get(readiness->packet, "evidence_mode");
		const char *status = warnings ? "ready_with_warnings" : "ready";
		result = json_pack("{s:s, s:s, s:O?, s:b, s:b, s:s, s:I, s:I, s:O}",
				   "schema_version", "cavra.policy-lifecycle.readiness-result.v1",
				   "product", "CAVRA", "evidence_mode", mode,
				   "ready_for_policy_lifecycle_contract", blockers == 0,
				   "ready_for_live_policy_lifecycle",
				   blockers == 0 && readiness_is_live(readiness->packet), "status",
				   blockers ? "blocked" : status, "blocker_count", blockers,
				   "warning_count", warnings, "checks", results);
		if (!result)
			code = error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	}
	json_decref(results);
	if (code == 0)
		*ret_result = result;
	return code;
}

bool readiness_is_met(const json_t *result, bool require_live)
{
	return json_is_true(
		json_object_get(result, require_live ? "ready_for_live_policy_lifecycle"
						     : "ready_for_policy_lifecycle_contract"));
}

/* ---- claims ---- */

static const char *text_at(const json_t *packet, const char *part, const char *key,
			   const char *otherwise)
{
	const char *text = json_string_value(json_object_get(json_object_get(packet, part), key));
	return text && text[0] ? text : otherwise;
}

void readiness_claims(const json_t *packet, struct lifecycle_claims *ret_claims)
{
	*ret_claims = (struct lifecycle_claims){
		.generated_at = text_at(packet, "version_manifest", "generated_at", NULL),
		.requested_by = text_at(packet, "rollback_plan", "requested_by",
					LIFECYCLE_REQUESTED_BY),
		.source_ref = text_at(packet, "version_manifest", "source_ref", NULL),
		.review_workflow_ref = text_at(packet, "authoring_ui_contract",
					       "review_workflow_ref", NULL),
		.approver_groups = json_get_array(json_object_get(packet, "approval_workflow"),
						  "approver_groups"),
	};
}
