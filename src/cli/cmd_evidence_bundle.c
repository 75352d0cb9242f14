/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra evidence bundle: makes a bundle of evidence of what stands in the ledger, or of the demonstration.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/when.h"
#include "cli/demo.h"
#include "cli/evidence.h"
#include "cli/files.h"
#include "evidence/bundle.h"
#include "evidence/document.h"
#include "evidence/entries.h"
#include "evidence/retention.h"
#include "ledger/checkpoint_make.h"
#include "json/json.h"

#define DEFAULT_DIRECTORY ".cavra/evidence/latest"
#define DEMO_SESSION "demo-session"

struct packing {
	const struct args *args;
	const char *directory;
	struct evidence_keys keys;
	struct evidence_input input;
	json_t *ledger, *decisions, *subject; /* owned */
	char session[80];
};

/* ---- what it is about ---- */

static int add_decision(void *context, const char *heading, const struct decision *decision,
			struct str record, struct cavra_error *error)
{
	json_t *one = NULL;
	(void)heading;
	(void)decision;
	int code = json_read(record, 0, &one, error);
	if (code == 0 && json_array_append_new(context, one) < 0)
		code = evidence_no_memory(error);
	return code;
}

static int take_demo(struct packing *packing, struct cavra_error *error)
{
	packing->decisions = json_array();
	packing->input.session_id = STR(DEMO_SESSION);
	return demo_play(packing->args, DEMO_SESSION, add_decision, packing->decisions, error);
}

/* Entries of several sessions are named by where they stand. */
static void name_range(struct packing *packing)
{
	json_int_t first = json_integer_value(json_object_get(packing->ledger, "first_sequence")),
		   last = json_integer_value(json_object_get(packing->ledger, "last_sequence"));
	(void)snprintf(packing->session, sizeof packing->session, "entries-%lld-%lld",
		       (long long)first, (long long)last);
	packing->input.session_id = str_from(packing->session);
}

/* Of the ledger that this machine writes to; another one may be a copy. */
static int make_checkpoint(const char *directory, struct cavra_error *error)
{
	struct ledger_checkpoint checkpoint;
	int code = ledger_checkpoint_make(directory, &checkpoint, error);
	if (code == 0)
		ledger_checkpoint_release(&checkpoint);
	return code;
}

static int read_time(const struct args *args, enum option_id option, const char *name,
		     int64_t *ret_time, struct cavra_error *error)
{
	const char *text = args->value[option];
	if (!text || when_parse(str_from(text), ret_time))
		return 0;
	return error_set(error, CAVRA_ERR_USAGE,
			 "%s is a time such as 2026-01-31T23:59:59Z, not %.60s", name, text);
}

static int take_ledger(struct packing *packing, struct cavra_error *error)
{
	const struct args *args = packing->args;
	char directory[PATH_MAX];
	struct ledger_selection selection = {.session_id = str_from(args->value[OPT_SESSION])};
	int code = read_time(args, OPT_SINCE, "--since", &selection.since, error);
	if (code == 0)
		code = read_time(args, OPT_UNTIL, "--until", &selection.until, error);
	if (code == 0)
		code = ledger_of(args, directory, error);
	if (code == 0 && !args_has(args, OPT_LEDGER))
		code = make_checkpoint(directory, error);
	if (code == 0)
		code = entries_make(directory, &selection, &packing->ledger, &packing->decisions,
				    error);
	if (code < 0)
		return code;
	packing->input.session_id = selection.session_id;
	if (!selection.session_id.n)
		name_range(packing);
	return 0;
}

static bool is_hash(const char *text)
{
	size_t n = strspn(text, "0123456789abcdef");
	return !text[n] && (n == 40 || n == 64);
}

/* The commit that the decisions led to is for the one to say who has it. */
static int read_subject(struct packing *packing, struct cavra_error *error)
{
	static const struct {
		enum option_id option;
		const char *name;
		bool hash;
	} rows[] = {
		{OPT_REPOSITORY, "repository", false},
		{OPT_BRANCH, "branch", false},
		{OPT_COMMIT, "commit", true},
		{OPT_TREE, "tree", true},
	};
	packing->subject = json_object();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *value = packing->args->value[rows[i].option];
		if (!value)
			continue;
		if (rows[i].hash ? !is_hash(value) : !evidence_is_text(str_from(value)))
			return error_set(
				error, CAVRA_ERR_USAGE, "--%s is %s, not %.70s", rows[i].name,
				rows[i].hash ? "40 or 64 hexadecimal digits" : "one line", value);
		if (!evidence_set_str(packing->subject, rows[i].name, str_from(value)))
			return evidence_no_memory(error);
	}
	return 0;
}

static int collect(struct packing *packing, struct cavra_error *error)
{
	const struct args *args = packing->args;
	struct evidence_input *input = &packing->input;
	const char *signer = args->value[OPT_SIGNER],
		   *classification = args->value[OPT_CLASSIFICATION];
	int code = evidence_keys_sign(args, &packing->keys, error);
	if (code == 0)
		code = evidence_days(args, OPT_RETENTION_DAYS, RETENTION_DEFAULT_DAYS,
				     &input->retention_days, error);
	if (code == 0)
		code = read_subject(packing, error);
	if (code == 0)
		code = args_has(args, OPT_DEMO) ? take_demo(packing, error)
						: take_ledger(packing, error);
	input->created_at = when_now();
	input->signer = str_from(signer ? signer : "local");
	input->classification = str_from(classification ? classification
							: RETENTION_DEFAULT_CLASSIFICATION);
	input->legal_hold = args_has(args, OPT_LEGAL_HOLD);
	input->decisions = packing->decisions;
	input->ledger = packing->ledger;
	input->subject = json_object_size(packing->subject) ? packing->subject : NULL;
	input->key = packing->keys.with.key;
	return code;
}

/* ---- the directory ---- */

/* Only what a bundle has is written over. */
static int check_directory(const char *path, struct cavra_error *error)
{
	DIR *directory = opendir(path);
	int code = 0;
	if (!directory)
		return errno == ENOENT ? 0
				       : error_set(error, CAVRA_ERR_IO, "cannot open %.300s: %s",
						   path, strerror(errno));
	/* cppcheck-suppress readdirCalled ; nobody else has this stream */
	for (struct dirent *entry; code == 0 && (entry = readdir(directory));) {
		const char *name = entry->d_name;
		if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
		    strcmp(name, BUNDLE_MANIFEST) != 0 && bundle_file_find(str_from(name)) < 0)
			code = error_set(error, CAVRA_ERR_INPUT,
					 "%.200s holds %.60s, which is no file of a bundle; name "
					 "another directory with --output",
					 path, name);
	}
	(void)closedir(directory);
	return code;
}

static int remove_file(const char *directory, const char *name, struct cavra_error *error)
{
	char path[PATH_MAX];
	int code = file_join(path, directory, name, error);
	if (code == 0 && unlink(path) < 0 && errno != ENOENT)
		code = error_set(error, CAVRA_ERR_IO, "cannot remove %.300s: %s", path,
				 strerror(errno));
	return code;
}

/* The manifest goes first and comes last: what is half written does not verify. */
static int store(const char *directory, const struct bundle *bundle, struct cavra_error *error)
{
	int code = check_directory(directory, error);
	if (code == 0)
		code = remove_file(directory, BUNDLE_MANIFEST, error);
	for (size_t i = 0; code == 0 && i < BUNDLE_FILES; i++)
		code = bundle->has[i] ? evidence_store_in(directory, bundle_files[i].name,
							  buf_str(&bundle->file[i]), error)
				      : remove_file(directory, bundle_files[i].name, error);
	return code < 0 ? code
			: evidence_store_in(directory, BUNDLE_MANIFEST, buf_str(&bundle->manifest),
					    error);
}

static int check_usage(const struct args *args)
{
	bool demo = args_has(args, OPT_DEMO), ledger = args_has(args, OPT_SESSION) ||
						       args_has(args, OPT_SINCE) ||
						       args_has(args, OPT_UNTIL);
	if (demo && ledger)
		return fail_usage("--demo makes decisions of its own; leave out --session, "
				  "--since and --until");
	if (!demo && !ledger)
		return fail_usage(
			"say what to bundle: --session ID, --since TIME, --until TIME, or "
			"--demo");
	if (!demo && (args_has(args, OPT_POLICY_PACK) || args_has(args, OPT_POLICY_FILE)))
		return fail_usage("a policy is for --demo; what is in the ledger was decided");
	return 0;
}

int cmd_evidence_bundle(const struct args *args)
{
	struct cavra_error error;
	struct packing packing = {.args = args};
	struct bundle CLEANUP_BUNDLE bundle;
	const char *directory = args_has(args, OPT_OUTPUT) ? args->value[OPT_OUTPUT]
							   : DEFAULT_DIRECTORY;
	bundle_init(&bundle);
	int status = check_usage(args);
	if (status)
		return status;
	int code = collect(&packing, &error);
	if (code == 0)
		code = bundle_make(&packing.input, &bundle, &error);
	if (code == 0)
		code = store(directory, &bundle, &error);
	if (code == 0)
		(void)printf("%s\n%s\n", directory,
			     packing.keys.key         ? "signed with an Ed25519 key"
			     : packing.input.key.hmac ? "signed with an HMAC key, which everybody "
							"needs who verifies"
						      : "a digest without a key, which anybody can "
							"write: integrity only");
	json_decref(packing.ledger);
	json_decref(packing.decisions);
	json_decref(packing.subject);
	evidence_keys_release(&packing.keys);
	return code < 0 ? fail(&error) : EXIT_ALLOWED;
}
