/* SPDX-License-Identifier: Apache-2.0
 *
 * Handing over, see handover.h.
 */
#include "cli/handover.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/array.h"
#include "cli/files.h"

static int fail_system(const char *doing, struct cavra_error *error)
{
	return error_set(error, CAVRA_ERR_IO, "signatures are required, and cannot %s: %s", doing,
			 strerror(errno));
}

/* A file without a name: unlike a pipe it takes any payload before anybody reads. */
static int replace_input(struct str payload, struct cavra_error *error)
{
	int fd = memfd_create("payload", MFD_CLOEXEC);
	if (fd < 0)
		return fail_system("keep the payload", error);
	bool good = file_write_fd(fd, payload) && lseek(fd, 0, SEEK_SET) == 0 &&
		    dup2(fd, STDIN_FILENO) == STDIN_FILENO;
	int code = good ? 0 : fail_system("pass the payload on", error);
	(void)close(fd);
	return code;
}

static int find_program(char ret_path[PATH_MAX], struct cavra_error *error)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	if (n <= 0)
		return fail_system("find this program's own path", error);
	self[n] = '\0';
	*strrchr(self, '/') = '\0';
	int length = snprintf(ret_path, PATH_MAX, "%s/cavra", self);
	return length < PATH_MAX
		       ? 0
		       : error_set(error, CAVRA_ERR_LIMIT, "the path of cavra is too long");
}

/* cavra is linked dynamically: what loads code into such programs must not reach it from the environment of an agent. */
static void clean_environment(void)
{
	static const char *const prefixes[] = {"LD_", "GLIBC_TUNABLES", "GCONV_PATH", "OPENSSL_"};
	char **to = environ;
	for (char **from = environ; from && *from; from++) {
		bool drop = false;
		for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
			drop = drop || str_starts(str_from(*from), str_from(prefixes[i]));
		if (!drop)
			*to++ = *from;
	}
	if (to)
		*to = NULL;
}

int hand_over(const char *agent, struct str payload, struct cavra_error *error)
{
	char path[PATH_MAX];
	int code = find_program(path, error);
	if (code == 0)
		code = replace_input(payload, error);
	if (code < 0)
		return code;
	clean_environment();
	(void)execl(path, "cavra", "hook", agent, (char *)NULL);
	return error_set(
		error, CAVRA_ERR_IO,
		"signatures are required, and %.300s, which verifies them, does not start: "
		"%s",
		path, strerror(errno));
}

void hand_over_checkpoint(const char *directory)
{
	char path[PATH_MAX];
	if (find_program(path, NULL) < 0)
		return;
	clean_environment();
	(void)execl(path, "cavra", "ledger", "checkpoint", "--ledger", directory, (char *)NULL);
}
