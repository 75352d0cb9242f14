/* SPDX-License-Identifier: Apache-2.0
 *
 * What cavra doctor finds, and its checks of files.
 */
#ifndef CAVRA_CLI_CHECKUP_H
#define CAVRA_CLI_CHECKUP_H

#include <limits.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

enum health { HEALTH_OK, HEALTH_WARNING, HEALTH_PROBLEM };
const char *health_name(enum health health);

enum { CHECKUP_ITEMS = 128 };

struct checkup_item {
	enum health health;
	const char *
		check; /* "configuration", "policy", "settings", "hook", "probe", "file", "ledger" */
	char subject
		[512]; /* what it is about: a file, with its line; made visible by the printer */
	char text[512];
	char remedy[256]; /* empty: none needed */
};

struct checkup {
	struct checkup_item item[CHECKUP_ITEMS];
	size_t n;
	bool cut; /* there was more */
	char root[PATH_MAX];
};

/* The item, for the caller to write subject and remedy into. */
struct checkup_item *checkup_add(struct checkup *checkup, enum health health, const char *check,
				 const char *format, ...) __attribute__((format(printf, 4, 5)));
void checkup_subject(struct checkup_item *item, const char *path, int line);
void checkup_remedy(struct checkup_item *item, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void checkup_error(struct checkup *checkup, const char *check, const struct cavra_error *error);

/* May somebody else change what stands at path: a policy, settings, a program? what: for messages, "the policy". Adds
 * nothing when all is well. program: must also be executable, and out of the reach of the agent.
 */
void checkup_file(struct checkup *checkup, const char *path, const char *what, bool program);

#endif
