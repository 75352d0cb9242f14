/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra ledger show, tail: entries for people to read, or as they are.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "base/limits.h"
#include "cli/ledger_args.h"

enum { TAIL_LINES = 10 };

struct range {
	uint64_t from, to;
};

/* "7" or "7-12". */
static int read_range(const char *text, struct range *ret_range, struct cavra_error *error)
{
	char from[32];
	const char *dash = strchr(text, '-');
	int n = snprintf(from, sizeof from, "%.*s", dash ? (int)(dash - text) : (int)strlen(text),
			 text);
	if (n < 0 || (size_t)n >= sizeof from)
		return error_set(error, CAVRA_ERR_USAGE, "%.40s... is no number of an entry", text);
	int code = ledger_number(from, "the number of an entry", &ret_range->from, error);
	ret_range->to = ret_range->from;
	if (code == 0 && dash)
		code = ledger_number(dash + 1, "the number of the last entry", &ret_range->to,
				     error);
	if (code == 0 && ret_range->to < ret_range->from)
		return error_set(error, CAVRA_ERR_USAGE, "%.60s: the first entry comes first",
				 text);
	return code;
}

static int print_range(struct ledger_index *index, const struct range *range, bool json,
		       struct cavra_error *error)
{
	struct str line;
	int code = ledger_index_seek(index, range->from, error);
	for (uint64_t i = range->from; code == 0 && i <= range->to && i <= index->size; i++) {
		code = ledger_reader_next(&index->reader, &line, error);
		if (code > 0)
			code = ledger_print_entry(line, json, error);
	}
	return code;
}

int cmd_ledger_show(const struct args *args)
{
	struct cavra_error error;
	struct ledger_index index = {.size = 0};
	struct range range = {0};
	char directory[PATH_MAX];
	int code = read_range(args->operand[0], &range, &error);
	if (code == 0)
		code = ledger_of(args, directory, &error);
	if (code == 0)
		code = ledger_index_open(directory, false, &index, &error);
	if (code < 0)
		return fail(&error);
	if (range.to > index.size)
		code = ledger_index_lacks(&index, range.to, &error);
	if (code == 0)
		code = print_range(&index, &range, args_has(args, OPT_JSON), &error);
	ledger_index_close(&index);
	return code < 0 ? fail(&error) : EXIT_ALLOWED;
}

/* Prints what came behind *last. */
static int print_new(const char *directory, uint64_t *last, bool json, struct cavra_error *error)
{
	struct ledger_index index = {.size = 0};
	int code = ledger_index_open(directory, false, &index, error);
	if (code < 0)
		return code;
	if (index.size > *last) {
		struct range range = {*last + 1, index.size};
		code = print_range(&index, &range, json, error);
		*last = index.size;
	}
	ledger_index_close(&index);
	return code;
}

static int follow(const char *directory, uint64_t last, bool json, struct cavra_error *error)
{
	static const struct timespec pause = {.tv_nsec = 200000000};
	int code = 0;
	while (code == 0 && fflush(stdout) == 0) {
		(void)nanosleep(&pause, NULL);
		code = print_new(directory, &last, json, error);
	}
	return code;
}

static int print_tail(const struct args *args, const char *directory, uint64_t lines,
		      struct cavra_error *error)
{
	struct ledger_index index = {.size = 0};
	bool json = args_has(args, OPT_JSON);
	int code = ledger_index_open(directory, false, &index, error);
	if (code < 0)
		return code;
	uint64_t size = index.size;
	struct range range = {size > lines ? size - lines + 1 : 1, size};
	if (size)
		code = print_range(&index, &range, json, error);
	ledger_index_close(&index);
	return code == 0 && args_has(args, OPT_FOLLOW) ? follow(directory, size, json, error)
						       : code;
}

int cmd_ledger_tail(const struct args *args)
{
	struct cavra_error error;
	char directory[PATH_MAX];
	uint64_t lines = TAIL_LINES;
	int code = 0;
	if (args_has(args, OPT_LINES))
		code = ledger_number(args->value[OPT_LINES], "--lines", &lines, &error);
	if (code == 0)
		code = ledger_of(args, directory, &error);
	if (code == 0)
		code = print_tail(args, directory, lines, &error);
	return code < 0 ? fail(&error) : EXIT_ALLOWED;
}
