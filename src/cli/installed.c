/* SPDX-License-Identifier: Apache-2.0
 *
 * The installation, see installed.h.
 */
#include "cli/installed.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/array.h"

static void add(struct installed *installed, const char *directory, const char *name)
{
	char *path = installed->path[installed->n];
	int n = snprintf(path, PATH_MAX, "%s%s%s", directory, name[0] ? "/" : "", name);
	if (n <= 0 || n >= PATH_MAX)
		return;
	installed->paths[installed->n++] = str_make(path, (size_t)n);
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
static void add_directory(struct installed *installed, const struct config_layer *layer)
{
	char real[PATH_MAX];
	if (!layer->directory[0])
		return;
	add(installed, layer->directory, "");
	if (layer->there && realpath(layer->directory, real) && strcmp(real, layer->directory) != 0)
		add(installed, real, "");
}

void installed_find(const struct config *config, struct installed *ret_installed)
{
	ret_installed->n = 0;
	add_programs(ret_installed);
	for (size_t i = 0; i < config->n; i++)
		add_directory(ret_installed, &config->layer[i]);
}

void installed_guard(const struct installed *installed, struct resolver *resolver)
{
	resolver->guarded = installed->paths;
	resolver->n_guarded = installed->n;
}
