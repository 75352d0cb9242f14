/* SPDX-License-Identifier: Apache-2.0
 *
 * Images in files, see cache.h. What goes wrong here is no error: the policy comes from its sources then.
 */
#include "policy/cache.h"

#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/regular.h"
#include "policy/image.h"

struct place {
	int directory; /* open */
	uint8_t key[IMAGE_KEY_BYTES];
	char name[SHA256_HEX + sizeof ".image"];
};

/* ---- the key ---- */

static size_t note_padded(size_t size)
{
	return (size + 3) & ~(size_t)3;
}

static bool find_build_note(struct str notes, uint8_t ret_build[SHA256_BYTES])
{
	ElfW(Nhdr) note;
	while (notes.n >= sizeof note) {
		memcpy(&note, notes.p, sizeof note);
		struct str name = str_from_at(notes, sizeof note);
		struct str text = str_from_at(name, note_padded(note.n_namesz));
		if (note.n_type == NT_GNU_BUILD_ID && str_starts(name, STR("GNU"))) {
			sha256(str_first(text, note.n_descsz), ret_build);
			return true;
		}
		notes = str_from_at(text, note_padded(note.n_descsz));
	}
	return false;
}

/* The linker's fingerprint of everything in this program: what compiles policies, and the packs inside. */
static bool find_build(uint8_t ret_build[SHA256_BYTES])
{
	extern const char __ehdr_start[] __attribute__((visibility("hidden")));
	const ElfW(Ehdr) *file = (const void *)__ehdr_start;
	const ElfW(Phdr) *header = (const void *)((const char *)file + file->e_phoff);
	ElfW(Addr) lowest = UINTPTR_MAX; /* what stands where the file starts */
	for (size_t i = 0; i < file->e_phnum; i++)
		if (header[i].p_type == PT_LOAD && header[i].p_vaddr < lowest)
			lowest = header[i].p_vaddr;
	for (size_t i = 0; i < file->e_phnum; i++) {
		const char *notes = (const char *)file + (header[i].p_vaddr - lowest);
		if (header[i].p_type == PT_NOTE &&
		    find_build_note(str_make(notes, header[i].p_memsz), ret_build))
			return true;
	}
	return false;
}

static void add_text(struct sha256 *state, const char *text)
{
	struct str bytes = str_from(text);
	uint64_t size = text ? bytes.n : UINT64_MAX;
	sha256_add(state, str_make((const char *)&size, sizeof size));
	sha256_add(state, bytes);
}

static bool make_key(const struct policy_source *source, const struct load_request *request,
		     struct place *place)
{
	struct sha256 state;
	char hex[SHA256_HEX];
	sha256_init(&state);
	add_text(&state, source->pack_dir);
	add_text(&state, request->path);
	add_text(&state, request->path ? NULL : request->id);
	for (size_t i = 0; i < request->n_overlays; i++)
		add_text(&state, request->overlays[i]);
	sha256_finish(&state, place->key);
	digest_hex(place->key, hex);
	(void)snprintf(place->name, sizeof place->name, "%.32s.image", hex);
	return find_build(place->key + SHA256_BYTES);
}

/* ---- who may write what ---- */

/* May this file's owner, and nobody else but root and this process's user, have written it? */
static bool is_private(const struct stat *status)
{
	return (status->st_uid == geteuid() || status->st_uid == 0) &&
	       !(status->st_mode & (S_IWGRP | S_IWOTH));
}

/* Who could write the image could write this file. */
static bool is_no_stronger(const struct stat *image, const struct stat *file)
{
	return image->st_uid == 0 || image->st_uid == file->st_uid;
}

/* -1 when it is missing or others may write there. */
static int open_directory(const char *directory)
{
	struct stat status;
	int fd = open(directory, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0 && fstat(fd, &status) == 0 && S_ISDIR(status.st_mode) && is_private(&status))
		return fd;
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

/* ---- are the sources what they were? ---- */

static bool has_digest(int fd, const uint8_t digest[SHA256_BYTES])
{
	struct sha256 state;
	uint8_t now[SHA256_BYTES];
	char bytes[4096];
	ssize_t n;
	sha256_init(&state);
	while ((n = read(fd, bytes, sizeof bytes)) > 0)
		sha256_add(&state, str_make(bytes, (size_t)n));
	sha256_finish(&state, now);
	return n == 0 && memcmp(now, digest, sizeof now) == 0;
}

static bool input_is_same(const struct policy_input *input, const struct stat *image)
{
	struct stat status;
	int fd = open(input->path.p, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return input->is_absent && (errno == ENOENT || errno == ENOTDIR);
	bool same = !input->is_absent && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
		    is_no_stronger(image, &status) && has_digest(fd, input->digest);
	(void)close(fd);
	return same;
}

static bool inputs_are_same(const struct policy *policy, const struct stat *image)
{
	for (size_t i = 0; i < policy->n_inputs; i++)
		if (!input_is_same(&policy->inputs[i], image))
			return false;
	return true;
}

/* ---- reading ---- */

static bool map_image(const struct place *place, struct stat *ret_status, struct str *ret_bytes)
{
	int fd = openat(place->directory, place->name,
			O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	void *bytes = MAP_FAILED;
	if (fd < 0)
		return false;
	if (fstat(fd, ret_status) == 0 && S_ISREG(ret_status->st_mode) && is_private(ret_status) &&
	    ret_status->st_size > 0 && (size_t)ret_status->st_size <= LIMIT_IMAGE_BYTES)
		bytes = mmap(NULL, (size_t)ret_status->st_size, PROT_READ,
			     MAP_PRIVATE | MAP_POPULATE, fd, 0);
	(void)close(fd);
	if (bytes == MAP_FAILED)
		return false;
	*ret_bytes = str_make(bytes, (size_t)ret_status->st_size);
	return true;
}

static struct policy *read_kept(const struct place *place)
{
	struct policy *policy;
	struct stat status;
	struct str bytes;
	if (!map_image(place, &status, &bytes))
		return NULL;
	if (policy_image_read(bytes, place->key, &policy, NULL) < 0) {
		(void)munmap((void *)bytes.p, bytes.n);
		return NULL;
	}
	policy->image = bytes;
	if (inputs_are_same(policy, &status))
		return policy;
	policy_free(policy);
	return NULL;
}

/* ---- writing ---- */

/* Would the image count, as this process's user would write it? */
static bool may_keep(const struct policy *policy)
{
	struct stat image = {.st_uid = geteuid()}, status;
	for (size_t i = 0; i < policy->n_inputs; i++)
		if (!policy->inputs[i].is_absent && (stat(policy->inputs[i].path.p, &status) < 0 ||
						     !is_no_stronger(&image, &status)))
			return false;
	return true;
}

/* Root's images are for everybody. */
static mode_t mode_for(mode_t mode)
{
	return geteuid() == 0 ? mode : mode & 0700;
}

static void replace(const struct place *place, struct str bytes)
{
	char temporary[sizeof place->name + 24];
	(void)snprintf(temporary, sizeof temporary, "%s.%ld", place->name, (long)getpid());
	int fd = openat(place->directory, temporary,
			O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode_for(0644));
	if (fd < 0)
		return;
	bool written = fd_write_all(fd, bytes);
	written = close(fd) == 0 && written;
	if (!written || renameat(place->directory, temporary, place->directory, place->name) < 0)
		(void)unlinkat(place->directory, temporary, 0);
}

static void make_directory(const char *directory)
{
	char parent[PATH_MAX];
	const char *slash = strrchr(directory, '/');
	size_t n = slash ? (size_t)(slash - directory) : 0;
	if (n > 0 && n < sizeof parent) {
		(void)snprintf(parent, sizeof parent, "%.*s", (int)n, directory);
		(void)mkdir(parent, mode_for(0755));
	}
	(void)mkdir(directory, mode_for(0755));
}

/* Has the directory, which was opened for its path only, a file that is older than what was found? */
static bool is_older(int directory, const char *name, struct timespec *oldest)
{
	struct stat status;
	if (fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) < 0 ||
	    (status.st_mtim.tv_sec == oldest->tv_sec ? status.st_mtim.tv_nsec >= oldest->tv_nsec
						     : status.st_mtim.tv_sec > oldest->tv_sec))
		return false;
	*oldest = status.st_mtim;
	return true;
}

/* Removes the oldest file when there are too many. */
static bool remove_oldest(DIR *list)
{
	struct timespec oldest = {.tv_sec = INT64_MAX};
	char name[NAME_MAX + 1] = "";
	size_t n = 0;
	const struct dirent *entry;
	rewinddir(list);
	/* cppcheck-suppress readdirCalled ; nobody else has this stream */
	while ((entry = readdir(list))) {
		if (entry->d_name[0] == '.')
			continue;
		n++;
		if (is_older(dirfd(list), entry->d_name, &oldest))
			(void)snprintf(name, sizeof name, "%s", entry->d_name);
	}
	return n > LIMIT_IMAGES && name[0] && unlinkat(dirfd(list), name, 0) == 0;
}

/* Images of repositories that are gone and of programs before an update are never asked for again. */
static void remove_old(const struct place *place)
{
	int fd = openat(place->directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd >= 0 ? fdopendir(fd) : NULL;
	if (!list) {
		if (fd >= 0)
			(void)close(fd);
		return;
	}
	while (remove_oldest(list))
		;
	(void)closedir(list);
}

static void keep(const struct place *place, const struct policy *policy)
{
	struct buf CLEANUP_BUF image;
	buf_init(&image, LIMIT_IMAGE_BYTES);
	if (may_keep(policy) && policy_image_write(policy, place->key, &image, NULL) == 0)
		replace(place, buf_str(&image));
	remove_old(place);
}

/* ---- both ---- */

int policy_load_kept(const char *directory, const struct policy_source *source,
		     const struct load_request *request, struct policy **ret_policy,
		     struct cavra_error *error)
{
	struct place place = {.directory = -1};
	/* Images hold neither cases nor documents nor checks, and are made of files. */
	bool whole = !source->want_cases && !source->want_origins && !source->check &&
		     !request->text.n;
	bool keeps = directory && whole && make_key(source, request, &place);
	if (keeps)
		place.directory = open_directory(directory);
	struct policy *kept = place.directory >= 0 ? read_kept(&place) : NULL;
	int code = 0;
	if (kept)
		*ret_policy = kept;
	else
		code = policy_load(source, request, ret_policy, error);
	if (keeps && !kept && code == 0 && place.directory < 0) {
		make_directory(directory);
		place.directory = open_directory(directory);
	}
	if (!kept && code == 0 && place.directory >= 0)
		keep(&place, *ret_policy);
	if (place.directory >= 0)
		(void)close(place.directory);
	return code;
}
