/* SPDX-License-Identifier: Apache-2.0
 *
 * Kept policies: an image is used exactly as long as it says what its sources say and nobody else could have written
 * it. Whether one was used shows in the document, which images do not have.
 */
#include "packs.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "policy/cache.h"

static char images[96], image[256];

static int set_up(void **state)
{
	int code = packs_set_up(state);
	(void)umask(022);
	(void)snprintf(images, sizeof images, "%s/state/images", packs_directory());
	return code;
}

static int load_file(const char *directory, const struct policy_source *source,
		     struct policy **ret_policy)
{
	struct load_request request = {.path = packs_path("p.yaml")};
	return policy_load_kept(directory, source, &request, ret_policy, NULL);
}

static struct policy *load_from(const struct policy_source *source, bool *ret_kept)
{
	struct policy *policy = NULL;
	struct cavra_error error;
	struct load_request request = {.path = packs_path("p.yaml")};
	if (policy_load_kept(images, source, &request, &policy, &error) < 0)
		fail_msg("%s:%d: %s", error.file, error.line, error.text);
	*ret_kept = policy->document == NULL;
	return policy;
}

static bool is_kept_from(const struct policy_source *source)
{
	bool kept;
	policy_free(load_from(source, &kept));
	return kept;
}

static bool is_kept(void)
{
	static const struct policy_source bundled;
	return is_kept_from(&bundled);
}

static void put(const char *more)
{
	char text[512];
	(void)snprintf(text, sizeof text,
		       "metadata: {id: cavra-p, title: t, description: d, version: 1.0.0}\n%s",
		       more);
	packs_put("p.yaml", text);
}

static void find_image(void)
{
	char command[256];
	(void)snprintf(command, sizeof command, "ls %s/*.image", images);
	FILE *list = popen(command, "r"); /* NOLINT: a path of our own making */
	assert_non_null(list);
	assert_non_null(fgets(image, sizeof image, list));
	image[strcspn(image, "\n")] = '\0';
	(void)pclose(list);
}

/* A policy that is kept, and its image. */
static void keep(void)
{
	put("commands: {block: [one]}\n");
	(void)is_kept();
	assert_true(is_kept());
	find_image();
}

static void test_is_kept(void **state)
{
	struct stat status;
	bool kept;
	(void)state;
	put("commands: {block: [one]}\n");
	assert_false(is_kept());
	struct policy *policy = load_from(&(struct policy_source){.pack_dir = NULL}, &kept);
	assert_true(kept);
	assert_int_equal(pattern_list_length(policy->list[LIST_COMMANDS_BLOCK]), 1);
	policy_free(policy);
	find_image();
	assert_int_equal(stat(image, &status), 0);
	assert_int_equal(status.st_mode & 0777, geteuid() ? 0600 : 0644);
	assert_int_equal(stat(images, &status), 0);
	assert_int_equal(status.st_mode & 0777, geteuid() ? 0700 : 0755);
}

static void test_changed_source(void **state)
{
	struct stat status;
	bool kept;
	(void)state;
	keep();
	/* The same size and time tell nothing. */
	assert_int_equal(stat(packs_path("p.yaml"), &status), 0);
	put("commands: {block: [two]}\n");
	struct timespec times[2] = {status.st_atim, status.st_mtim};
	assert_int_equal(utimensat(AT_FDCWD, packs_path("p.yaml"), times, 0), 0);
	struct policy *policy = load_from(&(struct policy_source){.pack_dir = NULL}, &kept);
	assert_false(kept);
	policy_free(policy);
	assert_true(is_kept());
}

static void test_broken_source(void **state)
{
	struct policy *policy;
	(void)state;
	keep();
	put("commands: {blok: [two]}\n");
	struct policy_source source = {.pack_dir = NULL};
	assert_int_equal(load_file(images, &source, &policy), CAVRA_ERR_POLICY);
	assert_int_equal(unlink(packs_path("p.yaml")), 0);
	assert_int_equal(load_file(images, &source, &policy), CAVRA_ERR_NOT_FOUND);
}

/* A pack that appears in the pack directory takes the bundled one's place. */
static void test_pack_directory(void **state)
{
	struct policy_source source = {.pack_dir = packs_directory()};
	(void)state;
	packs_put("p.yaml", "metadata: {id: cavra-p, title: t, description: d, version: 1.0.0,\n"
			    "  inherits: cavra-ai-agent-baseline}\n");
	assert_false(is_kept_from(&source));
	assert_true(is_kept_from(&source));
	packs_put_pack("cavra-ai-agent-baseline", "", "commands: {block: [three]}\n");
	assert_false(is_kept_from(&source));
	assert_true(is_kept_from(&source));
	packs_put_pack("cavra-ai-agent-baseline", "", "commands: {block: [four]}\n");
	assert_false(is_kept_from(&source));
}

static void test_writable_by_others(void **state)
{
	(void)state;
	keep();
	assert_int_equal(chmod(image, 0620), 0);
	assert_false(is_kept());
	assert_true(is_kept()); /* it was written again */
	assert_int_equal(chmod(images, 0702), 0);
	assert_false(is_kept());
	assert_false(is_kept());
	assert_int_equal(chmod(images, 0700), 0);
	assert_true(is_kept());
}

static void test_no_file(void **state)
{
	char elsewhere[300];
	(void)state;
	keep();
	(void)snprintf(elsewhere, sizeof elsewhere, "%s.elsewhere", image);
	assert_int_equal(rename(image, elsewhere), 0);
	assert_int_equal(symlink(elsewhere, image), 0);
	assert_false(is_kept());
	assert_true(is_kept());
	assert_int_equal(unlink(image), 0);
	assert_int_equal(mkfifo(image, 0600), 0);
	assert_false(is_kept());
	assert_true(is_kept());
}

static void test_damaged(void **state)
{
	(void)state;
	keep();
	int fd = open(image, O_WRONLY | O_CLOEXEC);
	assert_int_equal(pwrite(fd, "x", 1, 1000), 1);
	assert_false(is_kept());
	assert_true(is_kept());
	assert_int_equal(ftruncate(fd, 0), 0); /* the old one, which nobody looks at any more */
	assert_true(is_kept());
	(void)close(fd);
	assert_int_equal(truncate(image, 500), 0);
	assert_false(is_kept());
}

/* Only root can give files away. */
static void test_other_owners(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	keep();
	assert_int_equal(chown(image, 1000, 1000), 0);
	assert_false(is_kept());
	assert_true(is_kept());
	/* Root's image counts for everybody's policy, ... */
	assert_int_equal(chown(packs_path("p.yaml"), 1000, 1000), 0);
	assert_true(is_kept());
	/* ... but a user's image does not count for root's policy. */
	assert_int_equal(chmod(packs_directory(), 0755), 0);
	assert_int_equal(chown(images, 1000, 1000), 0);
	assert_int_equal(chown(image, 1000, 1000), 0);
	assert_int_equal(chmod(packs_path("state"), 0755), 0);
	assert_int_equal(seteuid(1000), 0);
	assert_true(is_kept());
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(chown(packs_path("p.yaml"), 0, 0), 0);
	assert_int_equal(seteuid(1000), 0);
	assert_false(is_kept());
	assert_false(is_kept());
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(chown(images, 0, 0), 0);
}

static void test_no_directory(void **state)
{
	struct policy_source source = {.pack_dir = NULL};
	struct policy *policy;
	(void)state;
	put("commands: {block: [one]}\n");
	for (int i = 0; i < 2; i++) {
		assert_int_equal(load_file(NULL, &source, &policy), 0);
		assert_non_null(policy->document);
		policy_free(policy);
		assert_int_equal(load_file("/proc/cavra/images", &source, &policy), 0);
		assert_non_null(policy->document);
		policy_free(policy);
	}
}

/* Cases are not kept. */
static void test_wants_cases(void **state)
{
	struct policy_source source = {.want_cases = true};
	(void)state;
	keep();
	assert_false(is_kept_from(&source));
}

static size_t count_images(void)
{
	char command[256], line[64];
	(void)snprintf(command, sizeof command, "ls %s | wc -l", images);
	FILE *list = popen(command, "r"); /* NOLINT: a path of our own making */
	assert_non_null(list);
	assert_non_null(fgets(line, sizeof line, list));
	(void)pclose(list);
	line[strcspn(line, "\n")] = '\0';
	size_t n = 0;
	assert_true(str_to_size(str_trim(str_from(line)), &n));
	return n;
}

static void test_old_ones_go(void **state)
{
	struct timespec old[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
	char path[300];
	(void)state;
	keep();
	for (int i = 0; i < LIMIT_IMAGES + 5; i++) {
		(void)snprintf(path, sizeof path, "%s/%d.image", images, i);
		int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		assert_true(fd >= 0);
		(void)close(fd);
		old[1].tv_sec = 100 + i;
		assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
	}
	put("commands: {block: [other]}\n");
	assert_false(is_kept());
	assert_true(is_kept());
	assert_int_equal(count_images(), LIMIT_IMAGES);
	(void)snprintf(path, sizeof path, "%s/%d.image", images, LIMIT_IMAGES + 4);
	assert_int_equal(access(path, F_OK), 0);
	(void)snprintf(path, sizeof path, "%s/0.image", images);
	assert_int_not_equal(access(path, F_OK), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, packs_tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(test_is_kept),        TEST(test_changed_source),     TEST(test_broken_source),
		TEST(test_pack_directory), TEST(test_writable_by_others), TEST(test_no_file),
		TEST(test_damaged),        TEST(test_other_owners),       TEST(test_no_directory),
		TEST(test_wants_cases),    TEST(test_old_ones_go),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
