/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages and the terminal.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/cli.h"
#include "json/json.h"

int fail(const struct cavra_error *error)
{
	(void)fflush(stdout);
	(void)fprintf(stderr, "cavra: ");
	if (error->file[0])
		(void)fprintf(stderr, "%s:", error->file);
	if (error->line)
		(void)fprintf(stderr, "%d:%d:", error->line, error->column);
	(void)fprintf(stderr, "%s%s\n", error->file[0] || error->line ? " " : "", error->text);
	return code_info(error->code)->exit_status;
}

int fail_usage(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	(void)fflush(stdout);
	(void)fprintf(stderr, "cavra: ");
	(void)vfprintf(stderr, format, args);
	(void)fprintf(stderr, "\n");
	va_end(args);
	return EXIT_USAGE;
}

int finish(int status)
{
	errno = 0;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	/* What an earlier write was told is gone by now. */
	(void)fprintf(stderr, "cavra: cannot write all of the output%s%s\n", errno ? ": " : "",
		      errno ? strerror(errno) : "");
	return EXIT_ERROR;
}

int output_report(const json_t *report, struct cavra_error *error)
{
	char *text = report ? json_text(report, JSON_INDENT(2)) : NULL;
	if (!text)
		return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	(void)printf("%s\n", text);
	free(text);
	return 0;
}

bool want_colour(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
	return !(no && no[0]) && !(term && strcmp(term, "dumb") == 0) && isatty(STDOUT_FILENO);
}

size_t output_width(void)
{
	struct winsize size;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col < 40)
		return 80;
	return size.ws_col < 100 ? size.ws_col : 100;
}
