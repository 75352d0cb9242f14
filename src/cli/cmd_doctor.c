/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra doctor: is the guard really in front of the agent?
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "cli/cli.h"
#include "cli/doctor.h"
#include "cli/project.h"
#include "decide/explain.h"
#include "decide/visible.h"

static enum health worst(const struct checkup *checkup)
{
	enum health health = HEALTH_OK;
	for (size_t i = 0; i < checkup->n; i++)
		if (checkup->item[i].health > health)
			health = checkup->item[i].health;
	return health;
}

static size_t count(const struct checkup *checkup, enum health health)
{
	size_t n = 0;
	for (size_t i = 0; i < checkup->n; i++)
		n += checkup->item[i].health == health;
	return n;
}

/* ---- for people ---- */

static const char *colour_of(enum health health)
{
	static const enum cavra_outcome like[] = {CAVRA_ALLOW, CAVRA_WARN, CAVRA_BLOCK};
	return explain_colour(like[health], want_colour());
}

static void print_wrapped(const char *first, const char *next, const char *text)
{
	struct buf CLEANUP_BUF shown, out;
	buf_init(&shown, KiB(64));
	buf_init(&out, KiB(64));
	visible_add(&shown, str_from(text), 0);
	explain_wrap(&out, buf_str(&shown), first, next, output_width());
	(void)fputs(out.p, stdout);
}

static void print_item(const struct checkup_item *item)
{
	(void)printf("%s%-8s%s%s", colour_of(item->health), health_name(item->health),
		     explain_colour_end(want_colour()), item->check);
	if (item->subject[0])
		print_wrapped("  ", "          ", item->subject);
	else
		(void)printf("\n");
	print_wrapped("        ", "        ", item->text);
	if (item->remedy[0])
		print_wrapped("        do: ", "        ", item->remedy);
}

static void print_text(const struct checkup *checkup)
{
	for (size_t i = 0; i < checkup->n; i++)
		print_item(&checkup->item[i]);
	size_t problems = count(checkup, HEALTH_PROBLEM), warnings = count(checkup, HEALTH_WARNING);
	if (worst(checkup) == HEALTH_OK)
		(void)printf("\nall is well: every call of the agent is judged first\n");
	else
		(void)printf("\n%zu problem%s, %zu warning%s%s\n", problems,
			     problems == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s",
			     checkup->cut ? ", and more" : "");
}

/* ---- for programs ---- */

static void add_member(struct buf *out, const char *key, const char *value)
{
	buf_add_format(out, "\"%s\":", key);
	if (value[0])
		buf_add_json_string(out, str_from(value));
	else
		buf_add_c(out, "null");
}

static void add_json(struct buf *out, const struct checkup *checkup)
{
	buf_add_format(out, "{\"status\":\"%s\",\"items\":[", health_name(worst(checkup)));
	for (size_t i = 0; i < checkup->n; i++) {
		const struct checkup_item *item = &checkup->item[i];
		buf_add_format(out, "%s{\"status\":\"%s\",\"check\":\"%s\",", i ? "," : "",
			       health_name(item->health), item->check);
		add_member(out, "subject", item->subject);
		buf_add_char(out, ',');
		add_member(out, "text", item->text);
		buf_add_char(out, ',');
		add_member(out, "remedy", item->remedy);
		buf_add_char(out, '}');
	}
	buf_add_c(out, "]}\n");
}

int cmd_doctor(const struct args *args)
{
	static struct checkup checkup;
	struct config config = {.n = 0};
	struct cavra_error error;
	char start[PATH_MAX];
	const char *directory = args->value[OPT_DIRECTORY] ? args->value[OPT_DIRECTORY] : ".";
	if (!realpath(directory, start)) {
		error_set(&error, CAVRA_ERR_NOT_FOUND, "--directory %.300s: %s", directory,
			  strerror(errno));
		return fail(&error);
	}
	(void)project_find(start, checkup.root);
	doctor_configuration(&checkup, &config);
	doctor_hooks(&checkup, &config);
	doctor_ledger(&checkup, &config);
	if (args_has(args, OPT_JSON)) {
		struct buf CLEANUP_BUF out;
		buf_init(&out, MiB(4));
		add_json(&out, &checkup);
		(void)fputs(out.p, stdout);
	} else {
		print_text(&checkup);
	}
	config_release(&config);
	return worst(&checkup) == HEALTH_PROBLEM ? EXIT_FINDINGS : EXIT_ALLOWED;
}
