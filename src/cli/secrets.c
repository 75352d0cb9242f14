/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading secrets, see secrets.h. Nothing here goes through a buffer that grows, or through stdio, both of which
 * leave copies behind.
 */
#include "cli/secrets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "base/regular.h"

static int fail_system(const char *doing, const char *path, struct cavra_error *error)
{
	enum cavra_code code = errno == ENOENT ? CAVRA_ERR_NOT_FOUND : CAVRA_ERR_IO;
	return error_set(error, code, "cannot %s %.300s: %s", doing, path, strerror(errno));
}

/* ---- files ---- */

static int read_fd(int fd, const char *path, struct secret *ret_secret, struct cavra_error *error)
{
	struct secret CLEANUP_SECRET secret;
	secret_wipe(&secret);
	for (;;) {
		/* A full room is read once more: there must be nothing. */
		char more;
		bool full = secret.n == sizeof secret.p;
		ssize_t n = full ? read(fd, &more, 1)
				 : read(fd, secret.p + secret.n, sizeof secret.p - secret.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail_system("read", path, error);
		if (n == 0)
			break;
		if (full)
			return error_set(error, CAVRA_ERR_LIMIT,
					 "%.300s is larger than the %d bytes that a key may have",
					 path, LIMIT_SECRET_BYTES);
		secret.n += (size_t)n;
	}
	*ret_secret = secret;
	return 0;
}

int secret_read_file(const char *path, struct secret *ret_secret, struct cavra_error *error)
{
	secret_wipe(ret_secret);
	if (strcmp(path, "-") == 0)
		return read_fd(STDIN_FILENO, "standard input", ret_secret, error);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return fail_system("open", path, error);
	int code = read_fd(fd, path, ret_secret, error);
	(void)close(fd);
	return code;
}

static void cut_line_end(struct secret *secret)
{
	if (secret->n && secret->p[secret->n - 1] == '\n')
		secret->n--;
	if (secret->n && secret->p[secret->n - 1] == '\r')
		secret->n--;
}

int secret_read_line(const char *path, struct secret *ret_secret, struct cavra_error *error)
{
	int code = secret_read_file(path, ret_secret, error);
	if (code < 0)
		return code;
	cut_line_end(ret_secret);
	if (ret_secret->n)
		return 0;
	return error_set(error, CAVRA_ERR_INPUT, "there is nothing in %.300s", path);
}

int secret_read_variable(const char *name, struct secret *ret_secret, struct cavra_error *error)
{
	const char *value = getenv(name);
	if (!value || !value[0])
		return error_set(error, CAVRA_ERR_NOT_FOUND,
				 "the environment variable %.60s is not set; it must hold the key",
				 name);
	if (secret_set(ret_secret, str_from(value)))
		return 0;
	return error_set(error, CAVRA_ERR_LIMIT, "%.60s is longer than %d bytes", name,
			 LIMIT_SECRET_BYTES);
}

/* ---- the terminal ---- */

enum { CONTROL_C = 3 };

/* Without echo, and without signals: one that ended us here would leave a terminal that shows nothing. */
static int read_quietly(int fd, const char *prompt, struct secret *ret_secret,
			struct cavra_error *error)
{
	struct termios before, quiet;
	if (tcgetattr(fd, &before) < 0)
		return fail_system("use", "the terminal", error);
	quiet = before;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
	quiet.c_lflag |= ICANON | ECHONL;
	quiet.c_cc[VEOL] = CONTROL_C;
	if (tcsetattr(fd, TCSAFLUSH, &quiet) < 0)
		return fail_system("use", "the terminal", error);
	(void)dprintf(fd, "%s: ", prompt);
	ssize_t n;
	do
		n = read(fd, ret_secret->p, sizeof ret_secret->p);
	while (n < 0 && errno == EINTR);
	(void)tcsetattr(fd, TCSAFLUSH, &before);
	ret_secret->n = n > 0 ? (size_t)n : 0;
	if (n > 0 && memchr(ret_secret->p, CONTROL_C, (size_t)n))
		return error_set(error, CAVRA_ERR_INPUT, "cancelled");
	cut_line_end(ret_secret);
	return ret_secret->n ? 0 : error_set(error, CAVRA_ERR_INPUT, "no passphrase was given");
}

static int ask_both(int fd, const char *prompt, bool again, struct secret *ret_secret,
		    struct cavra_error *error)
{
	struct secret CLEANUP_SECRET second;
	int code = read_quietly(fd, prompt, ret_secret, error);
	if (code < 0 || !again)
		return code;
	code = read_quietly(fd, "The same again", &second, error);
	if (code < 0)
		return code;
	if (second.n == ret_secret->n && same_bytes(second.p, ret_secret->p, second.n))
		return 0;
	return error_set(error, CAVRA_ERR_INPUT, "the two passphrases differ; start again");
}

int secret_ask(const char *prompt, bool again, struct secret *ret_secret, struct cavra_error *error)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return error_set(error, CAVRA_ERR_INPUT,
				 "there is no terminal to ask for the passphrase; give "
				 "--passphrase-file FILE");
	int code = ask_both(fd, prompt, again, ret_secret, error);
	(void)close(fd);
	return code;
}

/* ---- keys ---- */

/* A pipe or a descriptor is between the two ends of it. */
static int check_private(const char *path, struct cavra_error *error)
{
	struct stat st;
	if (strcmp(path, "-") == 0 || stat(path, &st) < 0 || !S_ISREG(st.st_mode) ||
	    !(st.st_mode & (S_IRWXG | S_IRWXO)))
		return 0;
	return error_set(
		error, CAVRA_ERR_INPUT,
		"others can use the private key %.300s; chmod 600 it, and see whether it is "
		"still a secret",
		path);
}

static int open_key(const struct args *args, const char *path, const struct secret *pem,
		    struct key **ret_key, struct cavra_error *error)
{
	struct secret CLEANUP_SECRET passphrase;
	const char *file = args->value[OPT_PASSPHRASE_FILE];
	char prompt[300];
	if (!key_is_encrypted(secret_str(pem)))
		return key_read_private(secret_str(pem), NULL, ret_key, error);
	(void)snprintf(prompt, sizeof prompt, "Passphrase of %.200s", path);
	int code = file ? secret_read_line(file, &passphrase, error)
			: secret_ask(prompt, false, &passphrase, error);
	return code < 0 ? code : key_read_private(secret_str(pem), &passphrase, ret_key, error);
}

int secret_read_private_key(const struct args *args, const char *path, struct key **ret_key,
			    struct cavra_error *error)
{
	struct secret CLEANUP_SECRET pem;
	int code = check_private(path, error);
	if (code == 0)
		code = secret_read_file(path, &pem, error);
	if (code == 0)
		code = open_key(args, path, &pem, ret_key, error);
	if (code < 0)
		error_file(error, path);
	return code;
}

int secret_read_public_key(const char *path, struct key **ret_key, struct cavra_error *error)
{
	struct buf CLEANUP_BUF pem;
	buf_init(&pem, LIMIT_SECRET_BYTES);
	int code = regular_file_read(path, &pem, error);
	if (code == 0)
		code = key_read_public(buf_str(&pem), ret_key, error);
	if (code < 0)
		error_file(error, path);
	return code;
}

int secret_read_hmac_key(const struct args *args, struct secret *ret_secret, bool *ret_given,
			 struct cavra_error *error)
{
	const char *file = args->value[OPT_KEY_FILE], *variable = args->value[OPT_KEY_ENV];
	*ret_given = file || variable;
	if (file)
		return secret_read_line(file, ret_secret, error);
	return variable ? secret_read_variable(variable, ret_secret, error) : 0;
}
