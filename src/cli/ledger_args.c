/* SPDX-License-Identifier: Apache-2.0
 *
 * What the ledger commands share, see ledger_args.h.
 */
#include "cli/ledger_args.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/regular.h"
#include "base/utf8.h"
#include "base/when.h"
#include "cli/config.h"
#include "cli/evidence.h"
#include "cli/ledger_place.h"
#include "evidence/trust_root.h"
#include "json/json.h"

/* That of the configuration; a project has no say in it. */
static int configured_ledger(char ret_path[PATH_MAX], struct cavra_error *error)
{
	static struct config config;
	struct config_request request = {.root = NULL};
	int code = config_find(&request, &config, error);
	if (code >= 0)
		code = ledger_directory(config_ledger_directory(&config), ret_path, error);
	config_release(&config);
	return code < 0 ? code : 0;
}

int ledger_of(const struct args *args, char ret_path[PATH_MAX], struct cavra_error *error)
{
	const char *given = args->value[OPT_LEDGER];
	if (!given)
		return configured_ledger(ret_path, error);
	int n = snprintf(ret_path, PATH_MAX, "%s", given);
	return n < 0 || n >= PATH_MAX
		       ? error_set(error, CAVRA_ERR_LIMIT, "the path %.100s... is too long", given)
		       : 0;
}

int ledger_number(const char *text, const char *what, uint64_t *ret_number,
		  struct cavra_error *error)
{
	size_t number;
	if (!str_to_size(str_from(text), &number) || number == 0 || number > MERKLE_SIZE_MAX)
		return error_set(error, CAVRA_ERR_USAGE, "%s is a number from 1 on, not %.40s",
				 what, text);
	*ret_number = number;
	return 0;
}

/* ---- keys ---- */

void ledger_key_init(struct ledger_key *key)
{
	*key = (struct ledger_key){.key = NULL};
	buf_init(&key->text, LIMIT_NOTE_LINE);
}

void ledger_key_release(struct ledger_key *key)
{
	key_free(key->key);
	buf_release(&key->text);
}

static bool looks_like_note_key(struct str text)
{
	return str_find_char(text, '+') != STR_NPOS && !str_starts(text, STR("-----")) &&
	       str_find_char(text, '/') != STR_NPOS;
}

static int read_note_key(struct str text, struct ledger_key *key, struct cavra_error *error)
{
	struct note_key note_key;
	int code = note_key_read(text, &note_key, &key->key, error);
	if (code == 0)
		key->trust = (struct ledger_trust){key->key, note_key.name};
	return code;
}

int ledger_key_read(const char *text, struct ledger_key *key, struct cavra_error *error)
{
	int code = regular_file_read(text, &key->text, error);
	if (code == CAVRA_ERR_NOT_FOUND && looks_like_note_key(str_from(text)))
		return read_note_key(str_from(text), key, error);
	if (code < 0)
		return error_prefix(error, "%.300s", text);
	struct str content = str_trim(buf_str(&key->text));
	if (looks_like_note_key(content))
		return read_note_key(content, key, error);
	code = key_read_public(buf_str(&key->text), &key->key, error);
	if (code < 0)
		error_file(error, text);
	key->trust = (struct ledger_trust){key->key, STR("")};
	return code;
}

int ledger_key_read_root(const char *path, struct ledger_key *key, struct cavra_error *error)
{
	struct trust_root CLEANUP_TRUST_ROOT root = {.key = NULL};
	json_t *document = NULL;
	int code = evidence_load(path, &document, error);
	if (code == 0)
		code = trust_root_read(document, &root, error);
	if (code == 0 && root.status != TRUST_ACTIVE)
		code = error_set(error, CAVRA_ERR_INPUT,
				 "the key is %s, and a checkpoint does not say when it was signed",
				 trust_status_name(root.status));
	if (code == 0)
		code = trust_root_allows(&root, when_now(), error);
	json_decref(document);
	if (code < 0) {
		error_file(error, path);
		return code;
	}
	key->key = root.key;
	root.key = NULL;
	key->trust = (struct ledger_trust){key->key, STR("")};
	return 0;
}

/* ---- entries ---- */

/* Without what a terminal would take for a command. */
static void print_safe(struct str text)
{
	while (text.n) {
		char bytes[4];
		uint32_t c = utf8_next(&text);
		if (c < 0x20 || (c >= 0x7f && c < 0xa0) || c == UINT32_MAX ||
		    (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069))
			c = 0xfffd;
		(void)printf("%.*s", (int)utf8_put(c, bytes), bytes);
	}
}

static void print_member(const json_t *object, const char *key)
{
	struct str text;
	if (!json_get_str(object, key, &text))
		return;
	(void)putchar(' ');
	print_safe(text);
}

/* What entries without a decision tell in a word. */
static const char *const telling[] = {"kind", "ledger_id", "verifier_key", "agent", "command"};

static void print_body(const json_t *body)
{
	const json_t *decision = json_get_object(body, "decision");
	if (decision) {
		print_member(decision, "decision");
		print_member(decision, "action_type");
		print_member(decision, "target");
		print_member(decision, "rule_id");
		return;
	}
	for (size_t i = 0; i < sizeof telling / sizeof *telling; i++)
		print_member(body, telling[i]);
}

int ledger_print_entry(struct str line, bool json, struct cavra_error *error)
{
	struct ledger_entry CLEANUP_ENTRY entry = {0};
	if (json) {
		(void)printf("%.*s\n", STR_ARG(line));
		return 0;
	}
	int code = entry_read(line, &entry, error);
	if (code < 0)
		return code;
	(void)printf("%" PRIu64 " %.19sZ ", entry.link.sequence, entry.timestamp.p);
	print_safe(entry.event_type);
	(void)putchar(' ');
	print_safe(entry.session_id);
	print_body(entry.body);
	(void)putchar('\n');
	return 0;
}
