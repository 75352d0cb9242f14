/* SPDX-License-Identifier: Apache-2.0
 *
 * What loading a policy costs, which every start without a daemon pays: the built-in baseline, beside what jansson alone
 * needs to read the same text; and a file that inherits it, which is also validated. Fails above the bounds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "policy/registry.h"

enum { ROUNDS = 200 };

static const char baseline[] = "cavra-ai-agent-baseline";
static const struct policy_source source;
static char path[] = "/tmp/cavra-bench-XXXXXX.yaml";

static bool read_json(void)
{
	const struct policy_pack *pack = policy_pack_find(str_from(baseline));
	json_t *root = pack ? json_loadb(pack->json, pack->json_length, 0, NULL) : NULL;
	json_decref(root);
	return root != NULL;
}

static bool load_pack(void)
{
	struct policy *policy = NULL;
	int code = policy_load_pack(&source, baseline, NULL, 0, &policy, NULL);
	policy_free(code == 0 ? policy : NULL);
	return code == 0;
}

static bool load_file(void)
{
	struct policy *policy = NULL;
	int code = policy_load_file(&source, path, NULL, 0, &policy, NULL);
	policy_free(code == 0 ? policy : NULL);
	return code == 0;
}

/* Milliseconds of the fastest round, negative when it does not work. */
static double measure(bool (*what)(void))
{
	struct timespec from, to;
	double best = 1e9;
	for (int i = 0; i < ROUNDS; i++) {
		(void)clock_gettime(CLOCK_MONOTONIC, &from);
		if (!what())
			return -1;
		(void)clock_gettime(CLOCK_MONOTONIC, &to);
		double once = (double)(to.tv_sec - from.tv_sec) * 1e3 +
			      (double)(to.tv_nsec - from.tv_nsec) / 1e6;
		best = once < best ? once : best;
	}
	return best;
}

static bool write_file(void)
{
	static const char text[] =
		"metadata: {id: cavra-bench, title: t, description: d, version: 1.0.0,\n"
		"  inherits: cavra-ai-agent-baseline}\n"
		"commands: {block: [make deploy*]}\n";
	int fd = mkstemps(path, 5);
	bool written = fd >= 0 && write(fd, text, sizeof text - 1) == (ssize_t)sizeof text - 1;
	return (fd < 0 || close(fd) == 0) && written;
}

static bool report(const char *what, double cost, double base, double bound)
{
	printf("%-28s %.3f ms, %.1f times reading its JSON (bound %.0f)\n", what, cost, cost / base,
	       bound);
	return cost > 0 && cost <= bound * base;
}

int main(void)
{
	bool good = write_file();
	double json = measure(read_json);
	if (json <= 0)
		return 1;
	good &= report("built-in baseline", measure(load_pack), json, 5);
	good &= report("file that inherits it", measure(load_file), json, 10);
	(void)unlink(path);
	return good ? 0 : 1;
}
