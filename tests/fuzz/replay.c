/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs a fuzz target over the files of a directory, one TAP result each. A crash ends the program and
 * with it the plan, which is printed first, so that it counts as a failure. An empty directory does too.
 */
#include <dirent.h>
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* The block is exactly as large as the file, so that AddressSanitizer and valgrind see a byte too much. */
static uint8_t *read_all(const char *path, size_t *ret_size)
{
	FILE *file = fopen(path, "rb");
	if (!file || fseek(file, 0, SEEK_END) != 0)
		err(1, "%s", path);
	long size = ftell(file);
	rewind(file);
	uint8_t *data = malloc(size > 0 ? (size_t)size : 1);
	if (size < 0 || !data || fread(data, 1, (size_t)size, file) != (size_t)size)
		err(1, "%s", path);
	fclose(file);
	*ret_size = (size_t)size;
	return data;
}

int main(int argc, char **argv)
{
	struct dirent **entries;
	if (argc != 2)
		errx(2, "usage: %s CORPUS-DIRECTORY", argv[0]);
	int n = scandir(argv[1], &entries, is_visible, alphasort);
	if (n < 0)
		err(1, "%s", argv[1]);
	printf("1..%d\n", n);
	for (int i = 0; i < n; i++) {
		char *path;
		size_t size;
		if (asprintf(&path, "%s/%s", argv[1], entries[i]->d_name) < 0)
			err(1, "asprintf");
		printf("# %s\n", entries[i]->d_name);
		(void)fflush(stdout);
		uint8_t *data = read_all(path, &size);
		(void)LLVMFuzzerTestOneInput(data, size);
		printf("ok %d - %s\n", i + 1, entries[i]->d_name);
		free(data);
		free(path);
		free(entries[i]);
	}
	free(entries);
	return n > 0 ? 0 : 1;
}
