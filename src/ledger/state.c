/* SPDX-License-Identifier: Apache-2.0
 *
 * The state file, see state.h: the numbers as this machine holds them, and a sum that a half-written one fails.
 */
#include "ledger/state.h"

#include "base/str.h"
#include "ledger/place.h"

#define MAGIC 0x32746174536c6443   /* "CdlStat2" */
#define MAGIC_1 0x31746174536c6443 /* "CdlStat1" */

struct file {
	uint64_t magic;
	struct ledger_state state;
	uint64_t sum;
};
/* In the first form there is no signed_at, and the sum in its place. */
enum { SUM = offsetof(struct file, sum), SUM_1 = offsetof(struct file, state.signed_at) };

static uint64_t sum_of(const struct file *file, size_t up_to)
{
	return str_hash(str_make((const char *)file, up_to));
}

/* No ledger has more entries, and no canonical number could tell so many. */
#define MOST (UINT64_C(1) << 53)

static bool is_possible(const struct ledger_state *state)
{
	return state->segment < MOST && state->last < MOST && state->durable < MOST &&
	       state->torn < MOST && state->torn_bytes < MOST && state->signed_at >= 0;
}

bool state_read(int fd, struct ledger_state *ret_state)
{
	struct file file;
	size_t n = 0;
	memset(&file, 0, sizeof file);
	if (!place_read_at(fd, &file, sizeof file, 0, &n))
		return false;
	bool whole = n == sizeof file && file.magic == MAGIC && file.sum == sum_of(&file, SUM);
	if (n == SUM_1 + sizeof file.sum && file.magic == MAGIC_1) {
		whole = (uint64_t)file.state.signed_at == sum_of(&file, SUM_1);
		file.state.signed_at = 0;
	}
	*ret_state = whole && is_possible(&file.state) ? file.state : (struct ledger_state){0};
	return true;
}

bool state_write(int fd, const struct ledger_state *state)
{
	struct file file = {.magic = MAGIC, .state = *state};
	file.sum = sum_of(&file, SUM);
	return place_write_at(fd, str_make((const char *)&file, sizeof file), 0);
}
