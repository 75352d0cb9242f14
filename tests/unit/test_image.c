/* SPDX-License-Identifier: Apache-2.0
 *
 * Images of policies: what is decided through one is what is decided from the sources, and no damage goes unnoticed
 * or leads outside.
 */
#include "packs.h"

#include "base/limits.h"
#include "decide/facts.h"
#include "decide/record.h"
#include "decide/request.h"
#include "policy/image.h"
#include "json/json.h"

static const uint8_t key[IMAGE_KEY_BYTES] = "this request, this build";
static const struct policy_source bundled;

static struct policy *load_pack(const char *id)
{
	struct policy *policy = NULL;
	assert_int_equal(policy_load_pack(&bundled, id, NULL, 0, &policy, NULL), 0);
	return policy;
}

static struct policy *load_source(const char *name)
{
	char path[512];
	struct policy *policy = NULL;
	(void)snprintf(path, sizeof path, "%s/tests/golden/%s", getenv("CAVRA_SOURCE"), name);
	assert_int_equal(policy_load_file(&bundled, path, NULL, 0, &policy, NULL), 0);
	return policy;
}

static void write_image(const struct policy *policy, struct buf *out)
{
	struct cavra_error error;
	buf_init(out, LIMIT_IMAGE_BYTES);
	if (policy_image_write(policy, key, out, &error) < 0)
		fail_msg("%s", error.text);
}

static struct policy *read_image(struct str bytes)
{
	struct policy *policy = NULL;
	struct cavra_error error;
	if (policy_image_read(bytes, key, &policy, &error) < 0)
		fail_msg("%s", error.text);
	return policy;
}

/* ---- the same decisions ---- */

static json_t *parse(const char *text)
{
	json_t *json;
	assert_int_equal(json_read(str_from(text), 0, &json, NULL), 0);
	return json;
}

static void decide_record(const struct policy *policy, const struct request *request,
			  struct buf *out)
{
	static const char facts[] =
		"{\"workspace\": \"/repo\", \"home\": \"/root\", \"branch\": \"topic\","
		" \"remotes\": [\"origin\"], \"links\": {\"/repo/link-to-env\": \".env\"},"
		" \"hardlinks\": {\"/repo/hardlink-env\": \"/repo/.env\"},"
		" \"files\": [\"a.txt\", \".env\", \"src/b.c\"], \"git_config\": {}}";
	static const struct record_stamp stamp = {"dec_0", "corr_0", "2026-01-31T23:59:59.000001Z"};
	json_t *table = parse(facts);
	struct decide_options options = {.mode = policy->mode};
	struct decision decision;
	struct resolver resolver;
	struct arena world, arena;
	arena_init(&world, MiB(1));
	arena_init(&arena, LIMIT_DECISION_MEMORY);
	if (setjmp(world.on_full))
		fail();
	world.armed = true;
	assert_int_equal(facts_resolver(table, &world, &resolver, NULL), 0);
	assert_int_equal(decide(policy, request, &resolver, &options, &arena, &decision, NULL), 0);
	record_write(out, &(struct record){
				  .request = request,
				  .decision = &decision,
				  .policy = policy,
				  .stamp = &stamp,
			  });
	arena_release(&arena);
	arena_release(&world);
	json_decref(table);
}

struct pair {
	const struct policy *source, *image;
	size_t n;
};

static void check_request(struct pair *pair, const struct request *request)
{
	struct buf CLEANUP_BUF one, CLEANUP_BUF other;
	buf_init(&one, MiB(16));
	buf_init(&other, MiB(16));
	decide_record(pair->source, request, &one);
	decide_record(pair->image, request, &other);
	assert_false(one.failed);
	assert_string_equal(one.p, other.p);
	pair->n++;
}

static void check_target(struct pair *pair, const char *action_type, struct str target)
{
	struct request request = {.action_type = str_from(action_type), .target = target};
	if (request_check(&request, NULL) == 0)
		check_request(pair, &request);
}

static void check_line(struct pair *pair, struct str line, bool is_json)
{
	json_t *object = NULL;
	struct request_document document;
	struct str target = line;
	if (is_json)
		assert_int_equal(json_read(line, JSON_READ_NUL, &object, NULL), 0);
	if (is_json && !json_get_str(object, "target", &target)) {
		const json_t *request = json_object_get(object, "request");
		if (request_from_json(request, &document, NULL) == 0)
			check_request(pair, &document.request);
		request_document_release(&document);
		(void)json_get_str(request, "target", &target);
	}
	check_target(pair, "execute_command", target);
	check_target(pair, "read_file", target);
	check_target(pair, "write_file", target);
	check_target(pair, "network_request", target);
	json_decref(object);
}

static void check_lines(struct pair *pair, const char *name)
{
	char path[512];
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	(void)snprintf(path, sizeof path, "%s/tests/golden/%s", getenv("CAVRA_SOURCE"), name);
	FILE *file = fopen(path, "re");
	assert_non_null(file);
	while ((n = getline(&line, &cap, file)) > 0)
		check_line(pair, str_trim(str_make(line, (size_t)n)),
			   str_ends(str_from(name), STR(".jsonl")));
	free(line);
	(void)fclose(file);
}

/* A member that images leave out would show as a difference here. */
static void check_members(const struct policy *source, const struct policy *image)
{
	struct policy copy[2];
	memcpy(&copy[0], source, sizeof copy[0]);
	memcpy(&copy[1], image, sizeof copy[1]);
	for (size_t i = 0; i < ARRAY_SIZE(copy); i++) {
		copy[i].id.p = copy[i].title.p = copy[i].version.p = copy[i].description.p = NULL;
		memset(copy[i].list, 0, sizeof copy[i].list);
		copy[i].rules = NULL;
		copy[i].rule_keys = NULL;
		memset(copy[i].rule_filters, 0, sizeof copy[i].rule_filters);
		copy[i].inputs = NULL;
		copy[i].document = copy[i].cases_json = NULL;
		copy[i].arena = NULL;
	}
	assert_memory_equal(&copy[0], &copy[1], sizeof copy[0]);
}

static void check_policy(struct policy *source)
{
	static const char *const files[] = {"lists.jsonl", "reference.jsonl",
					    "corpus/actions.jsonl", "corpus/everyday.txt",
					    "corpus/lookalikes.txt"};
	struct buf CLEANUP_BUF bytes, CLEANUP_BUF again;
	write_image(source, &bytes);
	struct policy *image = read_image(buf_str(&bytes));
	check_members(source, image);
	write_image(image, &again);
	assert_int_equal(bytes.n, again.n);
	assert_memory_equal(bytes.p, again.p, bytes.n);
	struct pair pair = {source, image, 0};
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		check_lines(&pair, files[i]);
	assert_true(pair.n > 1000);
	policy_free(image);
	policy_free(source);
}

static void test_decisions(void **state)
{
	(void)state;
	check_policy(load_pack("cavra-ai-agent-baseline"));
	check_policy(load_source("corpus/corpus-pack.yaml"));
	check_policy(load_source("policy-lists.yaml"));
}

/* A list of every kind, exceptions, pipelines, ranges, rules of all sorts. */
static const char rich_text[] =
	"filesystem: {block_read: ['*.pem', '!a.pem', /etc/**, '[x-z]?.q', 'a/**/b'], block_write: [~/.x]}\n"
	"commands: {block: ['curl *|*sh*', 'x y*', '*z'], allow: ['npm run test:*', 'make*'],\n"
	"  require_approval: [git push * main, a -b c]}\n"
	"git: {protected_branches: [main, 'release/*']}\n"
	"mcp: {blocked_servers: ['Evil*'], allowed_servers: ['*', good]}\n"
	"network: {allow: ['*.example.com', example.com:443], block: [10.0.0.0/8, 'fd00::/8', '*'],\n"
	"  require_approval: ['[::1]:80'], default: require_approval}\n"
	"rules:\n"
	"  - {id: r.a, match: {program: docker, subcommand: [volume, rm], flags: [-f], operands: ['*prod*']},\n"
	"     decision: block, severity: critical, reason: r, instead: i, approver_group: g}\n"
	"  - {id: r.b, match: {effect: net, patterns: [a.example]}, decision: require_approval}\n"
	"  - {id: r.c, match: {effect: file.read, patterns: [q/**]}, decision: block}\n"
	"  - {id: r.d, match: {model: git.push, dest: [refs/heads/x]}, decision: block}\n";

static struct policy *load_rich(void)
{
	struct policy_source source = {.pack_dir = packs_directory()};
	struct policy *policy = NULL;
	struct cavra_error error;
	packs_put_pack("cavra-rich", "", rich_text);
	if (policy_load_pack(&source, "cavra-rich", NULL, 0, &policy, &error) < 0)
		fail_msg("%s:%d: %s", error.file, error.line, error.text);
	return policy;
}

static void test_every_kind(void **state)
{
	(void)state;
	check_policy(load_rich());
}

/* ---- damage ---- */

static int try(struct str bytes)
{
	struct policy *policy = NULL;
	int code = policy_image_read(bytes, key, &policy, NULL);
	policy_free(policy);
	return code;
}

static void test_damage(void **state)
{
	struct buf CLEANUP_BUF bytes;
	(void)state;
	struct policy *policy = load_rich();
	write_image(policy, &bytes);
	assert_int_equal(try(buf_str(&bytes)), 0);
	for (size_t i = 0; i < bytes.n; i++) {
		bytes.p[i] ^= (char)(1 << i % 8);
		assert_int_equal(try(buf_str(&bytes)), CAVRA_ERR_INPUT);
		bytes.p[i] ^= (char)(1 << i % 8);
	}
	for (size_t n = 0; n < bytes.n; n += 1 + n / 64)
		assert_int_equal(try(str_make(bytes.p, n)), CAVRA_ERR_INPUT);
	buf_add_char(&bytes, 0);
	assert_int_equal(try(buf_str(&bytes)), CAVRA_ERR_INPUT);
	policy_free(policy);
}

/* The digest is a text that ends with a NUL, and so has none in it. */
static void test_digest_is_whole(void **state)
{
	struct buf CLEANUP_BUF bytes;
	(void)state;
	struct policy *policy = load_rich();
	write_image(policy, &bytes);
	size_t at = str_find(buf_str(&bytes), str_from(policy->digest));
	assert_true(at != STR_NPOS && at + 10 < bytes.n);
	bytes.p[at + 10] = 'x';
	policy_image_seal(&bytes, key);
	assert_int_equal(try(buf_str(&bytes)), 0);
	bytes.p[at + 10] = '\0';
	policy_image_seal(&bytes, key);
	assert_int_equal(try(buf_str(&bytes)), CAVRA_ERR_INPUT);
	policy_free(policy);
}

static void test_key(void **state)
{
	struct buf CLEANUP_BUF bytes;
	struct policy *policy = load_rich(), *other = NULL;
	struct cavra_error error;
	(void)state;
	write_image(policy, &bytes);
	for (size_t i = 0; i < sizeof key; i++) {
		uint8_t wrong[sizeof key];
		memcpy(wrong, key, sizeof key);
		wrong[i] ^= 1;
		assert_int_equal(policy_image_read(buf_str(&bytes), wrong, &other, &error),
				 CAVRA_ERR_INPUT);
		assert_string_equal(error.text, "the image is of something else");
	}
	policy_free(policy);
}

static void test_too_large(void **state)
{
	struct buf small;
	struct policy *policy = load_rich();
	(void)state;
	buf_init(&small, 1000);
	assert_int_equal(policy_image_write(policy, key, &small, NULL), CAVRA_ERR_LIMIT);
	buf_release(&small);
	policy_free(policy);
}

static void test_inputs_cap(void **state)
{
	static const struct policy_input input = {.path = {"/policy.yaml", 12}};
	struct policy_input inputs[LIMIT_POLICY_INPUTS + 1];
	struct cavra_error error;
	struct policy *policy = load_rich(), *again = NULL;
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(inputs); i++)
		inputs[i] = input;
	policy->inputs = inputs;
	for (policy->n_inputs = LIMIT_POLICY_INPUTS; policy->n_inputs <= LIMIT_POLICY_INPUTS + 1;
	     policy->n_inputs++) {
		struct buf CLEANUP_BUF bytes;
		bool fits = policy->n_inputs <= LIMIT_POLICY_INPUTS;
		write_image(policy, &bytes);
		assert_int_equal(policy_image_read(buf_str(&bytes), key, &again, &error),
				 fits ? 0 : CAVRA_ERR_INPUT);
		if (fits)
			policy_free(again);
	}
	policy_free(policy);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decisions),  cmocka_unit_test(test_every_kind),
		cmocka_unit_test(test_damage),     cmocka_unit_test(test_digest_is_whole),
		cmocka_unit_test(test_key),        cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_inputs_cap),
	};
	return cmocka_run_group_tests(tests, packs_set_up, packs_tear_down);
}
