/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra ledger prove, export: what others can check without the ledger.
 */
#include <stdio.h>
#include <stdlib.h>

#include "cli/ledger_args.h"
#include "ledger/proof.h"
#include "ledger/tiles.h"
#include "json/json.h"

struct wanted {
	uint64_t sequence; /* 0: that the ledger has grown */
	uint64_t size;     /* 0: the newest */
	uint64_t from, to;
};

static int read_wanted(const struct args *args, struct wanted *wanted, struct cavra_error *error)
{
	const struct {
		const char *text, *what;
		uint64_t *number;
	} numbers[] = {{args->operand[0], "the number of an entry", &wanted->sequence},
		       {args->value[OPT_SIZE], "--size", &wanted->size},
		       {args->value[OPT_FROM], "--from", &wanted->from},
		       {args->value[OPT_TO], "--to", &wanted->to}};
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		if (!numbers[i].text)
			continue;
		int code = ledger_number(numbers[i].text, numbers[i].what, numbers[i].number,
					 error);
		if (code < 0)
			return code;
	}
	if (wanted->sequence ? wanted->from || wanted->to
			     : !wanted->from || !wanted->to || wanted->size)
		return error_set(error, CAVRA_ERR_USAGE,
				 "name an entry, perhaps with --size, or the sizes of two "
				 "checkpoints with --from and --to");
	return 0;
}

static int make_proof(const char *directory, const struct wanted *wanted, json_t **ret,
		      struct cavra_error *error)
{
	struct ledger_index index = {.size = 0};
	int code = ledger_index_open(directory, false, &index, error);
	if (code < 0)
		return code;
	code = wanted->sequence
		       ? ledger_proof_json(&index, wanted->sequence, wanted->size, ret, error)
		       : ledger_consistency_json(&index, wanted->from, wanted->to, ret, error);
	ledger_index_close(&index);
	return code;
}

static int print_proof(const json_t *proof, struct cavra_error *error)
{
	char *text = json_text(proof, JSON_INDENT(2) | JSON_SORT_KEYS | JSON_ENSURE_ASCII);
	if (!text)
		return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	(void)printf("%s\n", text);
	free(text);
	return 0;
}

int cmd_ledger_prove(const struct args *args)
{
	struct cavra_error error;
	struct wanted wanted = {0};
	char directory[PATH_MAX];
	json_t *proof = NULL;
	int code = read_wanted(args, &wanted, &error);
	if (code == 0)
		code = ledger_of(args, directory, &error);
	if (code == 0)
		code = make_proof(directory, &wanted, &proof, &error);
	if (code == 0)
		code = print_proof(proof, &error);
	json_decref(proof);
	return code < 0 ? fail(&error) : EXIT_ALLOWED;
}

static int export(const char *directory, uint64_t size, const char *target,
		  struct cavra_error *error)
{
	struct ledger_index index = {.size = 0};
	int code = ledger_index_open(directory, false, &index, error);
	if (code < 0)
		return code;
	code = ledger_export(&index, size, target, &size, error);
	ledger_index_close(&index);
	if (code == 0)
		(void)printf("%llu entries and their checkpoint are exported to %s.\n",
			     (unsigned long long)size, target);
	return code;
}

int cmd_ledger_export(const struct args *args)
{
	struct cavra_error error;
	char directory[PATH_MAX];
	uint64_t size = 0;
	int code = 0;
	if (args_has(args, OPT_SIZE))
		code = ledger_number(args->value[OPT_SIZE], "--size", &size, &error);
	if (code == 0)
		code = ledger_of(args, directory, &error);
	if (code == 0)
		code = export(directory, size, args->operand[0], &error);
	return code < 0 ? fail(&error) : EXIT_ALLOWED;
}
