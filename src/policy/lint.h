/* SPDX-License-Identifier: Apache-2.0
 *
 * What is wrong with a pack, or probably not meant: everything that can be told without asking what programs do.
 */
#ifndef CAVRA_POLICY_LINT_H
#define CAVRA_POLICY_LINT_H

#include "policy/policy.h"
#include "json/document.h"

struct lint_issue {
	bool blocks;              /* the pack cannot be used or protects nothing; else a warning */
	const char *code;         /* "commands.allow.missing"; lives during the visit */
	struct cavra_error place; /* file, line, column and text */
};
typedef void (*lint_visitor)(void *context, const struct lint_issue *issue);

/* The pack as it was read and as it is in force. */
struct lint {
	const struct document *document;
	const struct policy *policy;
	struct arena *arena; /* armed */
	lint_visitor visit;
	void *context;
};
/* pointer: the value that is to blame. */
void lint_report(const struct lint *lint, bool blocks, const char *code, const char *pointer,
		 const char *format, ...) __attribute__((format(printf, 5, 6)));
/* Visits what a pack that could be loaded has. */
void lint_loaded(const struct lint *lint);

/* Visits what keeps a file from being loaded, all of it blocking. Returns how many there were, or a negative code when the
 * file cannot be read at all: then *error says why.
 */
int lint_file(const struct policy_source *source, const char *path, lint_visitor visit,
	      void *context, struct cavra_error *error);

/* "policy_id", "title", "version", "inherits", "mode", "rule_counts": what other reports repeat of a pack. NULL: no
 * memory. The caller decrefs it.
 */
json_t *policy_summary(const json_t *document);

#endif
