/* SPDX-License-Identifier: Apache-2.0
 *
 * Home directories, see home.h. /etc/passwd is read here because a static program cannot ask the name service;
 * accounts that are kept elsewhere have HOME.
 */
#include "cli/home.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "cli/files.h"

static void add(struct home_list *list, struct str directory, const char *below)
{
	char path[PATH_MAX];
	while (directory.n > 1 && directory.p[directory.n - 1] == '/')
		directory.n--;
	int n = snprintf(path, sizeof path, "%.*s%s", STR_ARG(directory), below);
	if (!directory.n || directory.p[0] != '/' || n < 0 || (size_t)n >= sizeof path)
		return;
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->directory[i], path) == 0)
			return;
	(void)snprintf(list->directory[list->n++], PATH_MAX, "%s", path);
}

/* name:password:uid:gid:gecos:home:shell */
static bool home_of_line(struct str line, struct str uid, struct str *ret_home)
{
	struct str field;
	for (size_t i = 0; str_split(&line, ':', &field); i++) {
		if (i == 2 && !str_eq(field, uid))
			return false;
		if (i == 5) {
			*ret_home = field;
			return true;
		}
	}
	return false;
}

static void add_account(struct home_list *list, const char *below)
{
	struct buf CLEANUP_BUF text;
	char number[24];
	buf_init(&text, MiB(4));
	(void)snprintf(number, sizeof number, "%lu", (unsigned long)getuid());
	if (file_read("/etc/passwd", &text, NULL) < 0)
		return;
	struct str rest = buf_str(&text), line, home;
	while (str_split(&rest, '\n', &line)) {
		if (home_of_line(line, str_from(number), &home)) {
			add(list, home, below);
			return;
		}
	}
}

void home_directories(struct home_list *ret_list)
{
	ret_list->n = 0;
	add_account(ret_list, "");
	add(ret_list, str_from(getenv("HOME")), "");
}

void home_config_directories(struct home_list *ret_list)
{
	ret_list->n = 0;
	add_account(ret_list, "/.config/cavra");
	add(ret_list, str_from(getenv("HOME")), "/.config/cavra");
	add(ret_list, str_from(getenv("XDG_CONFIG_HOME")), "/cavra");
}
