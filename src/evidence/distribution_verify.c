/* SPDX-License-Identifier: Apache-2.0
 *
 * Verifying trust roots that were handed out, see distribution.h. The signatures come first; then what follows from the
 * bundle and the manifest is made again and compared.
 */
#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "evidence/distribution_private.h"
#include "evidence/document.h"
#include "evidence/trust_root.h"
#include "evidence/verify_private.h"

struct checking {
	struct verification *verification;
	const struct key *root;
	struct buf text[DISTRIBUTION_FILES];
	json_t *bundle; /* owned */
};

static void check_names(struct checking *checking, int directory)
{
	const struct dirent *entry;
	int fd = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd >= 0 ? fdopendir(fd) : NULL;
	if (!list) {
		if (fd >= 0)
			(void)close(fd);
		verification_problem(checking->verification, NULL, "cannot be listed");
		return;
	}
	/* cppcheck-suppress readdirCalled ; nobody else has this stream */
	while ((entry = readdir(list))) {
		bool known = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
		for (size_t i = 0; i < DISTRIBUTION_FILES; i++)
			known = known || strcmp(entry->d_name, distribution_files[i]) == 0;
		if (!known)
			verification_problem(checking->verification, entry->d_name,
					     "no file of the package");
	}
	(void)closedir(list);
}

static bool read_files(struct checking *checking, int directory)
{
	char wrong[128];
	for (size_t i = 0; i < DISTRIBUTION_FILES; i++)
		if (!verify_read_file(directory, distribution_files[i], &checking->text[i], wrong,
				      sizeof wrong))
			verification_problem(checking->verification, distribution_files[i], "%s",
					     wrong);
	return checking->verification->n_problems == 0;
}

/* Neither the manifest nor the bundle is believed before. Without a signature there is nothing that a key could fail. */
static void check_signed(struct checking *checking, const json_t *document, size_t file,
			 struct signed_claim *ret_claim)
{
	const struct signed_key key = {.ed25519 = checking->root};
	struct cavra_error error;
	if (!checking->root && !json_object_get(document, "signature"))
		return;
	int code = signed_claim(document, ret_claim, &error);
	if (code == 0)
		code = signed_check(document, ret_claim, &key, &error);
	if (code < 0)
		verification_problem(checking->verification, distribution_files[file], "%s",
				     error.text);
}

static void check_schema(struct checking *checking, const json_t *document, size_t file,
			 const char *schema)
{
	struct cavra_error error;
	if (evidence_need_word(document, "schema_version", schema, &error) < 0)
		verification_problem(checking->verification, distribution_files[file], "%s",
				     error.text);
}

static void check_roots(struct checking *checking)
{
	const json_t *roots = json_object_get(checking->bundle, "trust_roots"), *one;
	size_t i;
	if (!json_is_array(roots) || json_array_size(roots) == 0)
		verification_problem(checking->verification,
				     distribution_files[DISTRIBUTION_BUNDLE],
				     "\"trust_roots\" is a list of one or more");
	json_array_foreach (roots, i, one) {
		struct trust_root root;
		struct cavra_error error;
		if (trust_root_read(one, &root, &error) == 0)
			trust_root_release(&root);
		else
			verification_problem(checking->verification,
					     distribution_files[DISTRIBUTION_BUNDLE],
					     "trust root %zu: %s", i + 1, error.text);
	}
}

static void check_same(struct checking *checking, size_t file, bool same, const char *what)
{
	if (!same)
		verification_problem(checking->verification, distribution_files[file], "%s", what);
}

/* All that follows from the bundle and the manifest is made again. */
static int check_derived(struct checking *checking, struct cavra_error *error)
{
	struct buf CLEANUP_BUF page, CLEANUP_BUF sums;
	struct buf made[DISTRIBUTION_FILES];
	const json_t *manifest = checking->verification->manifest;
	json_t CLEANUP_JSON *bundle = distribution_describe(
		checking->bundle, buf_str(&checking->text[DISTRIBUTION_BUNDLE]));
	json_t CLEANUP_JSON *keys =
		distribution_keys(json_object_get(checking->bundle, "trust_roots"));
	buf_init(&page, LIMIT_DOCUMENT_BYTES);
	buf_init(&sums, KiB(4));
	if (!bundle || !keys)
		return evidence_no_memory(error);
	check_same(checking, DISTRIBUTION_MANIFEST,
		   json_equal(bundle, json_object_get(manifest, "bundle")),
		   "it is about another bundle of trust roots");
	check_same(checking, DISTRIBUTION_MANIFEST,
		   json_equal(keys, json_object_get(manifest, "keys")),
		   "its keys are not those of the trust roots");
	distribution_page(manifest, &page);
	check_same(checking, DISTRIBUTION_PAGE,
		   str_eq(buf_str(&page), buf_str(&checking->text[DISTRIBUTION_PAGE])),
		   "it is not the page that the manifest gives");
	memcpy(made, checking->text, sizeof made);
	made[DISTRIBUTION_CHECKSUMS] = sums;
	distribution_checksums(made);
	sums = made[DISTRIBUTION_CHECKSUMS];
	check_same(checking, DISTRIBUTION_CHECKSUMS,
		   str_eq(buf_str(&sums), buf_str(&checking->text[DISTRIBUTION_CHECKSUMS])),
		   "they are not those of the files");
	return page.failed || sums.failed ? evidence_no_memory(error) : 0;
}

static int check(struct checking *checking, int directory, struct cavra_error *error)
{
	struct verification *verification = checking->verification;
	struct signed_claim of_bundle = {.value = STR("")};
	check_names(checking, directory);
	if (!read_files(checking, directory))
		return 0;
	verification->manifest = verify_read_json(verification,
						  distribution_files[DISTRIBUTION_MANIFEST],
						  buf_str(&checking->text[DISTRIBUTION_MANIFEST]));
	checking->bundle = verify_read_json(verification, distribution_files[DISTRIBUTION_BUNDLE],
					    buf_str(&checking->text[DISTRIBUTION_BUNDLE]));
	if (!verification->manifest || !checking->bundle)
		return 0;
	check_signed(checking, verification->manifest, DISTRIBUTION_MANIFEST, &verification->claim);
	check_signed(checking, checking->bundle, DISTRIBUTION_BUNDLE, &of_bundle);
	if (verification->n_problems)
		return 0;
	verification->has_claim = verification->claim.value.n != 0;
	check_schema(checking, verification->manifest, DISTRIBUTION_MANIFEST, DISTRIBUTION_SCHEMA);
	check_schema(checking, checking->bundle, DISTRIBUTION_BUNDLE, TRUST_BUNDLE_SCHEMA);
	check_roots(checking);
	return check_derived(checking, error);
}

int distribution_verify(int directory, const struct key *root, struct verification *verification,
			struct cavra_error *error)
{
	struct checking checking = {.verification = verification, .root = root};
	for (size_t i = 0; i < DISTRIBUTION_FILES; i++)
		buf_init(&checking.text[i], LIMIT_DOCUMENT_BYTES);
	int code = check(&checking, directory, error);
	json_decref(checking.bundle);
	for (size_t i = 0; i < DISTRIBUTION_FILES; i++)
		buf_release(&checking.text[i]);
	if (code < 0)
		return code;
	verification->status = verification->n_problems ? VERIFY_FAILED
			       : root                   ? VERIFY_VERIFIED
							: VERIFY_INTEGRITY_ONLY;
	if (!root)
		verification_unchecked(verification, "who signed it: give the key of the root");
	return 0;
}
