/* SPDX-License-Identifier: Apache-2.0
 *
 * See code_record.h.
 */
#include "code_record.h"

#include "base/limits.h"
#include "decide/paths.h"

struct buf recorded, mentioned;

void record_clear(void)
{
	buf_release(&recorded);
	buf_release(&mentioned);
	buf_init(&recorded, MiB(4));
	buf_init(&mentioned, MiB(4));
}

static void record(const char *kind, struct str text, const char *end)
{
	if (recorded.n)
		buf_add_c(&recorded, " | ");
	buf_add_format(&recorded, "%s:%.*s%s", kind, STR_ARG(text), end);
}

unsigned file_effect(struct decider *d, enum effect_kind kind, struct value path, bool tree,
		     const struct scope *scope)
{
	static const char *const names[] = {[EFFECT_FILE_READ] = "read",
					    [EFFECT_FILE_WRITE] = "write",
					    [EFFECT_FILE_DELETE] = "delete"};
	(void)scope;
	record(names[kind], value_show(d->arena, path), tree ? "/" : "");
	return value_is_known(path) ? 0 : FILE_UNKNOWN;
}

void file_suspicion(struct decider *d, struct value path, const struct scope *scope)
{
	struct str shown = value_show(d->arena, path);
	(void)scope;
	buf_add_format(&mentioned, "|%.*s|", STR_ARG(shown));
}

void shell_text(struct decider *d, struct str text, const struct scope *scope)
{
	(void)d;
	record(scope->piped_in ? "piped" : "sh", text, "");
}

void run_words(struct decider *d, const struct word *words, size_t n, const struct scope *scope)
{
	struct str all = STR("");
	(void)scope;
	for (size_t i = 0; i < n; i++)
		all = arena_join3(d->arena, all, i ? STR(" ") : STR(""),
				  words[i].many ? STR("...")
						: value_show(d->arena, words[i].value));
	record("run", all, "");
}

void finding_opaque(struct decider *d, const struct effect *effect, struct str reason,
		    struct span span)
{
	(void)d;
	(void)effect;
	(void)reason;
	(void)span;
	record("opaque", STR(""), "");
}

struct str path_resolve(struct decider *d, struct str path)
{
	(void)d;
	return path;
}
