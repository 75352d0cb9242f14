/* SPDX-License-Identifier: Apache-2.0
 *
 * Looking programs up, see knowledge.h. On the way of every decision: no allocation, binary
 * searches.
 */
#include "decide/knowledge.h"

#include <endian.h>

#include "base/glob.h"

/* Rows of any of the tables, which all start with their name, a struct known_text. */
struct table {
	const void *rows;
	size_t n, size;
};

static const char *row_name(const struct table *table, size_t i)
{
	return knowledge_text(
		*(const struct known_text *)((const char *)table->rows + i * table->size));
}

/* The first bytes of a text as a number, so that numbers are ordered as texts are, of texts without NUL bytes. */
enum { HEAD_BYTES = sizeof(uint64_t) };

static uint64_t head_of(struct str text)
{
	uint64_t head = 0;
	memcpy(&head, text.p, text.n < HEAD_BYTES ? text.n : (size_t)HEAD_BYTES);
	return be64toh(head);
}

/* So many bytes can be read; a NUL and what stands behind it do not count. */
static uint64_t head_of_known(const char *text)
{
	const uint64_t ones = UINT64_MAX / 255, tops = ones << 7;
	uint64_t head;
	memcpy(&head, text, HEAD_BYTES);
	head = le64toh(head);
	uint64_t nul = (head - ones) & ~head &
		       tops; /* its lowest bit stands at the first NUL; no bit: there is none */
	return __builtin_bswap64(head & ((nul & -nul) - 1));
}

/* Index of the first row whose name is not less than `name`. */
static size_t lower_bound(const struct table *table, struct str name)
{
	const struct str rest = str_from_at(name,
					    name.n < HEAD_BYTES ? name.n : (size_t)HEAD_BYTES);
	const uint64_t head = head_of(name);
	size_t from = 0, to = table->n;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		const char *row = row_name(table, middle);
		uint64_t row_head = head_of_known(row);
		if (row_head != head ? row_head < head
				     : rest.n && str_compare_c(rest, row + HEAD_BYTES) > 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static const void *find_row(const struct table *table, struct str name)
{
	size_t i = lower_bound(table, name);
	if (i == table->n || str_compare_c(name, row_name(table, i)) != 0)
		return NULL;
	return (const char *)table->rows + i * table->size;
}

/* "python3.11" -> "python3" -> "python"; "gcc-12" -> "gcc". False when there is no number at the
 * end.
 */
static bool cut_version(struct str *name)
{
	size_t n = name->n;
	while (n > 0 && ascii_is_digit(name->p[n - 1]))
		n--;
	if (n == name->n || n == 0)
		return false;
	if (name->p[n - 1] == '.' || name->p[n - 1] == '-')
		n--;
	name->n = n;
	return n > 0;
}

const struct known_command *knowledge_find(struct str name)
{
	const unsigned first = name.n ? (unsigned char)name.p[0] : 0;
	if (first >= KNOWN_FIRST_BYTES)
		return NULL;
	const size_t from = known_commands_first[first];
	const struct table programs = {known_commands + from,
				       known_commands_first[first + 1] - from,
				       sizeof *known_commands};
	const struct known_command *found = find_row(&programs, name);
	if (found)
		return found;
	while (!found && cut_version(&name))
		found = find_row(&programs, name);
	return found && found->versions ? found : NULL;
}

const struct known_command *knowledge_subcommand(const struct known_command *parent,
						 struct str word)
{
	const struct known_command *subcommands = known_command_subcommands(parent);
	const struct table exact = {subcommands, parent->n_exact, sizeof *subcommands};
	const struct known_command *found = find_row(&exact, word);
	for (size_t i = parent->n_exact; !found && i < parent->n_subcommands; i++)
		if (knowledge_glob(knowledge_text(subcommands[i].name), word))
			found = &subcommands[i];
	return found;
}

static struct table options_of(const struct known_command *command)
{
	return (struct table){known_command_options(command), command->n_options,
			      sizeof(struct known_option)};
}

static const struct known_option *find_exact(const struct known_command *const *chain,
					     size_t n_chain, struct str name)
{
	const struct known_option *found = NULL;
	for (size_t i = 0; !found && i < n_chain; i++) {
		const struct table options = options_of(chain[i]);
		found = find_row(&options, name);
	}
	return found;
}

/* Finds the one option that begins with `name`; the same spelling at several levels is one. */
static const struct known_option *find_abbreviated(const struct known_command *const *chain,
						   size_t n_chain, struct str name,
						   bool *ret_ambiguous)
{
	const struct known_option *found = NULL;
	for (size_t i = 0; i < n_chain; i++) {
		const struct table options = options_of(chain[i]);
		size_t k = lower_bound(&options, name);
		for (; k < options.n && str_starts(str_from(row_name(&options, k)), name); k++) {
			const struct known_option *option = known_command_options(chain[i]) + k;
			/* Equal texts stand at the same offset. */
			if (found && found->name.at != option->name.at) {
				*ret_ambiguous = true;
				return NULL;
			}
			if (!found)
				found = option;
		}
	}
	return found;
}

/* "-long" for "--long" and the other way round. */
static const struct known_option *find_other_dashes(const struct known_command *const *chain,
						    size_t n_chain, struct str name)
{
	char other[64];
	if (str_starts(name, STR("--")))
		return find_exact(chain, n_chain, str_from_at(name, 1));
	if (name.n + 1 > sizeof other || name.n < 2)
		return NULL;
	other[0] = '-';
	memcpy(other + 1, name.p, name.n);
	return find_exact(chain, n_chain, str_make(other, name.n + 1));
}

const struct known_option *knowledge_option(const struct known_command *const *chain,
					    size_t n_chain, struct str name, bool *ret_ambiguous)
{
	*ret_ambiguous = false;
	const struct known_option *found = find_exact(chain, n_chain, name);
	if (found || n_chain == 0)
		return found;
	if (chain[0]->style == STYLE_SINGLE)
		return find_other_dashes(chain, n_chain, name);
	if (name.n > 2 && str_starts(name, STR("--")))
		return find_abbreviated(chain, n_chain, name, ret_ambiguous);
	return NULL;
}

/* Does the pattern's first element, which is no '*', match the byte? *ret_length: of the element. */
static bool element_matches(const char *glob, char c, size_t *ret_length)
{
	*ret_length = 1;
	if (*glob == '?')
		return true;
	if (*glob == '[') {
		size_t length;
		bool matches = glob_bracket_matches(str_from(glob), c, &length);
		if (length) {
			*ret_length = length;
			return matches;
		}
	}
	return *glob == c;
}

bool knowledge_glob(const char *glob, struct str text)
{
	const char *retry = NULL;
	size_t at = 0, retry_at = 0;
	/* What most texts fail at. */
	for (; ascii_is_name(*glob); glob++, at++)
		if (at == text.n || text.p[at] != *glob)
			return false;
	for (;;) {
		size_t length;
		if (*glob == '*') {
			retry = ++glob;
			retry_at = at;
		} else if (at == text.n && !*glob) {
			return true;
		} else if (at < text.n && *glob && element_matches(glob, text.p[at], &length)) {
			glob += length;
			at++;
		} else if (retry && retry_at < text.n) {
			/* The last star takes one byte more. */
			glob = retry;
			at = ++retry_at;
		} else {
			return false;
		}
	}
}

bool knowledge_any_glob(struct known_list globs, struct str text)
{
	const char *glob;
	for (size_t i = 0; (glob = knowledge_item(globs, i)); i++)
		if (knowledge_glob(glob, text))
			return true;
	return false;
}
