/* SPDX-License-Identifier: Apache-2.0
 *
 * The state file, see state.h: the numbers as this machine holds them, and a sum that a half-written one fails.
 */
#include "ledger/state.h"

#include "base/str.h"
#include "ledger/place.h"

#define MAGIC 0x31746174536c6443 /* "CdlStat1" */

struct file {
	uint64_t magic;
	struct ledger_state state;
	uint64_t sum;
};

static uint64_t sum_of(const struct file *file)
{
	return str_hash(str_make((const char *)file, offsetof(struct file, sum)));
}

/* No ledger has more entries, and no canonical number could tell so many. */
#define MOST (UINT64_C(1) << 53)

static bool is_possible(const struct ledger_state *state)
{
	return state->segment < MOST && state->last < MOST && state->durable < MOST &&
	       state->torn < MOST && state->torn_bytes < MOST;
}

bool state_read(int fd, struct ledger_state *ret_state)
{
	struct file file;
	size_t n;
	if (!place_read_at(fd, &file, sizeof file, 0, &n))
		return false;
	bool whole = n == sizeof file && file.magic == MAGIC && file.sum == sum_of(&file) &&
		     is_possible(&file.state);
	*ret_state = whole ? file.state : (struct ledger_state){0};
	return true;
}

bool state_write(int fd, const struct ledger_state *state)
{
	struct file file = {.magic = MAGIC, .state = *state};
	file.sum = sum_of(&file);
	return place_write_at(fd, str_make((const char *)&file, sizeof file), 0);
}
