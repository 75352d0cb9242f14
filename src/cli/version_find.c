/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding published versions, see version_find.h.
 */
#include "cli/version_find.h"

#include <stdio.h>
#include <string.h>

#include "cli/files.h"
#include "json/json.h"

int version_read(const struct version *version, struct version_facts *ret_facts,
		 struct cavra_error *error)
{
	struct document CLEANUP_DOCUMENT *record = NULL;
	char path[PATH_MAX];
	*ret_facts = (struct version_facts){.record = NULL};
	int code = file_join(path, version->directory, "publish.json", error);
	if (code == 0)
		code = document_load(path, &record, error);
	if (code == 0)
		ret_facts->record = json_incref(record->root);
	if (code != CAVRA_ERR_MEMORY)
		code = file_join(path, version->directory, "policy.yaml", error);
	if (code == 0)
		code = document_load(path, &ret_facts->document, error);
	if (code == 0)
		sha256_named(ret_facts->document->text, ret_facts->file_digest);
	return code == CAVRA_ERR_MEMORY ? code : 0;
}

void version_facts_release(struct version_facts *facts)
{
	json_decref(facts->record);
	document_free(facts->document);
}

struct search {
	struct str wanted;
	struct document *found;
	char digest[SHA256_NAMED], name[VERSION_NAME];
	bool ambiguous;
};

static bool is_wanted(const struct search *search, const struct version *version,
		      const struct version_facts *facts)
{
	const json_t *metadata = json_object_get(facts->document->root, "metadata");
	size_t number;
	if (str_to_size(search->wanted, &number) && number == version->number)
		return true;
	return str_eq(search->wanted, str_basename(str_from(version->directory))) ||
	       str_is(search->wanted, facts->file_digest) ||
	       str_eq(search->wanted, json_str(json_object_get(facts->record, "policy_digest"))) ||
	       str_eq(search->wanted, json_str(json_object_get(metadata, "version")));
}

static int look(void *context, const struct version *version, struct cavra_error *error)
{
	struct search *search = context;
	struct version_facts facts;
	int code = version_read(version, &facts, error);
	if (code == 0 && facts.document && is_wanted(search, version, &facts)) {
		search->ambiguous |= search->found &&
				     strcmp(search->digest, facts.file_digest) != 0;
		(void)snprintf(search->digest, sizeof search->digest, "%s", facts.file_digest);
		(void)snprintf(search->name, sizeof search->name, "%s",
			       str_basename(str_from(version->directory)).p);
		document_free(search->found);
		search->found = facts.document;
		facts.document = NULL;
	}
	version_facts_release(&facts);
	return code;
}

int version_find(const char *pack, const char *wanted, struct document **ret_document,
		 char ret_name[VERSION_NAME], struct cavra_error *error)
{
	struct search search = {.wanted = str_from(wanted)};
	int code = versions_visit(pack, look, &search, error);
	if (code == 0 && !search.found)
		code = error_set(error, CAVRA_ERR_NOT_FOUND,
				 "%.200s has no published version %.80s; cavra policy catalog "
				 "lists them",
				 pack, wanted);
	if (code == 0 && search.ambiguous)
		code = error_set(error, CAVRA_ERR_INPUT,
				 "several versions of %.200s are called %.80s; give the number of "
				 "one, see cavra policy catalog",
				 pack, wanted);
	if (code < 0) {
		document_free(search.found);
		return code;
	}
	*ret_document = search.found;
	(void)snprintf(ret_name, VERSION_NAME, "%s", search.name);
	return 0;
}
