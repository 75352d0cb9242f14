/* SPDX-License-Identifier: Apache-2.0
 *
 * Checkpoints, see checkpoint.h.
 */
#include "crypto/checkpoint.h"

#include "crypto/base64.h"

static const char *read_origin(struct str line, struct checkpoint *checkpoint)
{
	checkpoint->origin = line;
	return line.n ? NULL : "the first line of a checkpoint names the log";
}

static const char *read_size(struct str line, struct checkpoint *checkpoint)
{
	size_t size = 0;
	bool good = str_to_size(line, &size) && (line.p[0] != '0' || line.n == 1) &&
		    size <= MERKLE_SIZE_MAX;
	checkpoint->head.size = size;
	return good ? NULL
		    : "the second line of a checkpoint is the number of entries, without zeros in "
		      "front";
}

static const char *read_root(struct str line, struct checkpoint *checkpoint)
{
	size_t n = 0;
	bool good = base64_decode(line, checkpoint->head.root, SHA256_BYTES, &n) &&
		    n == SHA256_BYTES;
	return good ? NULL : "the third line of a checkpoint is a root of 32 bytes in base64";
}

static const char *(*const lines[])(struct str line, struct checkpoint *checkpoint) = {
	read_origin, read_size, read_root};
enum { LINES = sizeof lines / sizeof *lines };

int checkpoint_read(struct str text, struct checkpoint *ret_checkpoint, struct cavra_error *error)
{
	struct checkpoint checkpoint = {.head = {.size = 0}};
	struct str rest = text, line = STR("");
	if (!str_ends(text, STR("\n")))
		return error_set(error, CAVRA_ERR_INPUT,
				 "the lines of a checkpoint end with newlines");
	for (int i = 0; i < LINES; i++) {
		const char *wrong = "a checkpoint has at least three lines";
		if (rest.n && str_split(&rest, '\n', &line))
			wrong = lines[i](line, &checkpoint);
		if (wrong)
			return error_at(error, CAVRA_ERR_INPUT, i + 1, 1, "%s", wrong);
	}
	checkpoint.extension = rest.n ? rest : STR("");
	for (int i = LINES; rest.n; i++) {
		(void)str_split(&rest, '\n', &line);
		if (line.n == 0)
			return error_at(error, CAVRA_ERR_INPUT, i + 1, 1,
					"a checkpoint has no empty lines");
	}
	*ret_checkpoint = checkpoint;
	return 0;
}

int checkpoint_write(const struct checkpoint *checkpoint, struct buf *out,
		     struct cavra_error *error)
{
	struct checkpoint again = {.origin = STR(""), .extension = STR("")};
	size_t start = out->n;
	buf_add(out, checkpoint->origin);
	buf_add_format(out, "\n%llu\n", (unsigned long long)checkpoint->head.size);
	base64_encode(out, str_make((const char *)checkpoint->head.root, SHA256_BYTES));
	buf_add_char(out, '\n');
	buf_add(out, checkpoint->extension);
	if (out->failed)
		return error_set(error, CAVRA_ERR_LIMIT, "the checkpoint is too long");
	int code = checkpoint_read(str_from_at(buf_str(out), start), &again, error);
	if (code == 0 && (!str_eq(again.origin, checkpoint->origin) ||
			  !str_eq(again.extension, checkpoint->extension)))
		code = error_set(error, CAVRA_ERR_INPUT, "the name of a log is one line");
	return code;
}
