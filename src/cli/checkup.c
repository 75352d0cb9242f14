/* SPDX-License-Identifier: Apache-2.0
 *
 * The list of findings and the checks of files, see checkup.h.
 */
#include "cli/checkup.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/project.h"

const char *health_name(enum health health)
{
	static const char *const names[] = {"ok", "warning", "problem"};
	return names[health];
}

/* ---- the list ---- */

struct checkup_item *checkup_add(struct checkup *checkup, enum health health, const char *check,
				 const char *format, ...)
{
	va_list args;
	checkup->cut = checkup->cut || checkup->n == CHECKUP_ITEMS;
	struct checkup_item *item = &checkup->item[checkup->cut ? CHECKUP_ITEMS - 1 : checkup->n++];
	*item = (struct checkup_item){.health = health, .check = check};
	va_start(args, format);
	(void)vsnprintf(item->text, sizeof item->text, format, args);
	va_end(args);
	return item;
}

void checkup_subject(struct checkup_item *item, const char *path, int line)
{
	if (line)
		(void)snprintf(item->subject, sizeof item->subject, "%.480s:%d", path, line);
	else
		(void)snprintf(item->subject, sizeof item->subject, "%.500s", path);
}

void checkup_remedy(struct checkup_item *item, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	(void)vsnprintf(item->remedy, sizeof item->remedy, format, args);
	va_end(args);
}

void checkup_error(struct checkup *checkup, const char *check, const struct cavra_error *error)
{
	struct checkup_item *item = checkup_add(checkup, HEALTH_PROBLEM, check, "%s", error->text);
	checkup_subject(item, error->file, error->line);
}

/* ---- files ---- */

static void complain(struct checkup *checkup, enum health health, const char *path,
		     const char *text, const char *remedy)
{
	struct checkup_item *item = checkup_add(checkup, health, "file", "%s", text);
	checkup_subject(item, path, 0);
	checkup_remedy(item, "%s", remedy);
}

static bool is_foreign(const struct stat *st)
{
	return st->st_uid != 0 && st->st_uid != getuid();
}

/* Every directory above: whoever may write one of them can put another file in place. */
static void check_directories(struct checkup *checkup, const char *path, const char *what)
{
	char at[PATH_MAX];
	struct stat st;
	(void)snprintf(at, sizeof at, "%s", path);
	while (project_go_up(at)) {
		if (stat(at, &st) < 0)
			continue;
		bool open = (st.st_mode & S_IWOTH) && !(st.st_mode & S_ISVTX);
		if (!open && !is_foreign(&st))
			continue;
		struct checkup_item *item =
			checkup_add(checkup, HEALTH_PROBLEM, "file",
				    "%s %s, and so can put another file in the place of %s",
				    open ? "everybody may write this directory"
					 : "the directory belongs to another user",
				    open ? "" : "who can write it", what);
		checkup_subject(item, at, 0);
		checkup_remedy(item, open ? "chmod o-w it" : "chown it to you or root");
	}
}

static void check_modes(struct checkup *checkup, const char *path, const struct stat *st,
			bool program)
{
	if (!S_ISREG(st->st_mode))
		complain(checkup, HEALTH_PROBLEM, path, "this is no regular file",
			 "put the file itself there");
	if (is_foreign(st))
		complain(checkup, HEALTH_PROBLEM, path,
			 "the file belongs to another user, who can change it",
			 "chown it to you or root");
	if (st->st_mode & S_IWOTH)
		complain(checkup, HEALTH_PROBLEM, path, "everybody may write the file",
			 "chmod go-w it");
	else if (st->st_mode & S_IWGRP)
		complain(checkup, HEALTH_WARNING, path, "the group of the file may write it",
			 "chmod g-w it");
	if (program && access(path, X_OK) < 0)
		complain(checkup, HEALTH_PROBLEM, path, "the program is not executable",
			 "chmod +x it");
}

static bool is_below(const char *directory, const char *path)
{
	size_t n = strlen(directory);
	return strncmp(directory, path, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

static void check_reach(struct checkup *checkup, const char *path)
{
	if (is_below(checkup->root, path))
		complain(checkup, HEALTH_PROBLEM, path,
			 "the program stands in the workspace, where the agent works",
			 "install it elsewhere: make install, then cavra init claude-code");
	else if (is_below("/tmp", path) || is_below("/var/tmp", path) || is_below("/dev/shm", path))
		complain(checkup, HEALTH_PROBLEM, path,
			 "the program stands in a temporary directory, which the agent may write",
			 "install it elsewhere: make install, then cavra init claude-code");
}

static void check_link(struct checkup *checkup, const char *path, const char *real,
		       const char *what, bool program)
{
	struct stat st;
	if (lstat(path, &st) < 0 || !S_ISLNK(st.st_mode))
		return;
	/* Packages install programs as links; what they lead to is checked like any other. */
	if (program)
		return;
	struct checkup_item *item = checkup_add(
		checkup, is_below(checkup->root, real) ? HEALTH_WARNING : HEALTH_PROBLEM, "file",
		"%s is a symbolic link to %.300s", what, real);
	checkup_subject(item, path, 0);
	checkup_remedy(item, "put the file itself there");
}

void checkup_file(struct checkup *checkup, const char *path, const char *what, bool program)
{
	char real[PATH_MAX];
	struct stat st;
	if (!realpath(path, real) || stat(real, &st) < 0) {
		struct checkup_item *item = checkup_add(checkup, HEALTH_PROBLEM, "file",
							"%s cannot be found: %s", what,
							strerror(errno));
		checkup_subject(item, path, 0);
		if (program)
			checkup_remedy(item, "install it, and run cavra init claude-code again");
		return;
	}
	check_link(checkup, path, real, what, program);
	check_modes(checkup, real, &st, program);
	check_directories(checkup, real, what);
	if (program)
		check_reach(checkup, real);
}
