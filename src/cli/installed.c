/* SPDX-License-Identifier: Apache-2.0
 *
 * The installation, see installed.h.
 */
#include "cli/installed.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/array.h"
#include "cli/ledger_place.h"
#include "ledger/checkpoint_make.h"

/* Adds a path to the list. name: empty for the directory itself. */
static void add_to(struct installed *installed, struct str *list, size_t *n_list,
		   const char *directory, const char *name)
{
	char *path = installed->room + installed->used;
	int n = snprintf(path, PATH_MAX, "%s%s%s", directory, name[0] ? "/" : "", name);
	if (n <= 0 || n >= PATH_MAX)
		return;
	list[(*n_list)++] = str_make(path, (size_t)n);
	installed->used += (size_t)n + 1;
}

static void add(struct installed *installed, const char *directory, const char *name)
{
	add_to(installed, installed->paths, &installed->n, directory, name);
}

static void add_programs(struct installed *installed)
{
	static const char *const names[] = {"cavra", "cavra-hook"};
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	if (n <= 0)
		return;
	self[n] = '\0';
	char *slash = strrchr(self, '/');
	if (slash)
		*slash = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		add(installed, self, names[i]);
}

/* Also where links lead: paths are judged under all their names. */
static void add_directory(struct installed *installed, const char *directory, bool there)
{
	char real[PATH_MAX];
	if (!directory[0])
		return;
	add(installed, directory, "");
	if (there && realpath(directory, real) && strcmp(real, directory) != 0)
		add(installed, real, "");
}

static void add_secrets(struct installed *installed, const char *ledger)
{
	static const char *const names[] = {"salt", LEDGER_KEY_FILE};
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		add_to(installed, installed->secrets, &installed->n_secrets, ledger, names[i]);
}

static void add_ledger(struct installed *installed, const struct config *config)
{
	char directory[PATH_MAX];
	size_t before = installed->n;
	if (ledger_directory(config_ledger_directory(config), directory, NULL) < 0)
		return;
	add_directory(installed, directory, true);
	for (size_t i = before; i < installed->n; i++)
		add_secrets(installed, installed->paths[i].p);
}

void installed_find(const struct config *config, struct installed *ret_installed)
{
	ret_installed->n = ret_installed->n_secrets = ret_installed->used = 0;
	add_programs(ret_installed);
	for (size_t i = 0; i < config->n; i++)
		add_directory(ret_installed, config->layer[i].directory, config->layer[i].there);
	add_ledger(ret_installed, config);
}

void installed_guard(const struct installed *installed, struct resolver *resolver)
{
	resolver->guarded = installed->paths;
	resolver->n_guarded = installed->n;
	resolver->secret = installed->secrets;
	resolver->n_secret = installed->n_secrets;
}
