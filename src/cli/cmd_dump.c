/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra dump: what is made from the tables of the command line.
 */
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/limits.h"
#include "cli/cli.h"
#include "cli/config_keys.h"
#include "cli/dump.h"
#include "cli/options.h"

/* clang-format off */
const struct dump dumps[] = {
	{"cavra.1",        "manual page",              dump_man_cavra},
	{"cavra-hook.1",   "manual page",              dump_man_hook},
	{"cavra-config.5", "manual page",              dump_man_config},
	{"cavra-policy.5", "manual page",              dump_man_policy},
	{"bash",           "completion",               dump_bash},
	{"zsh",            "completion",               dump_zsh},
	{"fish",           "completion",               dump_fish},
	{"json",           "the tables themselves",    dump_json},
};
/* clang-format on */
const size_t dumps_count = ARRAY_SIZE(dumps);

/* ---- the tables as JSON ---- */

static void add_member(struct buf *out, const char *before, const char *key, const char *value)
{
	buf_add_format(out, "%s\"%s\":", before, key);
	if (value)
		buf_add_json_string(out, str_from(value));
	else
		buf_add_c(out, "null");
}

static void add_command(struct buf *out, const struct command *command)
{
	add_member(out, "{", "name", command->name);
	add_member(out, ",", "operands", command->operands);
	add_member(out, ",", "summary", command->summary);
	buf_add_c(out, ",\"options\":[");
	for (const enum option_id *id = command->options; id && *id != OPTIONS; id++) {
		buf_add_c(out, id == command->options ? "" : ",");
		buf_add_json_string(out, str_from(option_row(*id)->name));
	}
	buf_add_c(out, "]}");
}

int dump_json(struct buf *out, struct cavra_error *error)
{
	(void)error;
	add_member(out, "{", "version", cavra_version());
	buf_add_c(out, ",\"commands\":[");
	for (size_t i = 0; i < commands_count; i++) {
		buf_add_c(out, i ? "," : "");
		add_command(out, &commands[i]);
	}
	buf_add_c(out, "],\"options\":[");
	for (int id = 0; id < OPTIONS; id++) {
		const struct option *option = option_row((enum option_id)id);
		add_member(out, id ? ",{" : "{", "name", option->name);
		add_member(out, ",", "value", option->value);
		add_member(out, ",", "help", option->help);
		buf_add_char(out, '}');
	}
	buf_add_c(out, "],\"exit_statuses\":[");
	for (size_t i = 0; i < exit_statuses_count; i++) {
		buf_add_format(out, "%s{\"status\":%d", i ? "," : "", (int)exit_statuses[i].status);
		add_member(out, ",", "meaning", exit_statuses[i].meaning);
		buf_add_char(out, '}');
	}
	buf_add_c(out, "],\"config_keys\":[");
	for (size_t i = 0; i < CONFIG_KEYS; i++) {
		add_member(out, i ? ",{" : "{", "name", config_keys[i].name);
		add_member(out, ",", "meaning", config_keys[i].meaning);
		buf_add_char(out, '}');
	}
	buf_add_c(out, "]}\n");
	return 0;
}

/* ---- the command ---- */

int cmd_dump(const struct args *args)
{
	struct cavra_error error;
	struct buf CLEANUP_BUF out;
	buf_init(&out, MiB(4));
	for (size_t i = 0; i < dumps_count; i++) {
		if (strcmp(dumps[i].name, args->operand[0]) != 0)
			continue;
		if (dumps[i].write(&out, &error) < 0)
			return fail(&error);
		(void)fwrite(out.p, 1, out.n, stdout);
		return EXIT_ALLOWED;
	}
	return fail_usage("no document %.60s; cavra dump --help lists them", args->operand[0]);
}
