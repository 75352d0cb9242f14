/* SPDX-License-Identifier: Apache-2.0
 *
 * Which pattern of a list makes another one superfluous.
 */
#include "unit.h"

#include "base/limits.h"
#include "policy/cover.h"

struct row {
	const char *list[4];
	const char *pattern;
	const char *by; /* NULL: not covered */
};

static void check(const struct row *rows, size_t n, struct list_type type)
{
	for (size_t i = 0; i < n; i++) {
		struct arena arena;
		struct items items = {.items = NULL};
		struct pattern_list *list = NULL;
		struct cavra_error error;
		size_t bad;
		arena_init(&arena, MiB(16));
		for (size_t k = 0; k < ARRAY_SIZE(rows[i].list) && rows[i].list[k]; k++)
			ARENA_PUSH(&arena, items.items, items.n,
				   items.cap) = str_from(rows[i].list[k]);
		assert_int_equal(items_compile(&arena, &items, type, &list, &bad, &error), 0);
		struct match_result result = pattern_covered(list, type, str_from(rows[i].pattern),
							     &arena);
		if (str_from(rows[i].by).n == 0)
			assert_row(result.match == MATCH_NO, i);
		else
			assert_row(result.match == MATCH_MUST && str_is(result.pattern, rows[i].by),
				   i);
		arena_release(&arena);
	}
}

static void test_paths(void **state)
{
	static const struct row rows[] = {
		{{".env"}, ".env", ".env"},
		{{"**/.env"}, ".env", "**/.env"},
		{{".env"}, "**/.env", ".env"},
		{{".env*"}, ".env", ".env*"},
		{{".env"}, ".env*", NULL},
		{{".env"}, ".env.local", NULL},
		{{"*"}, "*.pem", NULL}, /* what a wildcard stands for is not looked into */
		{{"**"}, "iam/**", "**"},
		{{"iam"}, "iam/**", "iam"},
		{{"iam/**"}, "iam", NULL}, /* at any depth against only here */
		{{"iam/**"}, "iam/roles/*.tf", "iam/**"},
		{{"iam/*.tf"}, "iam/**", NULL},
		{{"iam/**/x"}, "iam/a/x", "iam/**/x"},
		{{"iam/*/x"}, "iam/**/x", NULL},
		{{"*.p[ef]m"}, "*.pem", "*.p[ef]m"},
		{{"*.pem"}, "*.p[ef]m", NULL},
		{{"/etc/**"}, "/etc/passwd", "/etc/**"},
		{{"passwd"}, "/etc/passwd", "passwd"},
		{{"/etc/passwd"}, "passwd", NULL},
		{{".ENV"}, ".env", ".ENV"},
		{{"a\\*b"}, "a\\*b", "a\\*b"},
		{{"a\\*b"}, "a*b", NULL},
		{{".env*", "!.env.example"}, "!.env.example", NULL},
		{{".env*", "!.env.example"}, ".env.example", NULL},
		{{"x", ".env", "**/.env"}, ".env", ".env"},
		{{NULL}, ".env", NULL},
	};
	(void)state;
	check(rows, ARRAY_SIZE(rows), (struct list_type){LIST_PATHS, PATTERN_DENY});
}

static void test_blocked_commands(void **state)
{
	static const struct row rows[] = {
		{{"terraform apply*"}, "terraform apply*", "terraform apply*"},
		{{"terraform apply*"}, "terraform apply", "terraform apply*"},
		{{"terraform apply*"}, "terraform apply -auto-approve", "terraform apply*"},
		{{"terraform apply"}, "terraform apply*", NULL},
		{{"terraform *"}, "terraform apply*", "terraform *"},
		{{"terraform*"}, "terraform apply*", "terraform*"},
		{{"terraform apply*"}, "terraform *", NULL},
		{{"*"}, "git push*", "*"},
		{{"git push origin*"}, "git push origin main", "git push origin*"},
		{{"git push origin main"}, "git push origin*", NULL},
		{{"gh pr merge*"}, "gh pr merge*--admin*", NULL}, /* not written as words */
		{{"curl *|*sh*"}, "curl *|*sh*", NULL},
		{{"kubectl delete*"}, "kubectl apply*", NULL},
	};
	(void)state;
	check(rows, ARRAY_SIZE(rows), (struct list_type){LIST_COMMANDS, PATTERN_DENY});
}

static void test_allowed_commands(void **state)
{
	static const struct row rows[] = {
		{{"pytest*"}, "pytest", "pytest*"},
		{{"pytest*"}, "pytest -x*", "pytest*"},
		{{"pytest*"}, "pytestx", NULL},
		{{"pytest"}, "pytest*", NULL},
		{{"npm *"}, "npm test*", "npm *"},
		{{"npm test*"}, "npm *", NULL},
		{{"git checkout -b agent/*"}, "git checkout -b agent/x", "git checkout -b agent/*"},
		{{"git checkout -b agent/x"}, "git checkout -b agent/*", NULL},
	};
	(void)state;
	check(rows, ARRAY_SIZE(rows), (struct list_type){LIST_COMMANDS, PATTERN_ALLOW});
}

static void test_names_and_hosts(void **state)
{
	static const struct row names[] = {
		{{"main", "release/*"}, "release/1", "release/*"},
		{{"release/1"}, "release/*", NULL},
		{{"*"}, "release/*", "*"},
		{{"Main"}, "main", NULL},
	};
	static const struct row hosts[] = {
		{{"example.com", "10.0.0.0/8"}, "EXAMPLE.com", "example.com"},
		{{"10.0.0.0/8"}, "10.0.0.0/8", "10.0.0.0/8"},
		{{"*.example.com"}, "a.example.com", NULL},
	};
	(void)state;
	check(names, ARRAY_SIZE(names), (struct list_type){LIST_NAMES, PATTERN_DENY});
	check(hosts, ARRAY_SIZE(hosts), (struct list_type){LIST_HOSTS, PATTERN_DENY});
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_blocked_commands),
		cmocka_unit_test(test_allowed_commands),
		cmocka_unit_test(test_names_and_hosts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
